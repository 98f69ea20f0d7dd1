#include "metrics/wild_cluster_mean.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "harness/base/error.h"
#include "metrics/generator.h"

namespace assay {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kRounding = 1e-9;  // statistics that differ by this share differ only in rounding

/// The cluster-robust t of the distances from the null, each with the sign that the generator gives it; `drawn` is room to work in.
double drawn_t(Generator& generator, std::span<const double> distances, std::span<const Cluster> clusters, std::span<double> drawn) {
  double sum = 0, count = 0, squares = 0, residuals = 0;
  std::uint64_t bits = 0;
  for (std::size_t c = 0; c < clusters.size(); ++c) {
    if (c % 64 == 0) bits = generator.next();
    drawn[c] = (bits >> (c % 64) & 1) != 0 ? distances[c] : -distances[c];
    sum += drawn[c], count += clusters[c].count, squares += drawn[c] * drawn[c];
  }
  const double mean = sum / count, size = static_cast<double>(clusters.size());
  for (std::size_t c = 0; c < clusters.size(); ++c) {
    const double residual = drawn[c] - mean * clusters[c].count;
    residuals += residual * residual;
  }
  if (residuals <= kRounding * kRounding * squares) return mean == 0 ? 0 : std::copysign(kInfinity, mean);
  return sum / std::sqrt(size / (size - 1) * residuals);
}

}  // namespace

WildClusterMean::WildClusterMean(std::span<const Cluster> clusters, const WildClusterOptions& options)
    : mean_(clusters), clusters_(clusters.begin(), clusters.end()), options_(options) {
  if (options.draws == 0) throw ConfigError("a wild cluster bootstrap needs at least one draw");
}

double WildClusterMean::one_sided_p(double null, double sign) const {
  std::vector<double> distances;
  for (const auto& cluster : clusters_) distances.push_back(sign * (cluster.sum - null * cluster.count));
  const double observed = sign * (mean_.value() - null) / mean_.standard_error();
  const double limit = observed - kRounding * std::abs(observed);
  std::vector<double> drawn(clusters_.size());
  std::size_t as_far = 0;
  for (std::size_t draw = 0; draw < options_.draws; ++draw) {
    Generator generator = Generator::of_piece(options_.seed, draw);
    as_far += drawn_t(generator, distances, clusters_, drawn) >= limit;
  }
  return static_cast<double>(1 + as_far) / static_cast<double>(1 + options_.draws);
}

double WildClusterMean::p_value(double null, Alternative alternative) const {
  if (takes_the_plain_one()) return mean_.p_value(null, alternative);
  if (alternative == Alternative::kTwoSided) return std::min(1.0, 2 * std::min(one_sided_p(null, 1), one_sided_p(null, -1)));
  return one_sided_p(null, alternative == Alternative::kGreater ? 1 : -1);
}

/// The outermost null in the direction of -sign that is not refused: first by doubling the distance, then by halving it.
double WildClusterMean::end(double tail, double sign) const {
  constexpr int kDoublings = 16, kHalvings = 40;
  double kept = value(), step = mean_.standard_error();
  double refused = kept - sign * step;
  for (int i = 0; one_sided_p(refused, sign) > tail + kRounding; ++i) {
    if (i == kDoublings) return -sign * kInfinity;
    kept = refused;
    refused -= sign * (step *= 2);
  }
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = (kept + refused) / 2;
    (one_sided_p(middle, sign) > tail + kRounding ? kept : refused) = middle;
  }
  return kept;
}

Interval WildClusterMean::interval(double confidence) const {
  if (takes_the_plain_one()) return mean_.interval(confidence);
  const double tail = (1 - confidence) / 2;
  return {end(tail, 1), end(tail, -1)};
}

}  // namespace assay
