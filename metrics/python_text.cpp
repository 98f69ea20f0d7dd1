#include "metrics/python_text.h"

#include <fmt/format.h>
#include <unicode/locid.h>
#include <unicode/stringoptions.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <charconv>
#include <cmath>
#include <limits>

#include "harness/base/utf8.h"

namespace assay::python {
namespace {

bool is_ascii(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  }
  return true;
}

std::string utf8_of(const icu::UnicodeString& text) {
  std::string out;
  text.toUTF8String(out);
  return out;
}

icu::UnicodeString unicode_of(std::string_view text) {
  return icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
}

struct Letter {
  char32_t code;
  std::size_t bytes;
};

/// The letter at `i`; a byte that starts none stands for itself as U+FFFD, which is neither space nor digit.
Letter letter_at(std::string_view text, std::size_t i) {
  const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(text[k]); };
  const unsigned char first = byte(i);
  if (first < 0x80) return {first, 1};
  const std::size_t bytes = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 1;
  if (bytes == 1 || i + bytes > text.size()) return {0xFFFD, 1};
  char32_t code = first & (0xFFu >> (bytes + 1));
  for (std::size_t k = 1; k < bytes; ++k) {
    if ((byte(i + k) & 0xC0u) != 0x80) return {0xFFFD, 1};
    code = (code << 6) | (byte(i + k) & 0x3Fu);
  }
  const bool is_overlong = (bytes == 3 && code < 0x800) || (bytes == 4 && code < 0x10000);
  return is_overlong ? Letter{0xFFFD, 1} : Letter{code, bytes};
}

/// The letter that ends just before `end`.
Letter letter_before(std::string_view text, std::size_t end) {
  for (std::size_t back = 1; back <= 4 && back <= end; ++back) {
    if ((static_cast<unsigned char>(text[end - back]) & 0xC0u) == 0x80) continue;  // inside a letter
    const Letter letter = letter_at(text, end - back);
    if (letter.bytes == back) return letter;
  }
  return {0xFFFD, 1};
}

/// Digits of every script as ASCII, white space beyond ASCII as a space, other letters as '?', which no number holds; then stripped. U+001C to
/// U+001F are white space to str.strip, but not to float() and int().
/// Source   CPython 3.11 Objects/unicodeobject.c, _PyUnicode_TransformDecimalAndSpaceToASCII
std::string ascii_number(std::string_view text) {
  std::string out;
  for (const char32_t letter : decode(text)) {
    if (letter < 0x80) out += static_cast<char>(letter);
    else if (is_space(letter)) out += ' ';
    else if (is_decimal_digit(letter)) out += static_cast<char>('0' + u_charDigitValue(static_cast<UChar32>(letter)));
    else out += '?';
  }
  return std::string(strip(out, " \t\n\v\f\r"));
}

bool is_ascii_digit(char c) { return c >= '0' && c <= '9'; }

/// Drops underscores that stand between two digits; nothing when one stands elsewhere.
std::optional<std::string> without_underscores(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      out += text[i];
      continue;
    }
    const bool is_between = i > 0 && is_ascii_digit(text[i - 1]) && i + 1 < text.size() && is_ascii_digit(text[i + 1]);
    if (!is_between) return std::nullopt;
  }
  return out;
}

/// digits [. digits] [e [sign] digits], with a digit on at least one side of the point.
bool is_decimal_number(std::string_view text) {
  std::size_t i = 0, digits = 0;
  const auto skip_digits = [&] {
    const std::size_t start = i;
    while (i < text.size() && is_ascii_digit(text[i])) ++i;
    return i - start;
  };
  digits = skip_digits();
  if (i < text.size() && text[i] == '.') ++i, digits += skip_digits();
  if (digits == 0) return false;
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    if (skip_digits() == 0) return false;
  }
  return i == text.size();
}

/// Whether a number too far from 1 for a double is large (else it is next to zero): the place of its first digit decides.
bool is_too_large(std::string_view number) {
  std::int64_t place = 0;  // decimal exponent of the first non-zero digit
  bool found = false, after_point = false;
  std::size_t i = 0;
  for (; i < number.size() && number[i] != 'e' && number[i] != 'E'; ++i) {
    if (number[i] == '.') after_point = true;
    else if (found) place += after_point ? 0 : 1;
    else if (number[i] != '0') found = true, place -= after_point ? 1 : 0;
    else place -= after_point ? 1 : 0;
  }
  if (i >= number.size()) return place > 0;
  std::int64_t exponent = 0;
  const bool is_negative = number[i + 1] == '-';
  const char* begin = number.data() + i + 1 + (number[i + 1] == '-' || number[i + 1] == '+' ? 1 : 0);
  if (std::from_chars(begin, number.data() + number.size(), exponent).ec != std::errc()) return !is_negative;
  return place + (is_negative ? -exponent : exponent) > 0;
}

}  // namespace

