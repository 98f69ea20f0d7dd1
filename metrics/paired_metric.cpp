#include "metrics/paired_metric.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/base/error.h"
#include "metrics/bca_bootstrap.h"
#include "metrics/clustered_mean.h"
#include "metrics/paired_binary.h"
#include "metrics/power.h"
#include "metrics/wild_cluster_mean.h"

namespace assay {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kFewClusters = 40;

/// A unit of both runs.
struct Pair {
  const BasisRow* baseline = nullptr;
  const BasisRow* candidate = nullptr;
};
using Key = std::pair<std::string_view, std::string_view>;  // stratum, unit

void check(const MetricBasis& basis) {
  const std::size_t columns = columns_of(basis.formula);
  for (const auto& row : basis.rows) {
    if (row.values.empty() || row.values.size() % columns != 0 || row.values.size() != basis.rows.front().values.size())
      throw DataError(fmt::format("{}: unit \"{}\" has {} columns, the first has {}, and {} reads {} a part", basis.name, row.unit, row.values.size(),
                                  basis.rows.front().values.size(), name_of(basis.formula), columns));
    if (basis.formula == Formula::kMean && !(row.values[0] >= 0 && row.values[0] <= 1))
      throw DataError(fmt::format("{}: unit \"{}\" must have a value in [0, 1], got {}", basis.name, row.unit, row.values[0]));
  }
}

/// Units by stratum and name, so that both runs' come in one order whatever theirs was.
std::map<Key, Pair> pairs_of(const MetricBasis& baseline, const MetricBasis& candidate) {
  std::map<Key, Pair> pairs;
  const auto take = [&pairs](const MetricBasis& basis, const BasisRow* Pair::*side) {
    for (const auto& row : basis.rows) {
      auto& place = pairs[{row.stratum, row.unit}].*side;
      if (place != nullptr) throw DataError(fmt::format("{}: two units are named \"{}\"", basis.name, row.unit));
      place = &row;
    }
  };
  take(baseline, &Pair::baseline);
  take(candidate, &Pair::candidate);
  return pairs;
}

double total_of(const BasisRow& row) { return std::accumulate(row.values.begin(), row.values.end(), 0.0); }

/// Clusters of the differences of a mean's units.
std::vector<Cluster> difference_clusters(std::span<const Pair> pairs) {
  std::map<std::string_view, Cluster> by_name;
  for (const auto& pair : pairs) {
    auto& cluster = by_name[pair.baseline->cluster];
    cluster.sum += pair.candidate->values[0] - pair.baseline->values[0];
    cluster.count += 1;
  }
  std::vector<Cluster> clusters;
  for (const auto& [name, cluster] : by_name) clusters.push_back(cluster);
  return clusters;
}

bool is_binary(std::span<const Pair> pairs) {
  const auto is_right_or_wrong = [](const BasisRow& row) { return row.values[0] == 0 || row.values[0] == 1; };
  return std::ranges::all_of(pairs, [&](const Pair& pair) { return is_right_or_wrong(*pair.baseline) && is_right_or_wrong(*pair.candidate); });
}

PairedCounts counts_of(std::span<const Pair> pairs) {
  PairedCounts counts;
  for (const auto& [baseline, candidate] : pairs) {
    const bool was_right = baseline->values[0] == 1, is_right = candidate->values[0] == 1;
    ++(was_right ? (is_right ? counts.both_right : counts.lost) : (is_right ? counts.gained : counts.both_wrong));
  }
  return counts;
}

/// What a test says, on the scale of shares.
struct Finding {
  std::string test;
  double difference = 0, standard_error = 0;
  Interval interval;
  Evidence evidence;
};

template <typename Test>
Finding finding_of(std::string name, const Test& test, const PairedOptions& options) {
  return {std::move(name), test.value(), test.standard_error(), test.interval(options.confidence), evidence_of(test, options.margin_share)};
}

Finding compare_means(std::span<const Pair> pairs, const PairedOptions& options) {
  const auto clusters = difference_clusters(pairs);
  if (clusters.size() == pairs.size() && is_binary(pairs)) {
    const PairedCounts counts = counts_of(pairs);
    Finding finding = finding_of(counts.discordant() < kFewDiscordantPairs ? "McNemar exact" : "score test", PairedBinary(counts), options);
    finding.interval = newcombe_paired_interval(counts, options.confidence);
    return finding;
  }
  if (clusters.size() < kFewClusters) return finding_of("wild cluster bootstrap", WildClusterMean(clusters, {options.draws, options.seed}), options);
  return finding_of("cluster-robust t", ClusteredMean(clusters), options);
}

/// Rows of both runs' columns, summed by cluster within each stratum.
struct Table {
  ClusterTable values;
  std::size_t strata = 0, columns = 0;  ///< of one run
};

Table table_of(std::span<const Pair> pairs) {
  Table table;
  table.columns = pairs.front().baseline->values.size();
  std::map<std::string_view, std::map<std::string_view, std::vector<double>>> strata;
  for (const auto& [baseline, candidate] : pairs) {
    auto& sums = strata[baseline->stratum][baseline->cluster];
    sums.resize(2 * table.columns);
    for (std::size_t c = 0; c < table.columns; ++c) sums[c] += baseline->values[c], sums[table.columns + c] += candidate->values[c];
  }
  table.strata = strata.size();
  table.values.columns = 2 * table.columns;
  for (const auto& [name, clusters] : strata) {
    table.values.stratum_sizes.push_back(clusters.size());
    for (const auto& [cluster, sums] : clusters) table.values.values.insert(table.values.values.end(), sums.begin(), sums.end());
  }
  return table;
}

/// One run's column sums, the strata one after the other, out of those of both.
std::vector<double> side_of(std::span<const double> sums, std::size_t strata, std::size_t columns, bool is_candidate) {
  std::vector<double> side;
  side.reserve(strata * columns);
  for (std::size_t s = 0; s < strata; ++s) {
    const auto begin = sums.begin() + static_cast<std::ptrdiff_t>((2 * s + (is_candidate ? 1 : 0)) * columns);
    side.insert(side.end(), begin, begin + static_cast<std::ptrdiff_t>(columns));
  }
  return side;
}

Finding compare_aggregates(const MetricBasis& basis, std::span<const Pair> pairs, double full, const PairedOptions& options) {
  const Table table = table_of(pairs);
  const auto difference = [&](std::span<const double> sums) {
    const auto before = side_of(sums, table.strata, table.columns, false), now = side_of(sums, table.strata, table.columns, true);
    const auto value = [&](const std::vector<double>& side) { return basis.scale * combined(basis.formula, basis.combination, side.data(), side.size()); };
    return (value(now) - value(before)) / full;
  };
  const BcaBootstrap drawn(table.values, difference, {options.draws, options.seed, options.threads});
  if (drawn.standard_error() > 0) return finding_of("BCa cluster bootstrap", drawn, options);
  // No draw differs: what may have stayed unseen is told by the number of clusters alone.
  std::size_t clusters = 0;
  for (const auto size : table.values.stratum_sizes) clusters += size;
  Finding finding = finding_of("no difference seen", ClusteredMean(std::vector<Cluster>(clusters, {drawn.value(), 1})), options);
  finding.difference = drawn.value();
  return finding;
}

/// One run's metric over the common units alone.
MetricBasis common_of(const MetricBasis& basis, std::span<const Pair> pairs, const BasisRow* Pair::*side) {
  MetricBasis common{basis.name, basis.scale, basis.formula, basis.combination, {}};
  for (const auto& pair : pairs) common.rows.push_back(*(pair.*side));
  return common;
}

std::int64_t clusters_in(std::span<const Pair> pairs) {
  std::vector<std::string_view> names;
  for (const auto& pair : pairs) names.push_back(pair.baseline->cluster);
  std::ranges::sort(names);
  return std::ranges::unique(names).begin() - names.begin();
}

void fill_plan(PairedMetric& paired, const Finding& finding, double full, double margin_share) {
  const double error = finding.standard_error;
  if (error > 0 && std::isfinite(error)) paired.detectable_drop = full * detectable_drop(1, 1 / (error * error));
  if (error >= 0 && std::isfinite(error))
    paired.samples_needed = samples_to_decide({finding.difference, error, static_cast<double>(paired.units)}, margin_share);
}

}  // namespace

