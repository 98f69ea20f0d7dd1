#include "harness/gate/rerun.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "harness/base/error.h"
#include "harness/gate/comparability.h"
#include "harness/gate/pairs.h"
#include "harness/manifest.h"

namespace assay {
namespace {

std::vector<const ScoredBenchmark*> same_benchmarks(std::span<const ScoredRun> runs, std::string_view benchmark, std::string_view profile) {
  std::vector<const ScoredBenchmark*> found;
  for (const auto& run : runs)
    if (const auto* one = find_benchmark(run, benchmark, profile)) found.push_back(one);
  return found;
}

/// What of `run` the other one has too: a rerun may be of one benchmark alone.
ScoredRun shared_part(const ScoredRun& run, const ScoredRun& other) {
  ScoredRun part{run.name, run.digest, run.manifest, {}, {}, {}};
  for (const auto& benchmark : run.benchmarks)
    if (find_benchmark(other, benchmark.result.benchmark, benchmark.result.profile) != nullptr) part.benchmarks.push_back(benchmark);
  return part;
}

std::string complaint_about(const GateCheck& check, const ScoredRun& first, const ScoredRun& again) {
  if (check.name == "overlap")
    return fmt::format("{} and {} have other samples of {}; a rerun asks all of a benchmark, for asking only what got worse makes it better by chance alone",
                       first.name, again.name, check.benchmark);
  if (check.name == "content_key") return fmt::format("{} asked samples of {} otherwise than {}", again.name, check.benchmark, first.name);
  return fmt::format("\"{}\" is {} in {} and {} in {}; a rerun differs from its run in the seed alone", check.name, check.baseline, first.name,
                     check.candidate, again.name);
}

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return values.empty() ? std::numeric_limits<double>::quiet_NaN() : sum / static_cast<double>(values.size());
}

void average_samples(ScoredBenchmark& benchmark, const std::vector<const ScoredBenchmark*>& others) {
  std::vector<std::map<std::string_view, const SampleRecord*>> by_id;
  for (const auto* other : others) by_id.push_back(samples_by_id(*other));
  for (auto& sample : benchmark.samples) {
    std::vector<double> values;
    const auto take = [&values](double value) {
      if (!std::isnan(value)) values.push_back(value);
    };
    take(sample.value);
    for (const auto& samples : by_id)
      if (const auto found = samples.find(sample.id); found != samples.end()) take(found->second->value);
    sample.value = mean(values);
  }
}

void average_basis(MetricBasis& basis, const std::vector<const MetricBasis*>& others) {
  std::vector<std::map<UnitKey, const BasisRow*>> rows;
  for (const auto* other : others) rows.push_back(rows_by_unit(*other));
  for (auto& row : basis.rows) {
    double runs = 1;
    for (const auto& theirs : rows) {
      const auto found = theirs.find({row.stratum, row.unit});
      if (found == theirs.end()) continue;
      if (found->second->values.size() != row.values.size())
        throw DataError(fmt::format("{}: unit \"{}\" has {} columns in one run and {} in its rerun; score both with one version", basis.name, row.unit,
                                    row.values.size(), found->second->values.size()));
      for (std::size_t c = 0; c < row.values.size(); ++c) row.values[c] += found->second->values[c];
      runs += 1;
    }
    for (double& value : row.values) value /= runs;
  }
}

void average_metrics(BenchmarkResult& result, const std::vector<const ScoredBenchmark*>& others, const std::vector<MetricBasis>& bases) {
  for (auto& metric : result.metrics) {
    std::vector<double> values = {metric.value}, lows = {metric.interval.low}, highs = {metric.interval.high};
    for (const auto* other : others) {
      const auto found = std::ranges::find(other->result.metrics, metric.name, &Metric::name);
      if (found == other->result.metrics.end()) continue;
      values.push_back(found->value), lows.push_back(found->interval.low), highs.push_back(found->interval.high);
    }
    const auto basis = std::ranges::find(bases, metric.name, &MetricBasis::name);
    metric.value = basis == bases.end() ? mean(values) : value_of(*basis);
    metric.interval = {mean(lows), mean(highs)};
  }
}

}  // namespace

std::vector<GateCheck> check_reruns(const ScoredRun& first, std::span<const ScoredRun> again) {
  std::vector<GateCheck> checks;
  for (const auto& run : again) {
    const ScoredRun part = shared_part(first, run);
    if (part.benchmarks.empty()) {
      checks.push_back({"rerun", "", Verdict::kIncomparable, first.name, run.name, fmt::format("{} has no benchmark of {}", run.name, first.name), false});
      continue;
    }
    std::vector<std::string> waived = {"seed"};
    if (value_of(first.manifest, "seed") != value_of(run.manifest, "seed")) waived.emplace_back("content_key");  // the seed is part of what is asked
    for (auto& check : check_comparability(part, run, waived)) {
      if (check.is_waived) continue;
      check.message = complaint_about(check, first, run);
      check.name.insert(0, "rerun ");
      checks.push_back(std::move(check));
    }
  }
  return checks;
}

ScoredRun mean_of_runs(const ScoredRun& first, std::span<const ScoredRun> again) {
  ScoredRun averaged = first;
  for (auto& benchmark : averaged.benchmarks) {
    const auto others = same_benchmarks(again, benchmark.result.benchmark, benchmark.result.profile);
    if (others.empty()) continue;
    average_samples(benchmark, others);
    for (auto& basis : benchmark.bases) {
      std::vector<const MetricBasis*> same;
      for (const auto* other : others)
        if (const auto found = std::ranges::find(other->bases, basis.name, &MetricBasis::name); found != other->bases.end()) same.push_back(&*found);
      average_basis(basis, same);
    }
    average_metrics(benchmark.result, others, benchmark.bases);
  }
  return averaged;
}

std::string rerun_note(std::span<const ScoredRun> again, std::string_view benchmark, std::string_view profile) {
  const auto others = same_benchmarks(again, benchmark, profile);
  return others.empty() ? std::string() : fmt::format("the mean of {} runs", others.size() + 1);
}

}  // namespace assay
