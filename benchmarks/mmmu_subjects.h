#pragma once
#include <string>
#include <string_view>

#include "datasets/sample.h"

/// What MMMU's questions are about.
namespace assay {

/// "validation_Art_Theory_12" -> "Art_Theory"; the sample's category where the id has no such parts.
[[nodiscard]] std::string mmmu_subject(const Sample& sample);

/// The authors' id where the sample has one ("validation_Art_Theory_12"), in its own id or in VLMEvalKit's column `id`; else its own.
[[nodiscard]] std::string mmmu_id(const Sample& sample);

/// "Art_Theory" -> "Art and Design"; empty for a subject that MMMU does not have.
/// Source   MMMU-Benchmark/MMMU bb0b95a9 mmmu/utils/data_utils.py, DOMAIN_CAT2SUB_CAT
[[nodiscard]] std::string_view mmmu_domain(std::string_view subject);

/// Whether the question has options to choose from.
[[nodiscard]] bool is_mmmu_choice(const Sample& sample);

}  // namespace assay
