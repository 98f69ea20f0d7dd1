#include "metrics/interval.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "metrics/generator.h"
#include "metrics/percentile.h"

namespace assay {

Interval wilson_interval(double proportion, double n, double z) {
  if (n <= 0) return {0, 1};
  const double spread = z * z / n;
  const double center = (proportion + spread / 2) / (1 + spread);
  const double half = z / (1 + spread) * std::sqrt(proportion * (1 - proportion) / n + spread / (4 * n));
  // the ends at 0 and 1 are exact in the formula but not in floating point
  return {proportion == 0 ? 0 : std::max(0.0, center - half), proportion == 1 ? 1 : std::min(1.0, center + half)};
}

Interval clustered_proportion_interval(std::span<const Cluster> clusters) {
  double sum = 0, n = 0, squares = 0;
  for (const auto& cluster : clusters) sum += cluster.sum, n += cluster.count;
  if (n == 0) return wilson_interval(0, 0);
  const double mean = sum / n, cluster_count = static_cast<double>(clusters.size());
  if (n == cluster_count) return wilson_interval(mean, n);
  const double binomial = mean * (1 - mean) / n;
  if (binomial <= 0 || clusters.size() < 2) return wilson_interval(mean, cluster_count);
  for (const auto& cluster : clusters) {
    const double residual = cluster.sum - mean * cluster.count;
    squares += residual * residual;
  }
  const double robust = cluster_count / (cluster_count - 1) * squares / (n * n);
  return wilson_interval(mean, n / std::max(1.0, robust / binomial));
}

Interval sum_interval(std::span<const Estimate> estimates, double weight) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  if (estimates.empty()) return {kNan, kNan};
  double sum = 0, below = 0, above = 0;
  for (const auto& [value, interval] : estimates) {
    sum += value;
    below += (value - interval.low) * (value - interval.low);
    above += (interval.high - value) * (interval.high - value);
  }
  return {weight * (sum - std::sqrt(below)), weight * (sum + std::sqrt(above))};
}

Interval bootstrap_interval(std::span<const std::size_t> stratum_sizes,
                            const std::function<double(std::span<const std::uint32_t>)>& statistic, const BootstrapOptions& options) {
  const std::size_t total = std::accumulate(stratum_sizes.begin(), stratum_sizes.end(), std::size_t{0});
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  if (total == 0 || options.resamples <= 0) return {kNan, kNan};
  Generator generator(options.seed);
  std::vector<std::uint32_t> times_drawn(total);
  std::vector<double> values(static_cast<std::size_t>(options.resamples));
  for (double& value : values) {
    std::fill(times_drawn.begin(), times_drawn.end(), 0);
    std::size_t start = 0;
    for (const std::size_t size : stratum_sizes) {
      for (std::size_t i = 0; i < size; ++i) ++times_drawn[start + generator.below(size)];
      start += size;
    }
    value = statistic(times_drawn);
  }
  std::sort(values.begin(), values.end());
  return {percentile(values, 0.025), percentile(values, 0.975)};
}

Interval bootstrap_mean_interval(std::span<const Cluster> clusters, const BootstrapOptions& options) {
  const std::size_t size = clusters.size();
  return bootstrap_interval({&size, 1}, [&](std::span<const std::uint32_t> times_drawn) {
    double sum = 0, count = 0;
    for (std::size_t i = 0; i < size; ++i) sum += times_drawn[i] * clusters[i].sum, count += times_drawn[i] * clusters[i].count;
    return count == 0 ? 0 : sum / count;
  }, options);
}

}  // namespace assay
