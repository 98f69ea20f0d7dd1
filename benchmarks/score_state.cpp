#include "benchmarks/score_state.h"

#include <limits>

#include "datasets/pandas_types.h"
#include "metrics/python_text.h"

namespace assay {

Score make_score(const Reply& reply, std::optional<std::string> answer, double value) {
  if (reply.state == SampleState::kError) return {value != value ? value : 0, SampleState::kError, ""};
  Score score{value, reply.state, answer.value_or("")};
  if (score.state != SampleState::kScored) return score;
  if (python::strip(reply.text).empty()) score.state = SampleState::kEmpty;
  else if (!answer) score.state = SampleState::kUnparsed;
  return score;
}

Score judge_failed(const Reply& reply) {
  if (reply.state == SampleState::kError) return {0, SampleState::kError, ""};
  return {std::numeric_limits<double>::quiet_NaN(), SampleState::kJudgeFailed, ""};
}

std::string as_vlmevalkit_reads(const std::string& reply) { return is_pandas_na(reply) ? "nan" : reply; }

std::string as_vlmevalkit_reads(const Reply& reply) { return reply.is_verbatim ? reply.text : as_vlmevalkit_reads(reply.text); }

double value_if_labelled(const Sample& sample, bool is_right) {
  if (sample.references.empty()) return std::numeric_limits<double>::quiet_NaN();
  return is_right ? 1 : 0;
}

}  // namespace assay
