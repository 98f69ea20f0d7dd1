#pragma once
#include <string>
#include <vector>

#include "reports/gate_record.h"

namespace assay::html {

struct Cell {
  std::string text;       ///< plain text
  std::string sort_key;   ///< a number; empty: sorted by its text
  std::string css_class;  ///< of a mark around the text; empty: none
};

[[nodiscard]] Cell text_cell(std::string text);
[[nodiscard]] Cell number_cell(double value, std::string text);  ///< sorted by `value`, shown as `text`
[[nodiscard]] Cell count_cell(std::int64_t count);
[[nodiscard]] Cell verdict_mark(Verdict verdict,
                                bool counts = true);  ///< in its colour; grey and in parentheses when it does not count

/// "good", "bad", "doubt": how the style sheet names the verdict's colour.
[[nodiscard]] const char* colour_of(Verdict verdict);

struct PageTable {
  std::string label;  ///< read to those who do not see the page
  struct Column {
    std::string name = {};
    bool is_number = false;
    bool is_wide = false;  ///< holds sentences or long names
  };
  std::vector<Column> columns;
  struct Row {
    std::vector<Cell> cells;
    std::string css_class = {};
  };
  std::vector<Row> rows;
};

/// A table that is sorted by a click, or Enter, on a column's name. Empty for no rows.
[[nodiscard]] std::string page_table(const PageTable& table);

}  // namespace assay::html
