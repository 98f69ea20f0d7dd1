#include "harness/gate/pairs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace assay {

std::vector<BenchmarkPair> benchmark_pairs(const ScoredRun& baseline, const ScoredRun& candidate) {
  std::vector<BenchmarkPair> pairs;
  for (const auto& benchmark : baseline.benchmarks)
    if (const auto* other = find_benchmark(candidate, benchmark.result.benchmark, benchmark.result.profile)) pairs.push_back({&benchmark, other});
  return pairs;
}

std::vector<BasisPair> basis_pairs(const BenchmarkPair& pair) {
  std::vector<BasisPair> pairs;
  for (const auto& basis : pair.baseline->bases) {
    const auto other = std::ranges::find(pair.candidate->bases, basis.name, &MetricBasis::name);
    if (other != pair.candidate->bases.end() && !basis.rows.empty() && !other->rows.empty()) pairs.push_back({&basis, &*other});
  }
  return pairs;
}

std::map<UnitKey, const BasisRow*> rows_by_unit(const MetricBasis& basis) {
  std::map<UnitKey, const BasisRow*> rows;
  for (const auto& row : basis.rows) rows[{row.stratum, row.unit}] = &row;
  return rows;
}

GatedMetric measured(const BenchmarkResult& result, const std::string& metric, const PairedMetric& paired, double confidence) {
  GatedMetric gated;
  gated.benchmark = result.benchmark, gated.profile = result.profile, gated.metric = metric;
  gated.baseline = paired.baseline, gated.candidate = paired.candidate, gated.difference = paired.difference;
  gated.interval = paired.interval, gated.confidence = confidence;
  gated.p_drop = gated.p_drop_adjusted = paired.evidence.drop;
  gated.p_gain = gated.p_gain_adjusted = paired.evidence.gain;
  gated.detectable_drop = paired.detectable_drop, gated.samples_needed = paired.samples_needed;
  gated.test = paired.test, gated.units = paired.units, gated.clusters = paired.clusters, gated.gained = paired.gained, gated.lost = paired.lost;
  if (paired.unmatched > 0) gated.note = fmt::format("{} units have a score in one run only and are left out", paired.unmatched);
  return gated;
}

std::vector<Flip> flips_of(const BenchmarkPair& pair) {
  const BenchmarkResult& result = pair.baseline->result;
  const auto candidate = samples_by_id(*pair.candidate);
  std::vector<Flip> flips;
  for (const auto& sample : pair.baseline->samples) {
    const auto found = candidate.find(sample.id);
    if (found == candidate.end() || !has_flipped(sample, *found->second)) continue;
    const SampleRecord& now = *found->second;
    flips.push_back({result.benchmark, result.profile, sample.id, sample.category, sample.value, now.value, sample.answer, now.answer, sample.state,
                     now.state, {}, {}});
  }
  return flips;
}

void put_worst_first(std::vector<Flip>& flips) {
  const auto change = [](const Flip& flip) { return (std::isnan(flip.candidate) ? 0 : flip.candidate) - (std::isnan(flip.baseline) ? 0 : flip.baseline); };
  std::ranges::stable_sort(flips, [&](const Flip& one, const Flip& other) {
    const double a = change(one), b = change(other);
    if ((a < 0) != (b < 0)) return a < 0;
    return std::abs(a) > std::abs(b);
  });
}

}  // namespace assay
