#include "metrics/paired_binary.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <limits>

#include "harness/base/error.h"
#include "metrics/interval.h"

namespace assay {
namespace {


double normal_quantile(double confidence) { return boost::math::quantile(boost::math::normal(), (1 + confidence) / 2); }

/// P(X >= successes) for throws of a fair coin, `own_share` of P(X = successes) counted.
double upper_tail(std::int64_t successes, std::int64_t throws, double own_share) {
  if (throws == 0) return 1;
  const boost::math::binomial coin(static_cast<double>(throws), 0.5);
  const auto k = static_cast<double>(successes);
  const double tail = successes == 0 ? 1 : boost::math::cdf(boost::math::complement(coin, k - 1));
  return tail - (1 - own_share) * boost::math::pdf(coin, k);
}

double coin_p(const PairedCounts& counts, Alternative alternative, double own_share) {
  const double greater = upper_tail(counts.gained, counts.discordant(), own_share);
  const double less = upper_tail(counts.lost, counts.discordant(), own_share);
  if (alternative == Alternative::kGreater) return greater;
  if (alternative == Alternative::kLess) return less;
  return std::min(1.0, 2 * std::min(greater, less));
}

/// Where the falling score statistic meets `target`, between `low` and `high`.
double difference_at(const PairedCounts& counts, double target, double low, double high) {
  for (int step = 0; step < 200 && low < high; ++step) {
    const double middle = low + (high - low) / 2;
    if (middle == low || middle == high) break;
    (paired_score_statistic(counts, middle) > target ? low : high) = middle;
  }
  return low + (high - low) / 2;
}

/// The correlation of the two runs, shrunk towards 0 by half a sample where it is positive.
double corrected_phi(const PairedCounts& counts) {
  const auto e = static_cast<double>(counts.both_right), f = static_cast<double>(counts.gained);
  const auto g = static_cast<double>(counts.lost), h = static_cast<double>(counts.both_wrong);
  const double margins = (e + f) * (g + h) * (e + g) * (f + h);
  if (margins == 0) return 0;
  double product = e * h - f * g;
  if (product > 0) product = std::max(0.0, product - (e + f + g + h) / 2);
  return product / std::sqrt(margins);
}

}  // namespace

double mcnemar_exact_p(const PairedCounts& counts, Alternative alternative) { return coin_p(counts, alternative, 1); }

double mcnemar_mid_p(const PairedCounts& counts, Alternative alternative) { return coin_p(counts, alternative, 0.5); }

double paired_score_statistic(const PairedCounts& counts, double null) {
  const auto n = static_cast<double>(counts.count()), gained = static_cast<double>(counts.gained), lost = static_cast<double>(counts.lost);
  const double above = gained - lost - n * null;
  if (above == 0) return 0;
  // the most likely share of lost pairs if the difference were `null`: the larger root of a quadratic
  const double a = 2 * n, b = -gained - lost + (2 * n - gained + lost) * null, c = -lost * null * (1 - null);
  const double root = std::sqrt(std::max(0.0, b * b - 4 * a * c));
  const double lost_share = b > 0 ? -2 * c / (b + root) : (root - b) / (2 * a);  // without cancellation
  const double variance = n * (2 * lost_share + null * (1 - null));
  return variance > 0 ? above / std::sqrt(variance) : std::copysign(std::numeric_limits<double>::infinity(), above);
}

Interval paired_score_interval(const PairedCounts& counts, double confidence) {
  const std::int64_t n = counts.count();
  if (n == 0) return {-1, 1};
  const double z = normal_quantile(confidence);
  const double difference = static_cast<double>(counts.gained - counts.lost) / static_cast<double>(n);
  return {counts.lost == n ? -1 : difference_at(counts, z, -1, difference),
          counts.gained == n ? 1 : difference_at(counts, -z, difference, 1)};
}

Interval newcombe_paired_interval(const PairedCounts& counts, double confidence) {
  const auto n = static_cast<double>(counts.count());
  if (n == 0) return {-1, 1};
  const double z = normal_quantile(confidence), phi = corrected_phi(counts);
  const double candidate = static_cast<double>(counts.both_right + counts.gained) / n;
  const double baseline = static_cast<double>(counts.both_right + counts.lost) / n;
  const Interval ours = wilson_interval(candidate, n, z), theirs = wilson_interval(baseline, n, z);
  const auto distance = [phi](double x, double y) { return std::sqrt(std::max(0.0, x * x - 2 * phi * x * y + y * y)); };
  const double difference = candidate - baseline;
  return {difference - distance(candidate - ours.low, theirs.high - baseline),
          difference + distance(ours.high - candidate, baseline - theirs.low)};
}

PairedBinary::PairedBinary(const PairedCounts& counts) : counts_(counts) {
  if (std::min({counts.both_right, counts.gained, counts.lost, counts.both_wrong}) < 0)
    throw DataError(fmt::format("paired counts must not be negative, got {} right in both, {} gained, {} lost, {} wrong in both",
                                counts.both_right, counts.gained, counts.lost, counts.both_wrong));
}

double PairedBinary::value() const {
  return static_cast<double>(counts_.gained - counts_.lost) / static_cast<double>(counts_.count());
}

double PairedBinary::standard_error() const {
  const auto n = static_cast<double>(counts_.count());
  return std::sqrt((static_cast<double>(counts_.discordant()) / n - value() * value()) / n);
}

double PairedBinary::p_value(double null, Alternative alternative) const {
  if (counts_.count() == 0) return 1;
  if (null == 0 && counts_.discordant() < kFewDiscordantPairs) return mcnemar_exact_p(counts_, alternative);
  const boost::math::normal normal;
  const double z = paired_score_statistic(counts_, null);
  const double greater = std::isinf(z) ? (z > 0 ? 0 : 1) : boost::math::cdf(boost::math::complement(normal, z));
  const double less = std::isinf(z) ? 1 - greater : boost::math::cdf(normal, z);
  if (alternative == Alternative::kTwoSided) return std::min(1.0, 2 * std::min(greater, less));
  return alternative == Alternative::kGreater ? greater : less;
}

}  // namespace assay
