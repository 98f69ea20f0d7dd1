#pragma once
#include <filesystem>
#include <vector>

#include "benchmarks/benchmark.h"

namespace assay {

/// Answers to MMMU:
///   - the authors' {id: answer}, answers already read out of the replies (main_eval_only.py): a letter is compared as it stands;
///   - the authors' folder of `<Subject>/output.json`, [{id, question_type, answer, all_choices, index2ans, response}] (main_parse_and_eval.py),
///     which brings its own options and labels; a letter in `parsed_pred`, as that script leaves it, counts where the reply has none: the draw;
///   - whatever prediction_file.h reads, by index or by the authors' id.
///
/// Throws   DataError as match_predictions does
/// Source   MMMU-Benchmark/MMMU bb0b95a9 mmmu/main_eval_only.py, mmmu/main_parse_and_eval.py
[[nodiscard]] std::vector<Reply> read_mmmu_predictions(const std::filesystem::path& path, const SampleSource* data);

/// Whether the reply's text is an answer that was read out already.
[[nodiscard]] bool is_read_already(const Sample& sample);

}  // namespace assay
