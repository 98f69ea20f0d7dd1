#include "benchmarks/benchmark.h"

#include <set>

namespace assay {

std::vector<MetricNote> Benchmark::metric_notes() const {
  std::vector<MetricNote> notes;
  std::set<std::string> seen;
  for (const auto& profile : scoring_profiles()) {
    for (const auto& metric : metrics({}, profile)) {
      if (seen.insert(metric.name).second) notes.push_back({metric.name, "divided by: " + metric.divides_by});
    }
  }
  return notes;
}

std::vector<JudgeQuestion> Benchmark::judge_questions(const Reply&, std::string_view) const { return {}; }

std::optional<Submission> Benchmark::submission(std::span<const Reply>) const { return std::nullopt; }

}  // namespace assay
