#include "metrics/power.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <limits>

#include "harness/base/error.h"

namespace assay {
namespace {

double quantile_of(double share) {
  if (!(share > 0 && share < 1)) throw DataError(fmt::format("alpha and power must lie between 0 and 1, got {}", share));
  return boost::math::quantile(boost::math::normal(), share);
}

/// By how many standard errors a drop must exceed 0 to be seen; 2.4865 at the defaults.
double reach(const PowerTarget& target) { return quantile_of(1 - target.alpha) + quantile_of(target.power); }

double checked_variance(double flip_rate, double effect) {
  if (!(flip_rate >= 0 && flip_rate <= 1)) throw DataError(fmt::format("a flip rate must lie in [0, 1], got {}", flip_rate));
  if (!(effect >= 1 && std::isfinite(effect))) throw DataError(fmt::format("a design effect must be at least 1, got {}", effect));
  return flip_rate * effect;
}

}  // namespace

double design_effect(std::span<const double> cluster_sizes, double correlation) {
  if (!(correlation >= 0 && correlation <= 1)) throw DataError(fmt::format("a correlation must lie in [0, 1], got {}", correlation));
  double sum = 0, squares = 0;
  for (const double size : cluster_sizes) {
    if (!(size > 0 && std::isfinite(size))) throw DataError(fmt::format("a cluster must have at least one sample, got {}", size));
    sum += size, squares += size * size;
  }
  return cluster_sizes.empty() ? 1 : 1 + (squares / sum - 1) * correlation;
}

double detectable_drop(double flip_rate, double count, double effect, const PowerTarget& target) {
  const double variance = checked_variance(flip_rate, effect);
  if (!(count >= 0)) throw DataError(fmt::format("a number of samples must not be negative, got {}", count));
  return count == 0 ? std::numeric_limits<double>::infinity() : reach(target) * std::sqrt(variance / count);
}

double samples_to_detect(double drop, double flip_rate, double effect, const PowerTarget& target) {
  if (!(drop > 0 && drop <= 1)) throw DataError(fmt::format("a drop must lie in (0, 1], got {}", drop));
  const double ratio = reach(target) / drop;
  return std::ceil(ratio * ratio * checked_variance(flip_rate, effect));
}

double samples_to_decide(const Observed& observed, double margin, const PowerTarget& target) {
  const auto [difference, standard_error, count] = observed;
  if (!(margin > 0 && margin < 1)) throw ConfigError(fmt::format("a margin must lie between 0 and 1, got {}", margin));
  if (count == 0) return std::numeric_limits<double>::quiet_NaN();
  if (!std::isfinite(difference) || !(standard_error >= 0 && std::isfinite(standard_error)) || !(count > 0))
    throw DataError(fmt::format("cannot plan from a difference of {} with standard error {} on {} samples", difference, standard_error, count));
  // with no flips at all: the n at which a share of `margin` could no longer have stayed unseen
  const double unseen = std::log(target.alpha) / std::log1p(-margin);
  const double planned = count * std::pow(reach(target) * standard_error / margin, 2);
  const double distance = difference > -margin ? difference + margin : -difference;
  const double as_seen = count * std::pow(quantile_of(1 - target.alpha) * standard_error / distance, 2);
  return std::ceil(std::max({unseen, planned, as_seen}));
}

}  // namespace assay
