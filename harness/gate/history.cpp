#include "harness/gate/history.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>
#include <utility>

#include "harness/gate/comparability.h"
#include "metrics/paired_metric.h"

namespace assay {
namespace {

using BenchmarkKey = std::pair<std::string, std::string>;  // benchmark, profile

/// A benchmark in the runs of one series, in their order.
struct Stretch {
  std::string beginning;
  std::vector<std::size_t> runs;
};

const ScoredBenchmark& benchmark_in(const ScoredRun& run, const BenchmarkKey& key) { return *find_benchmark(run, key.first, key.second); }

/// One run reduced to one benchmark, so that what else it has makes no difference.
ScoredRun only(const ScoredRun& run, const BenchmarkKey& key) {
  return {run.name, run.digest, run.manifest, {benchmark_in(run, key)}, {}, {}};
}

/// Why a run does not go on where `before` was; empty when it does.
std::string difference_from(const ScoredRun& before, const ScoredRun& run, const BenchmarkKey& key, const std::vector<std::string>& waived) {
  for (const auto& check : check_comparability(only(before, key), only(run, key), waived))
    if (!check.is_waived) return check.message;
  return "";
}

std::vector<Stretch> stretches_of(std::span<const ScoredRun> runs, const BenchmarkKey& key, const std::vector<std::string>& waived) {
  std::vector<Stretch> stretches;
  for (std::size_t r = 0; r < runs.size(); ++r) {
    if (find_benchmark(runs[r], key.first, key.second) == nullptr) continue;
    std::string difference;
    if (!stretches.empty()) difference = difference_from(runs[stretches.back().runs.back()], runs[r], key, waived);
    if (stretches.empty() || !difference.empty()) stretches.push_back({std::move(difference), {}});
    stretches.back().runs.push_back(r);
  }
  return stretches;
}

const Metric* metric_named(const BenchmarkResult& result, std::string_view name) {
  const auto found = std::ranges::find(result.metrics, name, &Metric::name);
  return found == result.metrics.end() ? nullptr : &*found;
}

const MetricBasis* basis_named(const ScoredBenchmark& benchmark, std::string_view name) {
  const auto found = std::ranges::find(benchmark.bases, name, &MetricBasis::name);
  return found == benchmark.bases.end() ? nullptr : &*found;
}

/// This run against the one before, sample by sample; nothing where the metric's parts were not kept.
void compare_neighbours(HistoryChange& change, const ScoredBenchmark& before, const ScoredBenchmark& now, const std::string& metric) {
  const auto* first = basis_named(before, metric);
  const auto* second = basis_named(now, metric);
  change.difference = std::nan(""), change.interval = {std::nan(""), std::nan("")};
  if (first == nullptr || second == nullptr) return;
  PairedOptions options;
  options.confidence = change.confidence;
  const PairedMetric paired = compare_metric(*first, *second, options);
  change.difference = paired.difference, change.interval = paired.interval, change.test = paired.test;
}

double mean_of(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

void find_changes(HistorySeries& series, std::span<const ScoredRun> runs, const ChangePointOptions& options) {
  std::vector<double> values;
  for (const auto& value : series.values) values.push_back(value.value);
  const auto points = change_points(values, options);
  const BenchmarkKey key{series.benchmark, series.profile};
  for (std::size_t i = 0; i < points.size(); ++i) {
    const std::size_t first = points[i].first, begin = i == 0 ? 0 : points[i - 1].first, end = i + 1 < points.size() ? points[i + 1].first : values.size();
    HistoryChange change;
    change.run = series.values[first].run, change.p_value = points[i].p_value;
    change.before = mean_of(std::span(values).subspan(begin, first - begin)), change.after = mean_of(std::span(values).subspan(first, end - first));
    const auto run_at = [&](std::size_t place) -> const ScoredRun& { return runs[static_cast<std::size_t>(series.values[place].run)]; };
    compare_neighbours(change, benchmark_in(run_at(first - 1), key), benchmark_in(run_at(first), key), series.metric);
    series.changes.push_back(std::move(change));
  }
}

/// One metric along a stretch; runs in which it has no value are passed over.
HistorySeries series_of(std::span<const ScoredRun> runs, const BenchmarkKey& key, const Stretch& stretch, const std::string& metric) {
  HistorySeries series{key.first, key.second, metric, stretch.beginning, {}, {}};
  for (const auto r : stretch.runs)
    if (const auto* found = metric_named(benchmark_in(runs[r], key).result, metric); found != nullptr && std::isfinite(found->value))
      series.values.push_back({static_cast<std::int64_t>(r), found->value, found->interval});
  return series;
}

}  // namespace

HistoryRecord history_of(std::span<const ScoredRun> runs, const HistoryOptions& options) {
  HistoryRecord record;
  record.alpha = options.changes.alpha;
  std::vector<BenchmarkKey> keys;  // in the order in which they come
  for (const auto& run : runs) {
    record.runs.push_back({run.name, run.digest, run.saved.at});
    for (const auto& benchmark : run.benchmarks)
      if (const BenchmarkKey key{benchmark.result.benchmark, benchmark.result.profile}; std::ranges::find(keys, key) == keys.end()) keys.push_back(key);
  }
  for (const auto& key : keys) {
    for (const auto& stretch : stretches_of(runs, key, options.waived)) {
      const BenchmarkResult& result = benchmark_in(runs[stretch.runs[0]], key).result;
      for (const auto& metric : result.metrics) {
        if (metric.name != result.main_metric && !options.has_all_metrics) continue;
        HistorySeries series = series_of(runs, key, stretch, metric.name);
        find_changes(series, runs, options.changes);
        record.series.push_back(std::move(series));
      }
    }
  }
  return record;
}

}  // namespace assay
