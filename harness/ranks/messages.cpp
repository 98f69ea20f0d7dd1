#include "harness/ranks/messages.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "harness/base/error.h"
#include "harness/base/number.h"

namespace assay {

std::string_view take_word(std::string_view& text) {
  const auto end = std::min(text.find(' '), text.size());
  const auto word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

std::optional<Message> parse_message(std::string_view text) {
  Message message;
  message.word = take_word(text);
  if (const auto number = take_word(text); !number.empty()) {
    const auto value = parse_number<std::int64_t>(number);
    if (!value) return std::nullopt;
    message.number = *value;
  }
  message.rest = text;
  return message;
}

std::string message_text(std::string_view word, std::int64_t number, std::string_view rest) { return fmt::format("{} {} {}", word, number, rest); }

std::string places_text(const std::vector<PlanPlace>& places) {
  std::string text;
  for (const PlanPlace place : places) fmt::format_to(std::back_inserter(text), "{}{}:{}", text.empty() ? "" : " ", place.benchmark, place.sample);
  return text;
}

std::vector<PlanPlace> parse_places(std::string_view text) {
  std::vector<PlanPlace> places;
  while (!text.empty()) {
    const auto word = take_word(text);
    const auto colon = std::min(word.find(':'), word.size());
    const auto benchmark = parse_number<std::uint32_t>(word.substr(0, colon));
    const auto sample = parse_number<std::uint32_t>(word.substr(std::min(colon + 1, word.size())));
    if (!benchmark || !sample) throw InternalError(fmt::format("\"{}\" names no sample of a plan", word));
    places.push_back({*benchmark, *sample});
  }
  return places;
}

}  // namespace assay
