#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/pandas_types.h"

namespace assay {

struct TableOptions {
  char separator = '\t';
  /// Columns whose cells are never looked into while opening (pictures): their type is kString.
  std::vector<std::string> opaque_columns;
};

/// A text table on disk (TSV, CSV), read by the rules of pandas' C parser: cells may be quoted, with separators, line ends and doubled quotes
/// inside; blank lines are skipped; short rows are padded with empty cells; LF, CRLF and CR end a line; a byte order mark is skipped; a
/// column name that comes again gets `.1`. The file is scanned once, in blocks; memory holds four bytes a cell, never its text.
/// All const members may be called from any thread.
class DelimitedTable {
 public:
  /// Throws DataError "file:line: ..." (and the column's name where there is one).
  explicit DelimitedTable(std::filesystem::path path, const TableOptions& options = {});
  ~DelimitedTable();
  DelimitedTable(DelimitedTable&&) noexcept;
  DelimitedTable& operator=(DelimitedTable&&) noexcept;

  [[nodiscard]] const std::filesystem::path& path() const;
  [[nodiscard]] const std::vector<std::string>& columns() const;
  [[nodiscard]] std::optional<std::size_t> find_column(std::string_view name) const;
  [[nodiscard]] ColumnType column_type(std::size_t column) const;
  [[nodiscard]] std::size_t row_count() const;

  /// Where a cell lies in the file, its quotes included.
  struct Slice {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
  };
  [[nodiscard]] Slice slice(std::size_t row, std::size_t column) const;
  /// The cell's text, unquoted, as the parser hands it on. Throws DataError when the file can no longer be read.
  [[nodiscard]] std::string cell(std::size_t row, std::size_t column) const;
  /// pandas_text of the cell: nothing when it is missing.
  [[nodiscard]] std::optional<std::string> text(std::size_t row, std::size_t column) const;
  /// The bytes of the file from `offset`, at most `length` of them.
  [[nodiscard]] std::string read(std::uint64_t offset, std::uint64_t length) const;

  /// "file:line:column name", for messages; the line on which the row starts, counted from 1.
  [[nodiscard]] std::string where(std::size_t row, std::size_t column) const;
  [[nodiscard]] std::uint64_t line(std::size_t row) const;
  /// XXH3 of the whole file.
  [[nodiscard]] const std::string& digest() const;

 private:
  friend class TableLoader;
  struct State;
  std::unique_ptr<const State> state_;
};

/// The text of a cell given the bytes between its separators: outer quotes dropped, doubled quotes single.
[[nodiscard]] std::string unquote_cell(std::string_view raw);

}  // namespace assay
