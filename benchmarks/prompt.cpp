#include "benchmarks/prompt.h"

#include <algorithm>

#include "metrics/python_text.h"

namespace assay {

Prompt attached_prompt(const Sample& sample, std::string text) {
  Prompt prompt;
  Turn turn;
  for (const auto& image : sample.images) {
    Part part;
    part.image_index = prompt.images.size();
    turn.parts.push_back(part);
    prompt.images.push_back({image.name, image.key(), [image] { return read_image_bytes(image); }});
  }
  turn.parts.push_back({std::move(text)});
  prompt.turns.push_back(std::move(turn));
  return prompt;
}

Question suffixed_question(const Sample& sample, std::string text, const SuffixProfile& profile) {
  Question question;
  text += profile.suffix;
  question.prompt = attached_prompt(sample, std::move(text));
  question.decoding.max_new_tokens = profile.max_new_tokens;
  if (profile.max_tiles > 0) question.max_tiles = profile.max_tiles;
  return question;
}

bool has_chinese(std::string_view text) {
  const std::u32string letters = python::decode(text);
  return std::any_of(letters.begin(), letters.end(), [](char32_t letter) { return letter >= 0x4E00 && letter <= 0x9FFF; });
}

std::string option_lines(std::span<const Option> options) {
  std::string lines;
  for (const auto& option : options) lines += "\n" + option.letter + ". " + option.text;
  return lines;
}

}  // namespace assay
