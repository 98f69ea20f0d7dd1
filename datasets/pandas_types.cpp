#include "datasets/pandas_types.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace assay {
namespace {

/// pandas 2.2.3, pandas._libs.parsers.STR_NA_VALUES, sorted by bytes.
constexpr std::array<std::string_view, 19> kNa = {"",      "#N/A", "#N/A N/A", "#NA",     "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN",
                                                  "<NA>",  "N/A",  "NA",       "NULL",    "NaN",     "None",     "n/a",  "nan",  "null"};
constexpr std::size_t kLongestNa = 8;

constexpr bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool equals_ignoring_case(std::string_view text, std::string_view lower_case) {
  return std::ranges::equal(text, lower_case, [](char a, char b) { return lower(a) == b; });
}

/// Number texts may be padded by ASCII white space.
std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view skip_digits(std::string_view text) {
  const auto end = std::ranges::find_if_not(text, is_digit);
  return text.substr(static_cast<std::size_t>(end - text.begin()));
}

/// Sign and digits, nothing else.
bool is_integer_text(std::string_view text) {
  if (!text.empty() && (text.front() == '+' || text.front() == '-')) text.remove_prefix(1);
  return !text.empty() && skip_digits(text).empty();
}

/// [sign] digits [. digits] [e [sign] digits], with a digit before or after the point.
bool is_decimal_text(std::string_view text) {
  if (!text.empty() && (text.front() == '+' || text.front() == '-')) text.remove_prefix(1);
  auto rest = skip_digits(text);
  auto digit_count = text.size() - rest.size();
  if (!rest.empty() && rest.front() == '.') {
    const auto after = skip_digits(rest.substr(1));
    digit_count += rest.size() - 1 - after.size();
    rest = after;
  }
  if (digit_count == 0) return false;
  if (rest.empty()) return true;
  return lower(rest.front()) == 'e' && is_integer_text(rest.substr(1));
}

/// `inf` and `infinity` in any case, with a sign but without white space.
std::optional<double> infinity_of(std::string_view cell) {
  const bool is_negative = !cell.empty() && cell.front() == '-';
  if (!cell.empty() && (cell.front() == '+' || cell.front() == '-')) cell.remove_prefix(1);
  if (!equals_ignoring_case(cell, "inf") && !equals_ignoring_case(cell, "infinity")) return std::nullopt;
  return is_negative ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
}

template <typename Int>
std::optional<Int> integer_of(std::string_view text) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  Int value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

double decimal_of(std::string_view text) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) return std::strtod(std::string(text).c_str(), nullptr);  // tells 0 from infinity
  return value;
}

std::string float_cell_text(std::string_view cell) {
  if (const auto infinite = infinity_of(cell)) return python_float_text(*infinite);
  return python_float_text(decimal_of(trimmed(cell)));
}

}  // namespace

bool is_pandas_na(std::string_view cell) { return cell.size() <= kLongestNa + 1 && std::ranges::find(kNa, cell) != kNa.end(); }

void ColumnTypeInference::add(std::string_view cell) {
  if (is_pandas_na(cell)) {
    has_missing_ = needs_signed_ = true;
    return;
  }
  has_value_ = true;
  if (is_bool_) is_bool_ = equals_ignoring_case(cell, "true") || equals_ignoring_case(cell, "false");
  if (!is_float_) return;
  const auto number = trimmed(cell);
  const bool is_negative = number.starts_with('-');
  if (is_negative) needs_signed_ = true;
  if (!is_integer_text(number)) {
    if (!is_negative) has_plain_decimal_ = true;
    is_int_ = false;
    is_float_ = is_decimal_text(number) || infinity_of(cell);
    return;
  }
  // Behind a decimal nothing is too long: the column goes to float64. In front of one, an integer that fits no type makes the column text.
  if (!is_int_ || integer_of<std::int64_t>(number)) return;
  if (integer_of<std::uint64_t>(number)) {
    needs_unsigned_ = true;
  } else {
    is_int_ = is_float_ = false;
  }
}

ColumnType ColumnTypeInference::type() const {
  if (!has_value_) return ColumnType::kAllMissing;
  if (is_bool_) return ColumnType::kBool;
  if (!is_float_) return ColumnType::kString;
  if (needs_unsigned_ && needs_signed_ && !has_plain_decimal_) return ColumnType::kRawText;
  if (!is_int_) return ColumnType::kFloat64;
  if (needs_unsigned_) return ColumnType::kUint64;
  return has_missing_ ? ColumnType::kFloat64 : ColumnType::kInt64;
}

std::optional<std::string> pandas_text(std::string_view cell, ColumnType type) {
  if (type != ColumnType::kRawText && is_pandas_na(cell)) return std::nullopt;
  switch (type) {
    case ColumnType::kInt64:
      if (const auto value = integer_of<std::int64_t>(trimmed(cell))) return fmt::to_string(*value);
      break;
    case ColumnType::kUint64:
      if (const auto value = integer_of<std::uint64_t>(trimmed(cell))) return fmt::to_string(*value);
      break;
    case ColumnType::kFloat64: return float_cell_text(cell);
    case ColumnType::kBool: return equals_ignoring_case(cell, "true") ? "True" : "False";
    case ColumnType::kString:
    case ColumnType::kRawText:
    case ColumnType::kAllMissing: break;
  }
  return std::string(cell);
}

}  // namespace assay
