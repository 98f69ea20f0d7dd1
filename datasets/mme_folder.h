#pragma once
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "datasets/sample.h"

namespace assay {

/// The 14 subtasks in the order of the official eval tool: ten of perception, then four of cognition.
[[nodiscard]] std::span<const std::string_view> mme_subtasks();

/// MME as its authors hand it out: a folder per subtask, holding `images/` and `questions_answers_YN/`, or pictures and texts side by
/// side; each text is two lines `question<TAB>Yes|No`. Subtasks come in the official order, pictures sorted by name; a subtask whose
/// folder is absent is left out (none at all is an error).
///   id          "<subtask>/<picture file name>/<0|1>"
///   group       "<subtask>/<picture file name>" (30 names occur in several subtasks)
///   category    the subtask
///   references  {"Yes"} or {"No"}
/// Throws   DataError with file and line for a text that is not two such lines, or has no picture
[[nodiscard]] std::unique_ptr<SampleSource> open_mme_folder(const std::filesystem::path& root);

}  // namespace assay
