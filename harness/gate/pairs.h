#pragma once
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/scored_run.h"
#include "metrics/paired_metric.h"
#include "reports/gate_record.h"

/// What two runs have in common: benchmarks, metrics, samples. Gates and comparisons are made of it.
namespace assay {

/// Two runs of one benchmark under one scoring profile.
struct BenchmarkPair {
  const ScoredBenchmark* baseline = nullptr;
  const ScoredBenchmark* candidate = nullptr;
};

/// The benchmarks that both runs have, in the baseline's order.
[[nodiscard]] std::vector<BenchmarkPair> benchmark_pairs(const ScoredRun& baseline, const ScoredRun& candidate);

/// One metric of both, with rows in both.
struct BasisPair {
  const MetricBasis* baseline = nullptr;
  const MetricBasis* candidate = nullptr;
};
[[nodiscard]] std::vector<BasisPair> basis_pairs(const BenchmarkPair& pair);

using UnitKey = std::pair<std::string_view, std::string_view>;  ///< stratum, unit
/// The names point into `basis`.
[[nodiscard]] std::map<UnitKey, const BasisRow*> rows_by_unit(const MetricBasis& basis);

/// What a paired test has found, as reports take it. Verdict, margin and policy are the caller's, as is any adjustment of the p-values.
[[nodiscard]] GatedMetric measured(const BenchmarkResult& result, const std::string& metric, const PairedMetric& paired, double confidence);

/// Samples whose score differs, in the baseline's order.
[[nodiscard]] std::vector<Flip> flips_of(const BenchmarkPair& pair);

/// The largest losses first, then the largest gains.
void put_worst_first(std::vector<Flip>& flips);

}  // namespace assay
