#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What Python's str does, on UTF-8: the official scorers are Python, and their numbers hang on its letter cases and white space.
/// Text that is not UTF-8 is read with U+FFFD in place of each broken sequence; NUL is a letter like any other.
///
/// Source   CPython 3.11, Objects/unicodeobject.c, Objects/floatobject.c, Objects/longobject.c; letter data from ICU
/// Differs  Unicode versions: CPython 3.11 has 14.0, ICU its own (15.0 in ICU 72); letters new between the two may differ
namespace assay::python {

/// str.lower, str.upper: full mappings that may change the length ("İ" becomes two letters, "ß" "SS"), final sigma included.
[[nodiscard]] std::string lower(std::string_view text);
[[nodiscard]] std::string upper(std::string_view text);

/// str.capitalize: the first letter in title case, all others in lower case.
[[nodiscard]] std::string capitalize(std::string_view text);

/// len(text): code points.
[[nodiscard]] std::size_t length(std::string_view text);

/// str.isspace of one letter; what str.split, str.strip and \s of `re` take for white space.
[[nodiscard]] bool is_space(char32_t letter);
/// \d of `re`: Unicode category Nd.
[[nodiscard]] bool is_decimal_digit(char32_t letter);
/// str.isalpha of one letter.
[[nodiscard]] bool is_alphabetic(char32_t letter);

/// \w of `re` for one letter: a letter, digit or numeral of any script, or an underscore.
[[nodiscard]] bool is_word(char32_t letter);

/// text.strip(), text.strip(letters), text.rstrip(letters); `letters` are ASCII.
[[nodiscard]] std::string_view strip(std::string_view text);
[[nodiscard]] std::string_view strip(std::string_view text, std::string_view letters);
[[nodiscard]] std::string_view strip_right(std::string_view text, std::string_view letters);

/// text.split(): at runs of white space, nothing empty.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text);
/// text.split(separator): at each one, empty parts kept.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, std::string_view separator);
/// text.replace(from, to); `from` is not empty.
[[nodiscard]] std::string replace(std::string_view text, std::string_view from, std::string_view to);

/// float(text): white space around, a sign, digits of any script, `1_000`, an exponent, inf, infinity, nan in any case; no comma, no hex.
/// Nothing where Python raises ValueError. Too large is infinity, as in Python.
[[nodiscard]] std::optional<double> parse_float(std::string_view text);
/// int(text): the same without point and exponent; nothing also for what 64 bits cannot hold.
[[nodiscard]] std::optional<std::int64_t> parse_int(std::string_view text);

/// round(value, decimals): correctly rounded, ties by the exact binary value; decimals >= 0.
[[nodiscard]] double round(double value, int decimals);

/// The code points of `text`, and back.
[[nodiscard]] std::u32string decode(std::string_view text);
[[nodiscard]] std::string encode(std::u32string_view text);

}  // namespace assay::python
