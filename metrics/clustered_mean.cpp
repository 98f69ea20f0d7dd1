#include "metrics/clustered_mean.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

#include "harness/base/error.h"

namespace assay {
namespace {

constexpr double kRounding = 1e-13;  // a standard error below this is what adding up equal numbers leaves

}  // namespace

ClusteredMean::ClusteredMean(std::span<const Cluster> clusters) : cluster_count_(static_cast<double>(clusters.size())) {
  double sum = 0, squares = 0;
  for (const auto& cluster : clusters) {
    if (!std::isfinite(cluster.sum) || !std::isfinite(cluster.count) || cluster.count <= 0)
      throw DataError(fmt::format("a cluster must have a finite sum and at least one sample, got {} over {}", cluster.sum, cluster.count));
    sum += cluster.sum, sample_count_ += cluster.count;
  }
  value_ = sum / sample_count_;
  if (clusters.size() < 2) {
    standard_error_ = std::numeric_limits<double>::quiet_NaN();
    return;
  }
  for (const auto& cluster : clusters) {
    const double residual = cluster.sum - value_ * cluster.count;
    squares += residual * residual;
  }
  standard_error_ = std::sqrt(cluster_count_ / (cluster_count_ - 1) * squares) / sample_count_;
  if (standard_error_ < kRounding) standard_error_ = 0;
}

Interval ClusteredMean::interval(double confidence) const {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (cluster_count_ < 2) return {-kInfinity, kInfinity};
  const double tail = (1 - confidence) / 2;
  if (sees_no_variance()) {
    const double unseen_share = -std::expm1(std::log(tail) / cluster_count_);
    return {value_ - (1 + value_) * unseen_share, value_ + (1 - value_) * unseen_share};
  }
  const double t = boost::math::quantile(boost::math::complement(boost::math::students_t(cluster_count_ - 1), tail));
  return {value_ - t * standard_error_, value_ + t * standard_error_};
}

/// P of what is seen if the true mean were no higher than `null`.
double ClusteredMean::greater_p(double null) const {
  if (!sees_no_variance())
    return boost::math::cdf(boost::math::complement(boost::math::students_t(cluster_count_ - 1), (value_ - null) / standard_error_));
  if (value_ <= null) return 1;
  return std::pow(std::max(0.0, 1 - (value_ - null) / (1 + value_)), cluster_count_);
}

double ClusteredMean::p_value(double null, Alternative alternative) const {
  if (cluster_count_ < 2) return 1;
  const auto less_p = [&] {
    ClusteredMean mirrored = *this;
    mirrored.value_ = -value_;
    return mirrored.greater_p(-null);
  };
  if (alternative == Alternative::kGreater) return greater_p(null);
  if (alternative == Alternative::kLess) return less_p();
  return std::min(1.0, 2 * std::min(greater_p(null), less_p()));
}

}  // namespace assay
