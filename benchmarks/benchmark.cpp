#include "benchmarks/benchmark.h"

namespace assay {

std::vector<MetricNote> Benchmark::metric_notes() const {
  std::vector<MetricNote> notes;
  for (const auto& metric : metrics({}, "")) notes.push_back({metric.name, "divided by: " + metric.divides_by});
  return notes;
}

std::optional<Submission> Benchmark::submission(std::span<const Reply>) const { return std::nullopt; }

}  // namespace assay
