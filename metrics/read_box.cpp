#include <array>
#include <string>

#include "metrics/grounding.h"
#include "metrics/python_text.h"

namespace assay {
namespace {

constexpr auto kNone = std::string_view::npos;

/// float() of each part; nothing where one is no number.
std::optional<Box> box_from(const std::array<std::string_view, 4>& parts) {
  std::array<double, 4> numbers{};
  for (std::size_t i = 0; i < 4; ++i) {
    const auto number = python::parse_float(parts[i]);
    if (!number) return std::nullopt;
    numbers[i] = *number;
  }
  return Box{numbers[0], numbers[1], numbers[2], numbers[3]};
}

/// \[*\[(.*?),(.*?),(.*?),(.*?)\]\]*  within one line. The first match decides, whatever stands in it.
std::optional<Box> read_internvl(std::string_view reply) {
  for (std::size_t start = reply.find('['); start != kNone; start = reply.find('[', start)) {
    start = reply.find_first_not_of('[', start);
    if (start == kNone) return std::nullopt;
    const auto line_end = reply.find('\n', start);
    const auto line = reply.substr(start, line_end - start);
    std::array<std::string_view, 4> parts;
    std::size_t from = 0, i = 0;
    for (; i < 4; ++i) {
      const auto end = line.find(i < 3 ? ',' : ']', from);
      if (end == kNone) break;
      parts[i] = line.substr(from, end - from);
      from = end + 1;
    }
    if (i == 4) return box_from(parts);
    if (line_end == kNone) return std::nullopt;
    start = line_end;  // what a bracket lacks, all behind it in the line lack too
  }
  return std::nullopt;
}

/// \((.*?)\),\((.*?)\)  within one line, each bracket two numbers.
std::optional<Box> read_qwen(std::string_view reply) {
  for (std::size_t start = reply.find('('); start != kNone; start = reply.find('(', start)) {
    const auto line_end = reply.find('\n', start);
    const auto line = reply.substr(start + 1, line_end - start - 1);
    const auto middle = line.find("),(");
    const auto end = middle == kNone ? kNone : line.find(')', middle + 3);
    if (end == kNone) {
      if (line_end == kNone) return std::nullopt;
      start = line_end;  // what a bracket lacks, all behind it in the line lack too
      continue;
    }
    const auto first = python::split(line.substr(0, middle), ","), second = python::split(line.substr(middle + 3, end - middle - 3), ",");
    if (first.size() != 2 || second.size() != 2) return std::nullopt;
    return box_from({first[0], first[1], second[0], second[1]});
  }
  return std::nullopt;
}

/// A place in a text that is read from left to right, letter by letter.
struct Cursor {
  const std::u32string& text;
  std::size_t at = 0;

  [[nodiscard]] char32_t letter(std::size_t ahead = 0) const { return at + ahead < text.size() ? text[at + ahead] : U'\0'; }
  [[nodiscard]] bool is_digit(std::size_t ahead = 0) const { return at + ahead < text.size() && python::is_decimal_digit(text[at + ahead]); }
  [[nodiscard]] bool is_space() const { return at < text.size() && python::is_space(text[at]); }
  bool take(char32_t wanted) {
    if (at >= text.size() || text[at] != wanted) return false;
    ++at;
    return true;
  }
  std::size_t take_digits() {
    const auto start = at;
    while (is_digit()) ++at;
    return at - start;
  }
  void skip_space() {
    while (is_space()) ++at;
  }
};

double number_between(const Cursor& cursor, std::size_t start) {
  return python::parse_float(python::encode(std::u32string_view(cursor.text).substr(start, cursor.at - start))).value_or(0);
}

/// [-+]?\d*\.?\d+(?:[eE][-+]?\d+)?  at the cursor, which moves behind it or stays.
std::optional<double> take_number_vlmevalkit(Cursor& cursor) {
  const auto start = cursor.at;
  if (cursor.letter() == U'-' || cursor.letter() == U'+') ++cursor.at;
  const auto whole = cursor.take_digits();
  if (cursor.letter() == U'.' && cursor.is_digit(1)) {
    ++cursor.at;
    cursor.take_digits();
  } else if (whole == 0) {
    cursor.at = start;
    return std::nullopt;
  }
  const auto before_exponent = cursor.at;
  if (cursor.letter() == U'e' || cursor.letter() == U'E') {
    ++cursor.at;
    if (cursor.letter() == U'-' || cursor.letter() == U'+') ++cursor.at;
    if (cursor.take_digits() == 0) cursor.at = before_exponent;
  }
  return number_between(cursor, start);
}

/// -?\d+(?:\.\d+)?
std::optional<double> take_number_lmms(Cursor& cursor) {
  const auto start = cursor.at;
  cursor.take(U'-');
  if (cursor.take_digits() == 0) return std::nullopt;
  if (cursor.letter() == U'.' && cursor.is_digit(1)) {
    ++cursor.at;
    cursor.take_digits();
  }
  return number_between(cursor, start);
}

/// \s*,\s*  or  \s+
bool take_comma_or_space(Cursor& cursor) {
  const auto start = cursor.at;
  cursor.skip_space();
  if (cursor.take(U',')) {
    cursor.skip_space();
    return true;
  }
  return cursor.at > start;
}

/// ,\s*
bool take_comma(Cursor& cursor) {
  if (!cursor.take(U',')) return false;
  cursor.skip_space();
  return true;
}

/// The first bracket with four numbers, parted as the toolkit wants it.
std::optional<Box> read_brackets(const std::u32string& text, std::optional<double> (*take_number)(Cursor&), bool (*take_separator)(Cursor&)) {
  for (std::size_t start = 0; start < text.size(); ++start) {
    Cursor cursor{text, start};
    if (!cursor.take(U'[')) continue;
    cursor.skip_space();
    std::array<double, 4> numbers{};
    std::size_t i = 0;
    for (; i < 4; ++i) {
      if (i > 0 && !take_separator(cursor)) break;
      const auto number = take_number(cursor);
      if (!number) break;
      numbers[i] = *number;
    }
    cursor.skip_space();
    if (i == 4 && cursor.take(U']')) return Box{numbers[0], numbers[1], numbers[2], numbers[3]};
  }
  return std::nullopt;
}

/// The first four numbers anywhere.
std::optional<Box> read_numbers(const std::u32string& text, std::optional<double> (*take_number)(Cursor&)) {
  std::array<double, 4> numbers{};
  std::size_t found = 0;
  for (Cursor cursor{text}; cursor.at < text.size() && found < 4;) {
    if (const auto number = take_number(cursor)) numbers[found++] = *number;
    else ++cursor.at;
  }
  if (found < 4) return std::nullopt;
  return Box{numbers[0], numbers[1], numbers[2], numbers[3]};
}

/// \d+
std::optional<double> take_digits(Cursor& cursor) {
  const auto start = cursor.at;
  if (cursor.take_digits() == 0) return std::nullopt;
  return number_between(cursor, start);
}

}  // namespace

std::optional<Box> read_box(std::string_view reply, GroundingRule rule) {
  if (rule == GroundingRule::kInternVl) return read_internvl(reply);
  if (rule == GroundingRule::kQwen) return read_qwen(reply);
  const std::u32string text = python::decode(reply);
  if (rule == GroundingRule::kMiniGpt4) return read_numbers(text, take_digits);
  if (rule == GroundingRule::kLmmsEval) return read_brackets(text, take_number_lmms, take_comma);
  const auto bracketed = read_brackets(text, take_number_vlmevalkit, take_comma_or_space);
  return bracketed ? bracketed : read_numbers(text, take_number_vlmevalkit);
}

}  // namespace assay
