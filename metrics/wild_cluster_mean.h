#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "metrics/alternative.h"
#include "metrics/clustered_mean.h"
#include "metrics/interval.h"

namespace assay {

struct WildClusterOptions {
  std::size_t draws = 10'000;
  std::uint64_t seed = 20240617;
};

/// The mean of paired differences over few clusters (below about 40), where drawing clusters with replacement raises false alarms: each
/// draw keeps or turns the sign of every cluster's distance from the null, and the cluster-robust t of the draws is what the observed one
/// is held against (wild cluster bootstrap-t, null imposed, Rademacher weights). The interval is the set of nulls that are not refused.
///
/// Empty    as ClusteredMean, also for a single cluster and where no variance is seen; with C clusters no p-value lies below 2^-C, and an
///          end that would need a lower one is infinite
/// Throws   DataError as ClusteredMean; ConfigError for no draws
/// Source   Cameron, Gelbach & Miller 2008, Review of Economics and Statistics 90:414, section III
class WildClusterMean {
 public:
  explicit WildClusterMean(std::span<const Cluster> clusters, const WildClusterOptions& options = {});

  [[nodiscard]] double value() const { return mean_.value(); }
  [[nodiscard]] double standard_error() const { return mean_.standard_error(); }
  [[nodiscard]] Interval interval(double confidence) const;
  [[nodiscard]] double p_value(double null, Alternative alternative) const;

 private:
  /// P of so much in the direction of `sign`, if the true mean were `null`.
  [[nodiscard]] double one_sided_p(double null, double sign) const;
  [[nodiscard]] double end(double tail, double sign) const;
  [[nodiscard]] bool takes_the_plain_one() const { return clusters_.size() < 2 || mean_.standard_error() == 0; }

  ClusteredMean mean_;
  std::vector<Cluster> clusters_;
  WildClusterOptions options_;
};

}  // namespace assay
