#pragma once
#include <filesystem>
#include <memory>

#include "datasets/sample.h"

namespace assay {

/// Open questions as Qwen-VL and InternVL keep them, one JSON object a line: {image, question, question_id?, answer?}.
///   id          question_id, else the line's place from 0
///   references  `answer`: a text, a number, or a list of them; none when absent or null
///   fields      every further scalar as text
/// A relative picture is looked for under `image_root` when given, then beside the file, then in the folder above it, as it stands and without
/// its leading folders ("data/chartqa/test/png/1.png" is found as "png/1.png"). One not found keeps the first of these places: its read fails.
///
/// Throws   DataError with file and line, also for two lines of one question_id
[[nodiscard]] std::unique_ptr<SampleSource> open_vqa_jsonl(const std::filesystem::path& jsonl, const std::filesystem::path& image_root = {});

}  // namespace assay
