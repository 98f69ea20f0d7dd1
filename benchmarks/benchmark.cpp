#include "benchmarks/benchmark.h"

#include <cmath>
#include <set>

#include "benchmarks/summary.h"

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

std::vector<MetricBasis> Benchmark::bases(std::span<const ScoredReply> replies, std::string_view) const {
  MetricBasis basis{main_metric(), 1, Formula::kMean, Combination::kMean, {}};
  for (const auto& scored : replies) {
    const Sample& sample = scored.reply.sample;
    if (!std::isnan(scored.score.value)) basis.rows.push_back({sample.id, cluster_of(sample), "", {scored.score.value}});
  }
  return {basis};
}

std::string Benchmark::definition_digest() const { return ""; }

std::string Benchmark::answer_rule(std::string_view) const { return ""; }

void Benchmark::relate(std::vector<Reply>&, std::string_view) const {}
std::vector<JudgeQuestion> Benchmark::judge_questions(const Reply&, std::string_view) const { return {}; }

std::optional<Submission> Benchmark::submission(std::span<const Reply>) const { return std::nullopt; }

}  // namespace assay
