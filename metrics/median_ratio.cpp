#include "metrics/median_ratio.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "harness/base/error.h"
#include "metrics/generator.h"
#include "metrics/percentile.h"

namespace assay {
namespace {

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return percentile(values, 0.5);
}

double drawn_median(Generator& generator, std::span<const double> values) {
  std::vector<double> drawn(values.size());
  for (double& value : drawn) value = values[generator.below(values.size())];
  return median(std::move(drawn));
}

}  // namespace

double median_of(std::span<const double> values) { return median({values.begin(), values.end()}); }

Estimate median_ratio(std::span<const double> baseline, std::span<const double> candidate, const MedianRatioOptions& options) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  for (const auto values : {baseline, candidate})
    for (const double value : values)
      if (!(value > 0 && std::isfinite(value))) throw DataError(fmt::format("a measured value must be positive and finite, got {}", value));
  if (baseline.empty() || candidate.empty() || options.draws == 0) return {kNan, {kNan, kNan}};
  Generator generator(options.seed);
  std::vector<double> ratios(options.draws);
  for (double& ratio : ratios) {
    const double below = drawn_median(generator, baseline);
    ratio = drawn_median(generator, candidate) / below;
  }
  std::sort(ratios.begin(), ratios.end());
  const double tail = (1 - options.confidence) / 2;
  return {median_of(candidate) / median_of(baseline),
          {percentile(ratios, tail), percentile(ratios, 1 - tail)}};
}

Decision decide_slowdown(const Estimate& ratio, double least_change) {
  if (!(least_change > 0 && least_change < 1)) throw ConfigError(fmt::format("the least change must lie between 0 and 1, got {}", least_change));
  if (ratio.interval.low > 1 && ratio.value >= 1 + least_change) return Decision::kFail;
  if (ratio.interval.high < 1 && ratio.value <= 1 - least_change) return Decision::kImproved;
  if (ratio.interval.high < 1 + least_change) return Decision::kPass;
  return Decision::kInconclusive;
}

}  // namespace assay
