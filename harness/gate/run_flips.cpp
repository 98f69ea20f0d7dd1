#include "harness/gate/run_flips.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "harness/base/error.h"
#include "harness/journal.h"
#include "harness/scored_run.h"

namespace assay {
namespace {

double score_in_unit(double score, const std::string& id) {
  if (!(score >= 0 && score <= 1)) throw DataError(fmt::format("sample \"{}\" has the score {}; flips are measured on scores from 0 to 1", id, score));
  return score;
}

ScoresOfRun scores_in_journals(const std::filesystem::path& run) {
  ScoresOfRun scores;
  JournalFiles(run).for_each([&](const JournalRecord& record, RecordPlace) {
    auto& of_benchmark = scores[record.benchmark];
    if (std::isnan(record.score.value)) of_benchmark.erase(record.id);
    else of_benchmark[record.id] = record.score.value;
  });
  return scores;
}

/// Of each benchmark's first profile, as journals have them.
ScoresOfRun scores_in(const ScoredRun& run) {
  ScoresOfRun scores;
  for (const auto& benchmark : run.benchmarks) {
    const auto [place, is_first] = scores.try_emplace(benchmark.result.benchmark);
    if (!is_first) continue;
    for (const auto& sample : benchmark.samples)
      if (!std::isnan(sample.value)) place->second[sample.id] = sample.value;
  }
  return scores;
}

}  // namespace

MeasuredRun read_measured_run(const std::filesystem::path& run) {
  if (std::filesystem::is_directory(run)) return {read_manifest(run), scores_in_journals(run)};
  ScoredRun scored = read_scored_run(run);
  ScoresOfRun scores = scores_in(scored);
  return {std::move(scored.manifest), std::move(scores)};
}

std::vector<PairedUnit> paired_units(const PlanningSet& set, const ScoresOfRun& first, const ScoresOfRun& second) {
  std::vector<PairedUnit> pairs;
  const auto a = first.find(set.benchmark), b = second.find(set.benchmark);
  for (std::size_t i = 0; i < set.ids.size() && a != first.end() && b != second.end(); ++i) {
    const auto before = a->second.find(set.ids[i]), now = b->second.find(set.ids[i]);
    if (before == a->second.end() || now == b->second.end()) continue;
    const double difference = score_in_unit(now->second, set.ids[i]) - score_in_unit(before->second, set.ids[i]);
    pairs.push_back({set.clusters[set.cluster_of_sample[i]].name, difference});
  }
  if (pairs.empty()) throw DataError(fmt::format("{}: the two runs have scored no sample of it both", set.benchmark));
  return pairs;
}

}  // namespace assay
