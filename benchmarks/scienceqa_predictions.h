#pragma once
#include <filesystem>
#include <vector>

#include "benchmarks/benchmark.h"

namespace assay {

/// Whether the question had a picture: by the data, or by what LLaVA's output says ("is_multimodal").
[[nodiscard]] bool has_picture(const Sample& sample);

/// Answers to ScienceQA:
///   - the authors' result file {results: {number: place of the choice}, outputs: {number: text}}, also as LLaVA writes it; the choice is
///     recorded with the reply (kRecordedChoice): the authors' scorer takes it and reads no text;
///   - LLaVA's output {correct: [...], incorrect: [...]} of {question_id, ground_truth, pred, is_multimodal}, which brings its labels;
///   - whatever prediction_file.h reads.
///
/// Throws   DataError as match_predictions does, and for a place that is no choice
[[nodiscard]] std::vector<Reply> read_scienceqa_predictions(const std::filesystem::path& path, const SampleSource* data);

}  // namespace assay
