#pragma once
#include <filesystem>
#include <vector>

#include "benchmarks/benchmark.h"

namespace assay {

/// Answers to POPE, against the data or with labels of their own:
///   - rows with an id: the sample's own ("random/17", or a TSV's index); a `question_id` beside a `category`, as lmms-eval writes; or LLaVA's
///     number, which counts adversarial questions from 1, random ones from 10,000,001 and popular ones from 20,000,001;
///   - the authors' {question, answer} lines, which carry none: the k-th line answers the k-th question of the category that the file's name
///     says ("answers_random.json"). A folder of such files is read as one.
///
/// Throws   DataError as match_predictions does, and for a line of another question than the one it stands for
/// Source   AoiDragon/POPE 08d957b9 evaluate.py; haotian-liu/LLaVA c121f043 llava/eval/eval_pope.py
[[nodiscard]] std::vector<Reply> read_pope_predictions(const std::filesystem::path& path, const SampleSource* data);

}  // namespace assay