PairedMetric compare_metric(const MetricBasis& baseline, const MetricBasis& candidate, const PairedOptions& options) {
  if (baseline.formula != candidate.formula || baseline.combination != candidate.combination || baseline.scale != candidate.scale)
    throw DataError(fmt::format("{}: the two runs make it in different ways ({} and {}); score both with one version", baseline.name,
                                name_of(baseline.formula), name_of(candidate.formula)));
  check(baseline);
  check(candidate);
  const auto all = pairs_of(baseline, candidate);
  std::vector<Pair> pairs;
  for (const auto& [key, pair] : all)
    if (pair.baseline != nullptr && pair.candidate != nullptr) pairs.push_back(pair);
  PairedMetric paired;
  paired.units = static_cast<std::int64_t>(pairs.size());
  paired.unmatched = static_cast<std::int64_t>(all.size() - pairs.size());
  const MetricBasis common = common_of(baseline, pairs, &Pair::baseline);
  paired.baseline = value_of(common);
  paired.candidate = value_of(common_of(candidate, pairs, &Pair::candidate));
  paired.difference = paired.candidate - paired.baseline;
  const double full = full_scale(common);
  paired.margin = options.margin_share * full;
  paired.detectable_drop = paired.samples_needed = kNan;
  paired.interval = {kNan, kNan};
  if (pairs.empty()) return paired;
  paired.clusters = clusters_in(pairs);
  for (const auto& pair : pairs) {
    const double change = total_of(*pair.candidate) - total_of(*pair.baseline);
    paired.gained += change > 0 ? 1 : 0, paired.lost += change < 0 ? 1 : 0;
  }
  const Finding finding = baseline.formula == Formula::kMean ? compare_means(pairs, options) : compare_aggregates(baseline, pairs, full, options);
  paired.test = finding.test;
  paired.standard_error = full * finding.standard_error;
  paired.interval = {full * finding.interval.low, full * finding.interval.high};
  paired.evidence = finding.evidence;
  fill_plan(paired, finding, full, options.margin_share);
  return paired;
}

}  // namespace assay
