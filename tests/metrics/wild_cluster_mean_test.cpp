#include "metrics/wild_cluster_mean.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "harness/base/error.h"

namespace assay {
namespace {

/// Clusters of one to three differences.
std::vector<Cluster> graded_clusters() {
  std::vector<Cluster> clusters;
  for (int i = 0; i < 12; ++i) clusters.push_back({((5 * i * i + 3) % 17 - 6) / 10.0 * (1 + i % 3), 1.0 + i % 3});
  return clusters;
}

TEST(WildClusterMean, EqualsNumpy) {
  // the same signs in numpy, with residuals formed one by one
  const WildClusterMean mean(graded_clusters(), {1999, 9});
  EXPECT_NEAR(mean.p_value(0, Alternative::kGreater), 0.0865, 1e-10);
  EXPECT_NEAR(mean.p_value(-0.1, Alternative::kGreater), 0.0315, 1e-10);
  EXPECT_NEAR(mean.p_value(0.5, Alternative::kLess), 0.054, 1e-10);
  EXPECT_NEAR(mean.p_value(0, Alternative::kTwoSided), 0.173, 1e-10);
  EXPECT_NEAR(mean.interval(0.9).low, -0.05113592666825248, 1e-10);
  EXPECT_NEAR(mean.interval(0.9).high, 0.5052451947994713, 1e-10);
}
TEST(WildClusterMean, IsNeverSurerThanItsClustersAllow) {
  const WildClusterMean mean(std::vector<Cluster>{{0.9, 1}, {0.8, 1}, {0.7, 1}});
  EXPECT_GT(mean.p_value(0, Alternative::kGreater), 0.11);  // 2^-3, less Monte Carlo error
  EXPECT_EQ(mean.interval(0.9).low, -HUGE_VAL);
  EXPECT_EQ(mean.interval(0.9).high, HUGE_VAL);
}
TEST(WildClusterMean, TakesTheRuleOfThreeWhereNoVarianceIsSeen) {
  const std::vector<Cluster> equal(20, Cluster{0, 3});
  EXPECT_EQ(WildClusterMean(equal).interval(0.9).high, ClusteredMean(equal).interval(0.9).high);
  EXPECT_EQ(WildClusterMean(std::vector<Cluster>{{0.2, 1}}).p_value(-0.5, Alternative::kGreater), 1);
}
TEST(WildClusterMean, RefusesBrokenInput) {
  EXPECT_THROW(WildClusterMean(std::vector<Cluster>{{std::nan(""), 1}, {0, 1}}), DataError);
  EXPECT_THROW(WildClusterMean(graded_clusters(), {0, 1}), ConfigError);
}

}  // namespace
}  // namespace assay
