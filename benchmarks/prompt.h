#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "benchmarks/benchmark.h"

/// What is said to the model, put together. The texts themselves stand beside each benchmark.
namespace assay {

/// The sample's pictures, to be read when the model gets to them.
[[nodiscard]] std::vector<ImageInput> pictures_of(const Sample& sample);

/// One user turn: all of the sample's pictures attached, then `text`.
[[nodiscard]] Prompt attached_prompt(const Sample& sample, std::string text);

/// One user turn with the pictures where the text says `<image k>`, k from 1 to 9; the marks themselves go. Without a mark: attached_prompt.
/// Throws   DataError for the mark of a picture that the sample does not have
/// Source   open-compass/VLMEvalKit e8e78f05 vlmeval/dataset/image_mcq.py, MMMUDataset.split_MMMU
[[nodiscard]] Prompt interleaved_prompt(const Sample& sample, std::string_view text);

/// A prompt profile of a benchmark whose questions only get an instruction behind them.
struct SuffixProfile {
  std::string_view name;
  std::string_view suffix;  ///< put behind the question as it is
  int max_new_tokens;
  int max_tiles;            ///< 0: as the checkpoint's config says
};

/// A user turn with a picture wherever the text says `<ImageHere>`; `next_picture` counts on from turn to turn.
/// Throws   DataError for the mark of a picture beyond `picture_count`
/// Source   open-compass/VLMEvalKit e8e78f05 vlmeval/dataset/image_mt.py, build_prompt
[[nodiscard]] Turn marked_turn(std::string_view text, std::size_t picture_count, std::size_t& next_picture);

/// Sets each picture into a black square.
void square_pictures(Prompt& prompt);

/// What VLMEvalKit asks where captions are wanted (vlmeval/dataset/image_caption.py).
inline constexpr std::string_view kCaptionRequest =
    "Please describe this image in general. Directly provide the description, do not include prefix like \"This image depicts\". ";
/// What InternVL's scripts say before a phrase whose box they want; "</ref>" stands behind it.
inline constexpr std::string_view kBoxRequest = "Please provide the bounding box coordinate of the region this sentence describes: <ref>";

/// `text` and the profile's suffix, asked with the profile's limits.
[[nodiscard]] Question suffixed_question(const Sample& sample, std::string text, const SuffixProfile& profile);

/// Whether the text has a letter of U+4E00 to U+9FFF: how VLMEvalKit tells Chinese (smp/misc.py, cn_string).
[[nodiscard]] bool has_chinese(std::string_view text);

/// Lines `\nA. text`, one per option.
[[nodiscard]] std::string option_lines(std::span<const Option> options);

}  // namespace assay
