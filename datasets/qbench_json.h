#pragma once
#include <filesystem>
#include <memory>

#include "datasets/sample.h"

namespace assay {

/// Q-Bench's LLVisionQA, a list of {img_path, question, type, concern, candidates, correct_ans?}.
///   id          the place in the list from 0
///   options     A, B, ... from candidates
///   references  the letter of correct_ans; none where the file has none
///   fields      type, concern, img_path, correct_ans
/// Pictures are `img_path` under `images/`, `LLVisionQA-QBench/` or the file's own folder.
///
/// Throws   DataError that names the file and the entry, for a correct_ans that is no candidate, too
[[nodiscard]] std::unique_ptr<SampleSource> open_qbench_json(const std::filesystem::path& json);

}  // namespace assay
