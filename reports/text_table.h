#pragma once
#include <string>
#include <vector>

/// A table of texts, and how the reports for people draw it. Cells are plain text as it came; each drawing escapes what it must.
namespace assay {

struct Column {
  std::string name;
  bool is_right_aligned = false;
};

using Row = std::vector<std::string>;  ///< one cell for each column

struct Table {
  std::vector<Column> columns;
  std::vector<Row> rows;
};

/// Lined up for a terminal in any script, indented by two spaces.
[[nodiscard]] std::string console_table(const Table& table);

/// At most about `most_bytes` long: rows that do not fit are left out, and a line says how many.
[[nodiscard]] std::string markdown_table(const Table& table, std::size_t most_bytes = std::size_t(-1));

/// A tabular by the rules of the booktabs package. Cells are LaTeX already.
[[nodiscard]] std::string latex_table(const Table& table);

}  // namespace assay
