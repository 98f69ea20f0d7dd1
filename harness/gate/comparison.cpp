#include "harness/gate/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "harness/gate/comparability.h"
#include "harness/gate/pairs.h"
#include "metrics/holm.h"
#include "metrics/paired_metric.h"
#include "reports/stage_times.h"

namespace assay {
namespace {

constexpr double kAlpha = 0.05;          // two-sided
constexpr std::size_t kShownFlips = 20;  // of each pair

using MetricKey = std::array<std::string, 3>;  // benchmark, profile, metric

/// File names where they tell the runs apart, else whole paths with a number.
std::vector<std::string> short_names(std::span<const ScoredRun> runs) {
  std::vector<std::string> names;
  for (const auto& run : runs) {
    auto path = std::filesystem::path(run.name);
    if (!path.has_filename()) path = path.parent_path();
    names.push_back(path.filename().string());
  }
  if (std::set<std::string>(names.begin(), names.end()).size() == names.size()) return names;
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = fmt::format("{} ({})", runs[i].name, i + 1);
  return names;
}

ComparedRun compared(const ScoredRun& run, const std::string& name) {
  ComparedRun compared{name, run.name, run.digest, -1, -1};
  const auto timing = timing_of(run);
  if (!timing) return compared;
  if (const double ms = total_ms(*timing); ms > 0 && timing->samples > 0) compared.seconds_per_sample = ms / 1000 / static_cast<double>(timing->samples);
  if (timing->peak_memory_bytes > 0) compared.peak_memory_bytes = static_cast<double>(timing->peak_memory_bytes);
  return compared;
}

/// All metrics of all runs, in the order of the first run that has them.
std::vector<ComparedMetric> table_of(std::span<const ScoredRun> runs) {
  std::vector<ComparedMetric> table;
  std::map<MetricKey, std::size_t> places;
  for (std::size_t r = 0; r < runs.size(); ++r) {
    for (const auto& benchmark : runs[r].benchmarks) {
      const BenchmarkResult& result = benchmark.result;
      for (const auto& metric : result.metrics) {
        const auto [place, is_new] = places.emplace(MetricKey{result.benchmark, result.profile, metric.name}, table.size());
        if (is_new) table.push_back({result.benchmark, result.profile, metric.name, metric.name == result.main_metric, std::vector<ComparedValue>(runs.size())});
        table[place->second].values[r].metric = metric;
      }
    }
  }
  return table;
}

/// Nothing is gated here: there is no margin.
GatedMetric without_margin(GatedMetric metric) {
  metric.is_gated = false;
  metric.margin = metric.margin_share = std::numeric_limits<double>::quiet_NaN();
  return metric;
}

/// All metrics that have a basis in both runs; flips stand with the main one.
std::vector<ComparedPair> pairs_of(std::span<const ScoredRun> runs, std::size_t first, std::size_t second) {
  std::vector<ComparedPair> pairs;
  PairedOptions options;
  options.confidence = 1 - kAlpha;
  for (const auto& pair : benchmark_pairs(runs[first], runs[second])) {
    const BenchmarkResult& result = pair.baseline->result;
    for (const auto& [baseline, candidate] : basis_pairs(pair)) {
      const PairedMetric paired = compare_metric(*baseline, *candidate, options);
      ComparedPair compared{first, second, without_margin(measured(result, baseline->name, paired, options.confidence)), {}};
      if (baseline->name == result.main_metric) {
        compared.flips = flips_of(pair);
        put_worst_first(compared.flips);
        compared.flips.resize(std::min(compared.flips.size(), kShownFlips));
      }
      pairs.push_back(std::move(compared));
    }
  }
  return pairs;
}

/// P-values adjusted over all pairs of one metric; verdict words say what is real.
void adjust(std::vector<ComparedPair*>& pairs) {
  std::vector<double> drops, gains;
  for (const auto* pair : pairs) drops.push_back(pair->metric.p_drop), gains.push_back(pair->metric.p_gain);
  const auto drops_adjusted = holm_adjusted(drops), gains_adjusted = holm_adjusted(gains);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    GatedMetric& metric = pairs[i]->metric;
    metric.p_drop_adjusted = drops_adjusted[i], metric.p_gain_adjusted = gains_adjusted[i];
    metric.verdict = drops_adjusted[i] < kAlpha / 2 ? Verdict::kFail : gains_adjusted[i] < kAlpha / 2 ? Verdict::kImproved : Verdict::kInconclusive;
  }
}

/// A run is best where it beats each other one for real.
void mark_best(ComparedMetric& row, const std::vector<ComparedPair*>& pairs) {
  for (std::size_t run = 0; run < row.values.size(); ++run) {
    std::set<std::size_t> beaten;
    for (const auto* pair : pairs) {
      if (pair->first == run && pair->metric.verdict == Verdict::kFail) beaten.insert(pair->second);
      if (pair->second == run && pair->metric.verdict == Verdict::kImproved) beaten.insert(pair->first);
    }
    std::size_t others = 0;
    for (std::size_t k = 0; k < row.values.size(); ++k) others += k != run && !row.values[k].metric.name.empty() ? 1 : 0;
    row.values[run].is_best = others > 0 && beaten.size() == others;
  }
}

}  // namespace

ComparisonRecord compare_runs(std::span<const ScoredRun> runs) {
  ComparisonRecord record;
  const auto names = short_names(runs);
  for (std::size_t r = 0; r < runs.size(); ++r) record.runs.push_back(compared(runs[r], names[r]));
  record.metrics = table_of(runs);
  for (std::size_t first = 0; first < runs.size(); ++first)
    for (std::size_t second = first + 1; second < runs.size(); ++second)
      for (auto& pair : pairs_of(runs, first, second)) record.pairs.push_back(std::move(pair));
  std::map<MetricKey, std::vector<ComparedPair*>> by_metric;
  for (auto& pair : record.pairs) by_metric[{pair.metric.benchmark, pair.metric.profile, pair.metric.metric}].push_back(&pair);
  for (auto& [key, pairs] : by_metric) adjust(pairs);
  for (auto& row : record.metrics) mark_best(row, by_metric[{row.benchmark, row.profile, row.metric}]);
  for (std::size_t r = 1; r < runs.size(); ++r) {
    for (auto& check : check_comparability(runs[0], runs[r], {})) {
      check.message = fmt::format("{} and {}: {}", names[0], names[r], check.message);
      record.differences.push_back(std::move(check));
    }
  }
  return record;
}

}  // namespace assay