std::string lower(std::string_view text) {
  if (!is_ascii(text)) return utf8_of(unicode_of(text).toLower(icu::Locale::getRoot()));
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

std::string upper(std::string_view text) {
  if (!is_ascii(text)) return utf8_of(unicode_of(text).toUpper(icu::Locale::getRoot()));
  std::string out(text);
  for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return out;
}

std::string capitalize(std::string_view text) {
  std::string lowered = lower(text);
  if (text.empty()) return lowered;
  if (is_ascii(text)) {
    lowered[0] = upper(lowered.substr(0, 1))[0];
    return lowered;
  }
  const std::string first(text.substr(0, letter_at(text, 0).bytes));
  icu::UnicodeString title = unicode_of(first);
  title.toTitle(nullptr, icu::Locale::getRoot(), U_TITLECASE_WHOLE_STRING | U_TITLECASE_NO_BREAK_ADJUSTMENT);
  return utf8_of(title) + lowered.substr(lower(first).size());
}

std::size_t length(std::string_view text) { return is_ascii(text) ? text.size() : decode(text).size(); }

bool is_space(char32_t letter) {
  // bidirectional type WS, B or S, or category Zs: Objects/unicodetype_db.h, _PyUnicode_IsWhitespace
  if (letter < 0x80) return (letter >= 0x09 && letter <= 0x0D) || (letter >= 0x1C && letter <= 0x20);
  return letter == 0x85 || letter == 0xA0 || letter == 0x1680 || (letter >= 0x2000 && letter <= 0x200A) || letter == 0x2028 ||
         letter == 0x2029 || letter == 0x202F || letter == 0x205F || letter == 0x3000;
}

bool is_decimal_digit(char32_t letter) {
  return letter < 0x80 ? letter >= '0' && letter <= '9' : u_charType(static_cast<UChar32>(letter)) == U_DECIMAL_DIGIT_NUMBER;
}

bool is_alphabetic(char32_t letter) { return u_isalpha(static_cast<UChar32>(letter)) != 0; }

bool is_word(char32_t letter) {
  const auto code = static_cast<UChar32>(letter);
  return letter == U'_' || u_isalpha(code) != 0 || u_getNumericValue(code) != U_NO_NUMERIC_VALUE;
}

std::string_view strip(std::string_view text) {
  while (!text.empty()) {
    const Letter letter = letter_at(text, 0);
    if (!is_space(letter.code)) break;
    text.remove_prefix(letter.bytes);
  }
  while (!text.empty()) {
    const Letter letter = letter_before(text, text.size());
    if (!is_space(letter.code)) break;
    text.remove_suffix(letter.bytes);
  }
  return text;
}

std::string_view strip_right(std::string_view text, std::string_view letters) {
  const auto last = text.find_last_not_of(letters);
  return last == std::string_view::npos ? std::string_view() : text.substr(0, last + 1);
}

std::string_view strip(std::string_view text, std::string_view letters) {
  text = strip_right(text, letters);
  const auto first = text.find_first_not_of(letters);
  return first == std::string_view::npos ? std::string_view() : text.substr(first);
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> words;
  std::size_t start = 0;
  const auto take = [&](std::size_t end) {
    if (end > start) words.push_back(text.substr(start, end - start));
  };
  for (std::size_t i = 0; i < text.size();) {
    const Letter letter = letter_at(text, i);
    if (is_space(letter.code)) take(i), start = i + letter.bytes;
    i += letter.bytes;
  }
  take(text.size());
  return words;
}

std::vector<std::string_view> split(std::string_view text, std::string_view separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + separator.size());
  }
}

std::string replace(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  for (;;) {
    const auto at = text.find(from);
    out += text.substr(0, at);
    if (at == std::string_view::npos) return out;
    out += to;
    text.remove_prefix(at + from.size());
  }
}

std::optional<double> parse_float(std::string_view text) {
  const auto joined = without_underscores(ascii_number(text));
  if (!joined) return std::nullopt;
  std::string_view number = *joined;
  const bool is_negative = number.starts_with('-');
  if (is_negative || number.starts_with('+')) number.remove_prefix(1);
  const double sign = is_negative ? -1.0 : 1.0;
  const std::string word = lower(number);
  if (word == "inf" || word == "infinity") return sign * std::numeric_limits<double>::infinity();
  if (word == "nan") return std::numeric_limits<double>::quiet_NaN();
  if (!is_decimal_number(number)) return std::nullopt;
  double value = 0;
  const auto result = std::from_chars(number.data(), number.data() + number.size(), value);
  if (result.ec == std::errc::result_out_of_range) value = is_too_large(number) ? std::numeric_limits<double>::infinity() : 0.0;
  return sign * value;
}

std::optional<std::int64_t> parse_int(std::string_view text) {
  const auto joined = without_underscores(ascii_number(text));
  if (!joined || joined->empty()) return std::nullopt;
  std::string_view number = *joined;
  if (number.starts_with('+')) number.remove_prefix(1);
  if (number.empty() || (joined->front() == '+' && number.front() == '-')) return std::nullopt;
  std::int64_t value = 0;
  const auto result = std::from_chars(number.data(), number.data() + number.size(), value);
  if (result.ec != std::errc() || result.ptr != number.data() + number.size()) return std::nullopt;
  return value;
}

double round(double value, int decimals) {
  if (!std::isfinite(value)) return value;
  const std::string text = fmt::format("{:.{}f}", value, decimals);
  double rounded = 0;
  std::from_chars(text.data(), text.data() + text.size(), rounded);
  return rounded;
}

std::u32string decode(std::string_view text) {
  const std::string clean = is_ascii(text) ? std::string(text) : replace_invalid_utf8(text);
  std::u32string out;
  out.reserve(clean.size());
  for (std::size_t i = 0; i < clean.size();) {
    const Letter letter = letter_at(clean, i);
    out += letter.code;
    i += letter.bytes;
  }
  return out;
}

std::string encode(std::u32string_view text) {
  std::string out;
  icu::UnicodeString unicode;
  for (const char32_t letter : text) unicode.append(static_cast<UChar32>(letter));
  unicode.toUTF8String(out);
  return out;
}

}  // namespace assay::python
