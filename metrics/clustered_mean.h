#pragma once
#include <cstdint>
#include <span>

#include "metrics/alternative.h"
#include "metrics/interval.h"
#include "metrics/score.h"

namespace assay {

/// The mean of paired differences (candidate less baseline, each in [-1, 1]) whose clusters are independent of each other, but not the
/// samples within one: cluster-robust variance with C / (C - 1), Student's t with C - 1 degrees of freedom. Clusters of one each make it
/// the plain paired t test. Asks for 40 clusters or more; with fewer, prefer the wild bootstrap (wild_cluster_mean.h).
///
/// Where all clusters have the same mean, no variance is seen. The interval is then not a point: a share of 1 - α^(1/C) of differing
/// clusters could have stayed unseen, each with a difference of up to -1 or 1 (the "rule of three").
///
/// Divides by   the number of samples
/// Empty        value NaN, interval [-inf, inf], p-value 1; a single cluster: interval and p-value likewise
/// Throws       DataError for a value that is not finite or a count that is not positive
/// Source       Liang & Zeger 1986, Biometrika 73:13; C / (C - 1) and C - 1: Cameron & Miller 2015, Journal of Human Resources 50:317,
///              section VI; for evaluations: Miller 2024, arXiv:2411.00640, "paired analysis"; unseen: Hanley & Lippman-Hand 1983, JAMA 249:1743
class ClusteredMean {
 public:
  explicit ClusteredMean(std::span<const Cluster> clusters);

  [[nodiscard]] double value() const { return value_; }
  [[nodiscard]] double standard_error() const { return standard_error_; }
  [[nodiscard]] double sample_count() const { return sample_count_; }
  [[nodiscard]] double cluster_count() const { return cluster_count_; }
  [[nodiscard]] Interval interval(double confidence) const;
  [[nodiscard]] double p_value(double null, Alternative alternative) const;

 private:
  [[nodiscard]] double greater_p(double null) const;
  [[nodiscard]] bool sees_no_variance() const { return standard_error_ == 0; }

  double value_ = 0, standard_error_ = 0, sample_count_ = 0, cluster_count_ = 0;
};

}  // namespace assay
