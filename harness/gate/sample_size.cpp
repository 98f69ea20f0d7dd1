#include "harness/gate/sample_size.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "harness/base/error.h"

namespace assay {
namespace {

constexpr double kShownFlipRates[] = {0.02, 0.05, 0.1, 0.2};
constexpr double kUnpairedAccuracy = 0.8;

SizeAtFlipRate size_at(double flip_rate, double units, double effect, const SizeTarget& target) {
  return {flip_rate, detectable_drop(flip_rate, units, effect, target.test), samples_to_detect(target.margin, flip_rate, effect, target.test)};
}

void check(bool holds, const char* what, double got) {
  if (!holds) throw ConfigError(fmt::format("{}, got {}", what, got));
}

struct ClusterSum {
  double count = 0, sum = 0, squares = 0;
};

/// One-way analysis of variance: how much of the spread lies between clusters.
std::optional<double> correlation_within(const std::map<std::string, ClusterSum>& clusters) {
  double n = 0, sum = 0, sizes_squared = 0;
  for (const auto& [name, cluster] : clusters) n += cluster.count, sum += cluster.sum, sizes_squared += cluster.count * cluster.count;
  const auto count = static_cast<double>(clusters.size());
  if (count < 2 || n <= count) return std::nullopt;
  double between = 0, within = 0;
  for (const auto& [name, cluster] : clusters) {
    const double mean = cluster.sum / cluster.count;
    between += cluster.count * (mean - sum / n) * (mean - sum / n);
    within += cluster.squares - cluster.sum * mean;
  }
  between /= count - 1, within /= n - count;
  const double typical_size = (n - sizes_squared / n) / (count - 1);
  const double spread = between + (typical_size - 1) * within;
  if (!(spread > 0)) return std::nullopt;
  return std::clamp((between - within) / spread, 0.0, 1.0);
}

}  // namespace

SetShape even_shape(std::int64_t units, std::int64_t clusters) {
  if (units < 1) throw ConfigError(fmt::format("--count must be at least 1, got {}", units));
  if (clusters < 1 || clusters > units) throw ConfigError(fmt::format("--clusters must lie between 1 and --count, {}, got {}", units, clusters));
  SetShape shape{static_cast<double>(units), {}};
  for (std::int64_t i = 0; i < clusters; ++i) shape.cluster_sizes.push_back(static_cast<double>(units / clusters + (i < units % clusters ? 1 : 0)));
  return shape;
}

const char* name_of(Origin origin) {
  switch (origin) {
    case Origin::kGiven: return "given";
    case Origin::kMeasured: return "measured";
    case Origin::kAssumed: return "assumed";
  }
  return "?";
}

double unpaired_flip_rate(double accuracy) { return 2 * accuracy * (1 - accuracy); }

double drop_seen(const SetShape& shape, double flip_rate, double correlation, const PowerTarget& test) {
  return detectable_drop(flip_rate, shape.units, design_effect(shape.cluster_sizes, correlation), test);
}

SizePlan plan_size(const SetShape& shape, const SourcedNumber& flip_rate, const SourcedNumber& correlation, const SizeTarget& target) {
  check(flip_rate.value >= 0 && flip_rate.value <= 1, "--flip-rate must be a share in [0, 1]", flip_rate.value);
  check(correlation.value >= 0 && correlation.value <= 1, "--correlation must lie in [0, 1]", correlation.value);
  check(target.margin > 0 && target.margin < 1, "--margin must lie between 0 and 100 points", 100 * target.margin);
  check(target.test.alpha > 0 && target.test.alpha < 0.5, "--alpha must lie between 0 and 0.5", target.test.alpha);
  check(target.test.power > target.test.alpha && target.test.power < 1, "--power must lie between --alpha and 1", target.test.power);
  SizePlan plan;
  plan.units = shape.units;
  plan.clusters = static_cast<std::int64_t>(shape.cluster_sizes.size());
  plan.flip_rate = flip_rate;
  plan.correlation = correlation;
  plan.design_effect = design_effect(shape.cluster_sizes, correlation.value);
  plan.whole = size_at(flip_rate.value, shape.units, plan.design_effect, target);
  for (const double rate : kShownFlipRates) plan.by_flip_rate.push_back(size_at(rate, shape.units, plan.design_effect, target));
  plan.unpaired = size_at(unpaired_flip_rate(kUnpairedAccuracy), shape.units, plan.design_effect, target);
  return plan;
}

MeasuredFlips measure_flips(const std::vector<PairedUnit>& pairs) {
  MeasuredFlips measured;
  std::map<std::string, ClusterSum> clusters;
  double squares = 0;
  for (const auto& [name, difference] : pairs) {
    if (!(std::abs(difference) <= 1)) throw DataError(fmt::format("a paired difference must lie in [-1, 1], got {}", difference));
    auto& cluster = clusters[name];
    cluster.count += 1, cluster.sum += difference, cluster.squares += difference * difference;
    squares += difference * difference;
    measured.flips += difference != 0 ? 1 : 0;
  }
  measured.units = static_cast<std::int64_t>(pairs.size());
  if (pairs.empty()) return measured;
  measured.flip_rate = squares / static_cast<double>(pairs.size());
  measured.correlation = correlation_within(clusters);
  return measured;
}

}  // namespace assay
