#include "harness/cli/shown_prompt.h"

#include <fmt/format.h>

#include <exception>
#include <optional>

namespace assay {
namespace {

const char* name_of(Role role) { return role == Role::kSystem ? "system" : role == Role::kUser ? "user" : "assistant"; }

std::string text_of(const Question& question) {
  std::string text;
  const auto add = [&](const Turn& turn, bool is_named) {
    if (is_named) text += fmt::format("{}{}: ", text.empty() ? "" : "\n", name_of(turn.role));
    for (const auto& part : turn.parts) text += part.is_image() ? "<picture>" : part.text;
  };
  const bool is_dialogue = !question.later_turns.empty();
  for (const auto& turn : question.prompt.turns) add(turn, is_dialogue || question.prompt.turns.size() > 1);
  for (const auto& turn : question.later_turns) {
    text += "\nassistant: (its reply)";
    add(turn, true);
  }
  return text;
}

}  // namespace

Sample stand_in_sample() {
  Sample sample;
  sample.id = "0";
  sample.question = "{question}";
  sample.hint = "{hint}";
  sample.options = {{"A", "{option A}"}, {"B", "{option B}"}};
  sample.references = {"A"};
  sample.category = "{category}";
  sample.fields = {{"phrase", "{phrase}"}, {"question", "{question}"}, {"question_type", "multiple-choice"}, {"ocr_tokens", "{OCR tokens}"}};
  sample.images = {{"picture", 0, 0, ImageRef::Encoding::kRaw, "picture"}};
  return sample;
}

std::string shown_prompt(const Benchmark& benchmark, const Sample& sample, const std::string& profile) {
  try {
    return text_of(benchmark.ask(sample, profile));
  } catch (const std::exception& error) {  // a benchmark may lean on columns that a made-up sample does not have
    return fmt::format("({})", error.what());
  }
}

std::string shown_limits(const Benchmark& benchmark, const Sample& sample, const std::string& profile) {
  std::optional<Question> question;
  try {
    question = benchmark.ask(sample, profile);
  } catch (const std::exception&) {
    return "not to be asked";
  }
  if (!question->ranked.empty()) return "its options' texts are ranked, and nothing is written";
  std::string text = fmt::format("at most {} tokens", question->decoding.max_new_tokens);
  if (question->decoding.min_new_tokens > 0) text += fmt::format(", at least {}", question->decoding.min_new_tokens);
  if (question->decoding.beams > 1) text += fmt::format(", {} beams", question->decoding.beams);
  if (question->max_tiles) text += fmt::format(", at most {} tiles a picture", *question->max_tiles);
  return text;
}

}  // namespace assay
