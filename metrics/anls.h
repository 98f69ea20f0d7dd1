#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// How far a prediction is from one accepted answer: edit distance over length, on texts stripped, lower-cased and with runs of white
/// space made one; the length is the longer of both *raw* texts, upper-cased.
///
/// Range        [0, 1] where no text shrinks; two empty texts give 0
/// Source       Robust Reading Competition, InfographicVQA evaluation script, as in OpenGVLab/InternVL 2410d1db
///              internvl_chat/eval/vqa/infographicsvqa_eval.py, evaluate_method; the same in VLMEvalKit e8e78f05 (anls_compute) and
///              lmms-eval 75571cfe (api/metrics.py, anls)
[[nodiscard]] double anls_distance(std::string_view prediction, std::string_view answer);

/// Average Normalized Levenshtein Similarity of one question: 1 - the smallest distance to an answer, and 0 where that is below 0.5.
///
/// Range        {0} and [0.5, 1], higher is better
/// Divides by   nothing; the mean over questions is taken by the caller
/// Empty        no answers: 0
/// Source       Biten et al. 2019, arXiv:1907.00490, eq. 1; the script named above
[[nodiscard]] double anls(std::string_view prediction, std::span<const std::string> answers);

/// The same as pix2struct has it: lower-cased only, the length is of the lower-cased texts, and exactly 0.5 is dropped.
///
/// Range        {0} and (0.5, 1]; two empty texts, on which the source divides by zero, give 1
/// Source       google-research/pix2struct 945f27e9 pix2struct/metrics.py, anls_metric
[[nodiscard]] double anls_pix2struct(std::string_view prediction, std::span<const std::string> answers);

}  // namespace assay
