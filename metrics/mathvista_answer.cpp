#include "metrics/mathvista_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "harness/base/python_float.h"
#include "metrics/edit_distance.h"
#include "metrics/python_text.h"

namespace assay {
namespace {

/// The letter of the first "(x)".
std::optional<char> bracketed_letter(std::string_view text) {
  for (std::size_t i = 0; i + 2 < text.size(); ++i) {
    const char letter = text[i + 1];
    const bool is_letter = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
    if (text[i] == '(' && is_letter && text[i + 2] == ')') return letter >= 'a' ? static_cast<char>(letter - 32) : letter;
  }
  return std::nullopt;
}

std::string nearest_choice(std::string_view extraction, std::span<const std::string> choices) {
  const auto text = python::decode(extraction);
  std::size_t smallest = std::numeric_limits<std::size_t>::max();
  std::string nearest;
  for (const auto& choice : choices) {
    const auto distance = edit_distance(text, python::decode(choice));
    if (distance < smallest) smallest = distance, nearest = choice;
  }
  return nearest;
}

std::string choice_of(std::string_view extraction, std::span<const std::string> choices) {
  std::string text(python::strip(extraction));
  if (const auto letter = bracketed_letter(text)) text = std::string(1, *letter);
  if (text.size() == 1 && text[0] >= 'A' && static_cast<std::size_t>(text[0] - 'A') < choices.size()) return choices[static_cast<std::size_t>(text[0] - 'A')];
  return nearest_choice(text, choices);
}

/// str(int(number)); nothing for what is not finite.
std::optional<std::string> whole(double number) {
  if (!std::isfinite(number)) return std::nullopt;
  const double cut = std::trunc(number);
  return fmt::format("{:.0f}", cut == 0 ? 0.0 : cut);
}

std::optional<std::string> whole_number(std::string_view extraction, WholeNumbers rule) {
  if (rule == WholeNumbers::kThroughFloat) {
    const auto number = python::parse_float(extraction);
    return number ? whole(*number) : std::nullopt;
  }
  const auto number = python::parse_int(extraction);
  return number ? std::optional(fmt::to_string(*number)) : std::nullopt;
}

}  // namespace

std::optional<std::string> extract_plainly(std::string_view reply, const MathVistaQuestion& question) {
  if (reply.empty()) return "";
  if (question.is_multi_choice && std::ranges::find(question.choices, reply) != question.choices.end()) return std::string(reply);
  if (question.answer_type == "integer") {
    if (const auto number = python::parse_int(reply)) return fmt::to_string(*number);
  }
  if (question.answer_type == "float") {
    if (const auto number = python::parse_float(reply)) return python_float_text(*number);
  }
  return std::nullopt;
}

std::optional<std::string> normalize_extraction(std::string_view extraction, const MathVistaQuestion& question, WholeNumbers whole_numbers) {
  if (question.is_multi_choice) return choice_of(extraction, question.choices);
  if (question.answer_type == "integer") return whole_number(extraction, whole_numbers);
  if (question.answer_type == "list") return std::string(extraction);
  const auto number = python::parse_float(extraction);
  const auto decimals = python::parse_float(question.precision);
  if (question.answer_type != "float" || !number || !decimals) return std::nullopt;
  return python_float_text(python::round(*number, static_cast<int>(*decimals)));
}

}  // namespace assay
