#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "harness/base/python_float.h"  // str(float), for whoever prints cells

/// What pandas' read_csv makes of the text in a column, told cell by cell.
namespace assay {

/// One of the 19 texts that read_csv takes for a missing cell by default (pandas 2.0 and later: "None" is one).
[[nodiscard]] bool is_pandas_na(std::string_view cell);

/// kRawText: integers above 2^63 beside cells that uint64 cannot hold; pandas then keeps every cell as it stands, NA words included.
enum class ColumnType { kInt64, kUint64, kFloat64, kBool, kString, kRawText, kAllMissing };

/// Infers a column's type over all its cells, which are added in file order.
///
/// Source   pandas 2.2.3 and 3.1.1 (both were run), pandas/_libs/parsers.pyx (_convert_tokens) and src/parser/tokenizer.c
/// Differs  pandas infers in pieces of 32,768 rows or more (low_memory) and mixes their types; this is the type over all rows, as with
///          low_memory=False. Numbers are read to the nearest double as in pandas 3; pandas 2 is off by a few units in the last place where a
///          number has 16 digits or more, or a large exponent, and keeps a column with a number beyond float64 (1e400) as text.
class ColumnTypeInference {
 public:
  void add(std::string_view cell);
  [[nodiscard]] ColumnType type() const;

 private:
  bool has_missing_ = false;
  bool has_value_ = false;
  bool is_int_ = true;
  bool is_float_ = true;
  bool is_bool_ = true;
  /// What decides where an integer came that only uint64 holds: whether it stood before any decimal; whether there is a minus or a missing
  /// cell, which uint64 cannot hold; whether there is a decimal without a minus, which ends pandas' try for uint64.
  bool needs_unsigned_ = false;
  bool needs_signed_ = false;
  bool has_plain_decimal_ = false;
};

/// The cell as Python's str() prints it in a column of that type; nothing for a missing cell (Python prints `nan`).
[[nodiscard]] std::optional<std::string> pandas_text(std::string_view cell, ColumnType type);

}  // namespace assay
