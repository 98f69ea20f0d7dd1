#pragma once
#include <filesystem>
#include <memory>

#include "datasets/sample.h"

namespace assay {

/// DocVQA and InfoVQA as the Robust Reading Competition hands them out: {"data": [{questionId, question, image, answers?}]}.
///   id          questionId
///   references  answers; none in a test file
///   fields      every further scalar of the entry as text (docId, data_split, ...); arrays joined by ", " (question_types, operation_reasoning)
/// The picture is `image` relative to the file's folder, else its last part under `documents/`, `images/` or the folder itself.
///
/// Throws   DataError that names the file and the entry
[[nodiscard]] std::unique_ptr<SampleSource> open_rrc_json(const std::filesystem::path& json);

}  // namespace assay
