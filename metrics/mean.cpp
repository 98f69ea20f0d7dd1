#include "metrics/mean.h"

#include <limits>
#include <numeric>

namespace assay {
namespace {

constexpr std::size_t kBlock = 128;
constexpr std::size_t kLanes = 8;

double pairwise_sum(std::span<const double> values) {
  const std::size_t n = values.size();
  if (n < kLanes) return std::accumulate(values.begin(), values.end(), 0.0);
  if (n > kBlock) {
    const std::size_t half = n / 2 - (n / 2) % kLanes;
    return pairwise_sum(values.first(half)) + pairwise_sum(values.subspan(half));
  }
  double lane[kLanes];
  for (std::size_t k = 0; k < kLanes; ++k) lane[k] = values[k];
  std::size_t i = kLanes;
  for (; i + kLanes <= n; i += kLanes) {
    for (std::size_t k = 0; k < kLanes; ++k) lane[k] += values[i + k];
  }
  double sum = ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
  for (; i < n; ++i) sum += values[i];
  return sum;
}

}  // namespace

double running_mean(std::span<const double> values) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double numpy_mean(std::span<const double> values) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  return pairwise_sum(values) / static_cast<double>(values.size());
}

double exact_mean(std::span<const double> values) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  return static_cast<double>(std::accumulate(values.begin(), values.end(), 0.0L) / static_cast<long double>(values.size()));
}

}  // namespace assay
