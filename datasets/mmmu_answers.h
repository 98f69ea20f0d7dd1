#pragma once
#include <filesystem>
#include <memory>

#include "datasets/sample.h"

namespace assay {

/// The authors' label file for scoring, `answer_dict_val.json`: {id: {question_type, ground_truth}}. Samples have no question and no picture:
/// they can be scored, not asked.
///   id          "validation_Accounting_1"
///   references  ground_truth, a text or a list of them
///   fields      question_type: "multiple-choice" or "short-answer"
///
/// Throws   DataError that names the file and the id
[[nodiscard]] std::unique_ptr<SampleSource> open_mmmu_answers(const std::filesystem::path& json);

}  // namespace assay
