#include "benchmarks/prompt.h"

#include <algorithm>

#include "harness/base/error.h"
#include "metrics/python_text.h"

namespace assay {

std::vector<ImageInput> pictures_of(const Sample& sample) {
  std::vector<ImageInput> pictures;
  for (const auto& image : sample.images) pictures.push_back({image.name, image.key(), [image] { return read_image_bytes(image); }});
  return pictures;
}

Prompt attached_prompt(const Sample& sample, std::string text) {
  Prompt prompt{{}, pictures_of(sample)};
  Turn turn;
  for (std::size_t i = 0; i < prompt.images.size(); ++i) turn.parts.push_back({"", i});
  turn.parts.push_back({std::move(text)});
  prompt.turns.push_back(std::move(turn));
  return prompt;
}

Prompt interleaved_prompt(const Sample& sample, std::string_view text) {
  constexpr std::string_view kMark = "<image ";
  Prompt prompt{{}, pictures_of(sample)};
  Turn turn;
  const auto add_text = [&](std::string_view part) {
    if (!part.empty()) turn.parts.push_back({std::string(part)});
  };
  const auto pieces = python::split(text, kMark);
  add_text(pieces.front());
  for (std::size_t i = 1; i < pieces.size(); ++i) {
    const auto piece = pieces[i];
    if (piece.size() < 2 || piece[0] < '1' || piece[0] > '9' || piece[1] != '>') {
      add_text(std::string(kMark) + std::string(piece));
      continue;
    }
    const auto picture = static_cast<std::size_t>(piece[0] - '1');
    if (picture >= prompt.images.size())
      throw DataError(fmt::format("{}: its text asks for <image {}>, and it has {} pictures", sample.id, piece[0], prompt.images.size()));
    turn.parts.push_back({"", picture});
    add_text(piece.substr(2));
  }
  const bool has_mark = std::ranges::any_of(turn.parts, [](const Part& part) { return part.is_image(); });
  if (!has_mark) return attached_prompt(sample, std::string(text));
  prompt.turns.push_back(std::move(turn));
  return prompt;
}

Turn marked_turn(std::string_view text, std::size_t picture_count, std::size_t& next_picture) {
  Turn turn;
  const auto pieces = python::split(text, "<ImageHere>");
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (i > 0) turn.parts.push_back({"", next_picture++});
    if (!pieces[i].empty() || pieces.size() == 1) turn.parts.push_back({std::string(pieces[i])});
  }
  if (next_picture > picture_count) throw DataError(fmt::format("the text has {} marks <ImageHere> by now, and there are {} pictures", next_picture, picture_count));
  return turn;
}

void square_pictures(Prompt& prompt) {
  for (auto& image : prompt.images) {
    image.is_squared = true;
    image.key += "|squared";
  }
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
