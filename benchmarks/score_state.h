#pragma once
#include <optional>
#include <string>

#include "benchmarks/benchmark.h"

/// The states of a score, the same in every benchmark.
///
/// A failed sample (kError) is worth 0 and stays in the denominator. A truncated or an empty reply is scored by the same rule as any other
/// and keeps its state, so that it can be counted; a reply from which the rule reads nothing is worth 0 and unparsed.
namespace assay {

/// The score of a reply. `answer` is what was read out of it, nothing when the rule could not read it; `value` is NaN for a sample without
/// a label.
[[nodiscard]] Score make_score(const Reply& reply, std::optional<std::string> answer, double value);

/// The score of a reply that needs a judge's word and has not got it, or got one that says nothing.
[[nodiscard]] Score judge_failed(const Reply& reply);

/// The reply as VLMEvalKit's scorers see it: predictions go through a spreadsheet and come back by pandas, so a word for a missing cell
/// ("", "NA", "None", "null", ...) is the text `nan`.
/// Source   open-compass/VLMEvalKit e8e78f05: evaluate() of each data set, data['prediction'] = [str(x) for x in data['prediction']]
[[nodiscard]] std::string as_vlmevalkit_reads(const std::string& reply);
/// The same but for a verbatim reply: VLMEvalKit's JSON predictions (PRED_FORMAT=json) come back as they are.
[[nodiscard]] std::string as_vlmevalkit_reads(const Reply& reply);

/// What a sample's label is compared with; NaN stands for "no label" in Score::value.
[[nodiscard]] double value_if_labelled(const Sample& sample, bool is_right);

}  // namespace assay
