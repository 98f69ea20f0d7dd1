#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include "datasets/sample.h"
#include "harness/base/json.h"

namespace assay {

/// ScienceQA in the three layouts that users have. Samples of all three alike:
///   id          the problem's number ("5")
///   options     A, B, ... from choices
///   references  the letter of the answer; none where the file has none
///   hint        the context; questions with neither context nor picture are plain questions

/// The authors' `problems.json` {id: {question, choices, answer, hint, image, subject, grade, split, ...}}. The split's problems and their order
/// come from `pid_splits.json` beside it, and without that file from each problem's `split`. Pictures are `<id>/<image>` under
/// `images/<split>/`, `images/`, `<split>/` or the file's own folder.  category: the subject.
///
/// Throws   DataError that names the file and the problem, for a number of `pid_splits.json` that has no problem, too
[[nodiscard]] std::unique_ptr<SampleSource> open_scienceqa_problems(const std::filesystem::path& problems, const std::string& split);

/// Qwen-VL's and InternVL's `scienceqa_test_img.jsonl`: {image, question, choices, answer, hint} a line, on the questions with a picture. The
/// number is the picture's folder (".../test/5/image.png"), else the line's place from 0.
///
/// Throws   DataError with file and line
[[nodiscard]] std::unique_ptr<SampleSource> open_scienceqa_jsonl(const std::filesystem::path& jsonl);

/// LLaVA's `llava_test_CQM-A.json`: [{id, image?, conversations: [{value: question}, {value: letter}]}]. The question's text ends with its
/// options, one a line; a context stays in front of it as LLaVA writes it ("Context: ..."), and there is no hint.
///
/// Throws   DataError that names the file and the entry
[[nodiscard]] std::unique_ptr<SampleSource> open_scienceqa_llava(const std::filesystem::path& json);

/// One problem as the authors write it.
[[nodiscard]] Sample scienceqa_problem(const std::string& id, const json::Value& problem, const std::string& where);

}  // namespace assay
