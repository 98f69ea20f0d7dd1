#pragma once
#include <filesystem>
#include <vector>

#include "benchmarks/benchmark.h"

namespace assay {

/// The field of a reply whose file says which choice was counted for it, as a letter: ScienceQA's scorer takes that place and reads no text, and
/// where the authors' run drew one at random, this is the draw.
inline constexpr const char* kScienceQaChoice = "recorded_choice";

/// Whether the question had a picture: by the data, or by what LLaVA's output says ("is_multimodal").
[[nodiscard]] bool has_picture(const Sample& sample);

/// Answers to ScienceQA:
///   - the authors' result file {results: {number: place of the choice}, outputs: {number: text}}, also as LLaVA writes it;
///   - LLaVA's output {correct: [...], incorrect: [...]} of {question_id, ground_truth, pred, is_multimodal}, which brings its labels;
///   - whatever prediction_file.h reads.
///
/// Throws   DataError as match_predictions does, and for a place that is no choice
[[nodiscard]] std::vector<Reply> read_scienceqa_predictions(const std::filesystem::path& path, const SampleSource* data);

}  // namespace assay
