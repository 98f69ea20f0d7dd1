#include "metrics/mmmu_answer.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "metrics/python_text.h"

namespace assay {
namespace {

using Text = std::u32string_view;

bool is_digit_at(Text text, std::size_t i) { return i < text.size() && python::is_decimal_digit(text[i]); }
bool is_word_at(Text text, std::size_t i) { return i < text.size() && python::is_word(text[i]); }

std::size_t after_digits(Text text, std::size_t i) {
  while (is_digit_at(text, i)) ++i;
  return i;
}

/// Where a match that starts at `i` ends; nothing where there is none. Each is one regular expression of the source, worked out by hand: a run of
/// digits that has to be followed by something else can only match as a whole.
using Pattern = std::optional<std::size_t> (*)(Text, std::size_t);

std::size_t after_minus(Text text, std::size_t i) { return i < text.size() && text[i] == U'-' ? i + 1 : i; }

/// -?\b\d{1,3}(?:,\d{3})+\b
std::optional<std::size_t> with_commas(Text text, std::size_t i) {
  i = after_minus(text, i);
  if (i > 0 && is_word_at(text, i - 1)) return std::nullopt;
  std::size_t at = after_digits(text, i);
  if (at == i || at - i > 3) return std::nullopt;
  std::size_t groups = 0;
  while (at < text.size() && text[at] == U',' && is_digit_at(text, at + 1) && is_digit_at(text, at + 2) && is_digit_at(text, at + 3)) at += 4, ++groups;
  if (groups > 0 && is_word_at(text, at)) at -= 4, --groups;  // the last group goes on: the match ends before its comma
  return groups > 0 ? std::optional(at) : std::nullopt;
}

/// [eE][+-]?\d+
std::optional<std::size_t> exponent(Text text, std::size_t i) {
  if (i >= text.size() || (text[i] != U'e' && text[i] != U'E')) return std::nullopt;
  ++i;
  if (i < text.size() && (text[i] == U'+' || text[i] == U'-')) ++i;
  const auto end = after_digits(text, i);
  return end > i ? std::optional(end) : std::nullopt;
}

/// -?\d+(?:\.\d+)?[eE][+-]?\d+
std::optional<std::size_t> scientific(Text text, std::size_t i) {
  i = after_minus(text, i);
  std::size_t at = after_digits(text, i);
  if (at == i) return std::nullopt;
  if (at < text.size() && text[at] == U'.' && is_digit_at(text, at + 1)) at = after_digits(text, at + 1);
  return exponent(text, at);
}

/// -?(?:\d+\.\d+|\.\d+|\d+\b)(?![eE][+-]?\d+)(?![,\d])
std::optional<std::size_t> simple(Text text, std::size_t i) {
  const auto may_end = [&](std::size_t at) { return !exponent(text, at) && !(at < text.size() && text[at] == U',') && !is_digit_at(text, at); };
  i = after_minus(text, i);
  const std::size_t whole = after_digits(text, i);
  if (whole < text.size() && text[whole] == U'.' && is_digit_at(text, whole + 1)) {
    const auto end = after_digits(text, whole + 1);
    if (may_end(end)) return end;
  }
  return whole > i && !is_word_at(text, whole) && may_end(whole) ? std::optional(whole) : std::nullopt;
}

/// re.findall. Where a run of digits does not match from its first one, it matches from none: each pattern looks at what stands behind the run.
void find_all(std::vector<std::string>& found, Text text, Pattern pattern) {
  for (std::size_t i = 0; i < text.size();) {
    const auto end = pattern(text, i);
    if (end) found.push_back(python::encode(text.substr(i, *end - i)));
    i = end ? *end : std::max(i + 1, after_digits(text, i));
  }
}

constexpr std::array<std::string_view, 8> kIndicators = {"could be ", "so ", "is ", "thus ", "therefore ", "final ", "answer ", "result "};

/// The shortest text that follows the last of an indicator, the first of equals.
std::string key_of(std::string_view line, bool is_last) {
  std::string shortest;
  const auto try_indicator = [&](std::string_view indicator) {
    const auto at = line.rfind(indicator);
    if (at == std::string_view::npos) return;
    const auto tail = python::strip(line.substr(at + indicator.size()));
    if (shortest.empty() || python::length(tail) < python::length(shortest)) shortest = tail;
  };
  for (const auto indicator : kIndicators) try_indicator(indicator);
  if (is_last) try_indicator("=");
  const bool is_trivial = shortest.size() == 1 && std::string_view(":,.!?;'").find(shortest[0]) != std::string_view::npos;
  return is_trivial ? "" : shortest;
}

std::vector<std::string> key_texts(std::string_view reply) {
  const std::string response = python::lower(python::strip(python::strip(reply), "."));
  const auto lines = python::split(response, "\n");
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    auto key = key_of(lines[i], i + 1 == lines.size());
    if (!key.empty()) keys.push_back(std::move(key));
  }
  return keys.empty() ? std::vector{response} : keys;
}

}  // namespace

std::vector<std::string> mmmu_numbers(std::string_view text) {
  const std::u32string letters = python::decode(text);
  std::vector<std::string> numbers;
  for (const auto pattern : {with_commas, scientific, simple}) find_all(numbers, letters, pattern);
  return numbers;
}

std::vector<OpenValue> mmmu_normalized(std::string_view text) {
  text = python::strip(text);
  const auto number = python::parse_float(python::replace(text, ",", ""));
  if (number) return {python::round(*number, 2)};
  const std::string lowered = python::lower(text);
  if (python::length(lowered) == 1) return {" " + lowered, lowered + " "};
  return {lowered};
}

std::vector<OpenValue> parse_mmmu_open(std::string_view reply) {
  std::vector<std::string> texts = key_texts(reply);
  const std::size_t key_count = texts.size();
  for (std::size_t i = 0; i < key_count; ++i) {
    for (auto& number : mmmu_numbers(texts[i])) texts.push_back(std::move(number));
  }
  std::vector<OpenValue> values;
  std::set<OpenValue> seen;
  for (const auto& text : texts) {
    for (auto& value : mmmu_normalized(text)) {
      const auto* number = std::get_if<double>(&value);
      const bool is_nan = number != nullptr && *number != *number;  // is equal to nothing, and has no place in an order
      if (is_nan || seen.insert(value).second) values.push_back(std::move(value));
    }
  }
  return values;
}

bool mmmu_open_matches(std::span<const OpenValue> parsed, std::span<const std::string> answers) {
  std::vector<OpenValue> accepted;
  for (const auto& answer : answers) {
    for (auto& value : mmmu_normalized(answer)) accepted.push_back(std::move(value));
  }
  return std::ranges::any_of(parsed, [&](const OpenValue& value) {
    return std::ranges::any_of(accepted, [&](const OpenValue& answer) {
      if (value.index() != answer.index()) return false;
      if (const auto* text = std::get_if<std::string>(&value)) return text->find(std::get<std::string>(answer)) != std::string::npos;
      return std::get<double>(value) == std::get<double>(answer);
    });
  });
}

}  // namespace assay
