#pragma once
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>

#include "datasets/sample.h"

namespace assay {

/// How POPE draws the absent objects that it asks for: "random", "popular", "adversarial".
[[nodiscard]] std::span<const std::string_view> pope_categories();

/// POPE as its authors hand it out: `coco_pope_random.json`, `coco_pope_popular.json` and `coco_pope_adversarial.json`, one JSON object a line
/// {question_id, image, text, label}; those of the three that are there, in this order.
///   id          "<category>/<question_id>": the three files count from 1 each
///   group       the picture's file name
///   category    "random", "popular" or "adversarial"
///   references  {label}: "yes" or "no"
/// Pictures are known by file name: `images/`, `val2014/` or the files' own folder, here or one folder up, whichever has the first one
/// (it stands among paths() then).
///
/// Throws   DataError with file and line, also for a label that is neither yes nor no and for two lines of one question_id
[[nodiscard]] std::unique_ptr<SampleSource> open_pope_folder(const std::filesystem::path& folder);

/// LLaVA's merged file, `llava_pope_test.jsonl`: {question_id, image, text, category} a line. Samples are as open_pope_folder's, without the
/// request for a short answer that ends each text. Labels come from the authors' files in `coco/` beside it or in its own folder, matched by
/// place within the category, as LLaVA's scorer does; where those are absent samples have no label, and a number is LLaVA's modulo ten million.
///
/// Throws   as above, and where a question and its label line are on different pictures
/// Source   haotian-liu/LLaVA c121f043 llava/eval/eval_pope.py
[[nodiscard]] std::unique_ptr<SampleSource> open_pope_jsonl(const std::filesystem::path& jsonl);

}  // namespace assay
