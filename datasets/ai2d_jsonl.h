#pragma once
#include <filesystem>
#include <memory>

#include "datasets/sample.h"

namespace assay {

/// AI2D with its questions written out, one JSON object a line: InternVL's `ai2d_test_vlmevalkit.jsonl` {image, question, question_id, answer},
/// whose question ends with its options and a request, and XComposer's `ai2d_test.jsonl` {text, image, answer}, whose text is a whole prompt
/// with "Question: ...", "Context: ..." and "Options: A. ... B. ..." in it.
///   id            question_id, else the line's place from 0
///   options       as the text has them
///   references    {answer}: a letter
///   fields        text: the question as the file writes it
/// Pictures are looked for beside the file and one folder up, with or without the leading folders of their names.
///
/// Throws   DataError with file and line, also for two lines of one id
[[nodiscard]] std::unique_ptr<SampleSource> open_ai2d_jsonl(const std::filesystem::path& jsonl);

}  // namespace assay
