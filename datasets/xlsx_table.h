#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "datasets/pandas_types.h"

namespace assay {

/// What a hostile or broken file may cost.
struct XlsxLimits {
  std::uint64_t part_bytes = std::uint64_t{1} << 30;  ///< of one XML part, unpacked
  std::size_t cells = 20'000'000;
};

/// Excel's own limit on the letters in a cell; writers cut what is longer.
inline constexpr std::size_t kLongestXlsxCell = 32767;

/// The first sheet of an Excel file, whose first row that is not empty names the columns.
struct XlsxTable {
  struct Row {
    std::uint32_t number = 0;  ///< as Excel counts, from 1
    std::vector<std::string> cells;  ///< a column each; empty: nothing in it
  };
  std::filesystem::path path;
  std::vector<std::string> columns;
  std::vector<ColumnType> types;
  std::vector<Row> rows;  ///< those without any cell are left out

  /// As Python prints what pandas made of the cell; nothing where it is missing.
  [[nodiscard]] std::optional<std::string> text(std::size_t row, std::size_t column) const;
  /// "file: row 7", for messages.
  [[nodiscard]] std::string where(std::size_t row) const;
};

/// Reads texts (shared, inline, rich), numbers, booleans, results of formulas; error values are missing. Numbers read as openpyxl hands them to
/// pandas: 3.0 is 3.
///
/// Throws   DataError for a file that is no .xlsx, is broken, lacks a header, or is beyond the limits
/// Source   ECMA-376 part 1, 18.3 (sheets), 18.4 (shared strings), 22.9.2.19 (_xHHHH_); openpyxl 3.1 reader, pandas 2.2 io/excel
/// Differs  a text that begins with "=", which pandas writes as a formula, is read as that text (openpyxl has its stored result, which is
///          nothing or 0); _xHHHH_ is decoded, which openpyxl leaves; dates are their numbers
[[nodiscard]] XlsxTable read_xlsx_table(const std::filesystem::path& path, const XlsxLimits& limits = {});

/// _x000D_ as the letter it stands for; a half of a pair is U+FFFD.
[[nodiscard]] std::string decode_xlsx_escapes(std::string_view text);

}  // namespace assay
