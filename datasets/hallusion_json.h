#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include "datasets/sample.h"
#include "harness/base/json.h"

namespace assay {

/// HallusionBench.json, a list of {category, subcategory, visual_input, set_id, figure_id, question_id, question, gt_answer, filename, ...}.
///   id          "<category>_<subcategory>_<set_id>_<figure_id>_<question_id>", the authors' own name for a question
///   group       "<category>_<subcategory>_<set_id>": figures and questions of one set are scored together
///   category    "VD" (needs its picture) or "VS" (could be known without)
///   references  {"Yes"} or {"No"}; none where gt_answer is absent
///   fields      every scalar as text
/// Questions with visual_input 0 have no picture. Pictures are `filename` under the file's folder or `hallusion_bench/` there; the ending
/// may be written in capitals, as some of the authors' are.
///
/// Throws   DataError that names the file and the entry, for a gt_answer other than 0 and 1, too
[[nodiscard]] std::unique_ptr<SampleSource> open_hallusion_json(const std::filesystem::path& json);

/// One entry of it.
[[nodiscard]] Sample hallusion_question(const json::Value& entry, const std::string& where);

}  // namespace assay
