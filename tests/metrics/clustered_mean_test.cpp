#include "metrics/clustered_mean.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "harness/base/error.h"

namespace assay {
namespace {

constexpr double kTight = 1e-10;

TEST(ClusteredMean, EqualsStatsmodels) {
  // statsmodels OLS(d, ones).fit(cov_type="cluster", cov_kwds={"groups": g}, use_t=True): params, bse, conf_int(alpha=.1), pvalues;
  // d[j] of cluster i is ((7i + 3j) mod 11 - 5) / 10, cluster sizes 4 1 3 2 5 1 2 3; one-sided: scipy.stats.t(7)
  const std::vector<Cluster> clusters = {{-0.2, 4}, {0.2, 1}, {0.3, 3}, {0.2, 2}, {0.2, 5}, {-0.3, 1}, {0, 2}, {-0.2, 3}};
  const ClusteredMean mean(clusters);
  EXPECT_NEAR(mean.value(), 0.009523809523809518, kTight);
  EXPECT_NEAR(mean.standard_error(), 0.03100813014649171, kTight);
  EXPECT_EQ(mean.sample_count(), 21);
  EXPECT_EQ(mean.cluster_count(), 8);
  EXPECT_NEAR(mean.interval(0.9).low, -0.049223530435580115, kTight);
  EXPECT_NEAR(mean.interval(0.9).high, 0.06827114948319915, kTight);
  EXPECT_NEAR(mean.p_value(0, Alternative::kTwoSided), 0.7676732560299087, kTight);
  EXPECT_NEAR(mean.p_value(-0.01, Alternative::kGreater), 0.2744621593353162, kTight);
  EXPECT_NEAR(mean.p_value(0.05, Alternative::kLess), 0.11652090688916222, kTight);
}
TEST(ClusteredMean, OfSinglesIsThePairedTTest) {
  // scipy.stats.ttest_1samp([.5, -.25, 0, .75, -.1, .2], 0), alternative="less", confidence_interval(.9)
  const std::vector<Cluster> singles = {{0.5, 1}, {-0.25, 1}, {0, 1}, {0.75, 1}, {-0.1, 1}, {0.2, 1}};
  const ClusteredMean mean(singles);
  EXPECT_NEAR(mean.p_value(0, Alternative::kTwoSided), 0.29082962830327913, kTight);
  EXPECT_NEAR(mean.p_value(0, Alternative::kLess), 0.8545851858483604, kTight);
  EXPECT_NEAR(mean.interval(0.9).low, -0.12955839953413045, kTight);
  EXPECT_NEAR(mean.interval(0.9).high, 0.4962250662007969, kTight);
}
TEST(ClusteredMean, OfNoDifferencesIsTheRuleOfThree) {
  const ClusteredMean mean(std::vector<Cluster>(300, Cluster{0, 2}));
  EXPECT_EQ(mean.standard_error(), 0);
  // statsmodels proportion_confint(0, 300, .1, "beta")[1]
  EXPECT_NEAR(mean.interval(0.9).high, 0.009936081944457711, kTight);
  EXPECT_NEAR(mean.interval(0.9).low, -0.009936081944457711, kTight);
  EXPECT_NEAR(mean.p_value(-0.009936081944457711, Alternative::kGreater), 0.05, kTight);
  EXPECT_EQ(mean.p_value(0, Alternative::kGreater), 1);
  EXPECT_EQ(mean.p_value(0, Alternative::kTwoSided), 1);
}
TEST(ClusteredMean, OfEqualDifferencesIsNoPoint) {
  const ClusteredMean mean(std::vector<Cluster>(50, Cluster{0.3, 3}));  // sums that rounding leaves a trace in
  EXPECT_EQ(mean.standard_error(), 0);
  EXPECT_NEAR(mean.interval(0.9).low, 0.1 - 1.1 * (1 - std::pow(0.05, 1.0 / 50)), kTight);
  EXPECT_NEAR(mean.p_value(mean.interval(0.9).low, Alternative::kGreater), 0.05, kTight);
  EXPECT_NEAR(mean.p_value(mean.interval(0.9).high, Alternative::kLess), 0.05, kTight);
}
TEST(ClusteredMean, OfOneClusterOrNoneSaysNothing) {
  for (const std::size_t count : {0U, 1U}) {
    const ClusteredMean mean(std::vector<Cluster>(count, Cluster{-1, 2}));
    EXPECT_EQ(mean.interval(0.9).low, -std::numeric_limits<double>::infinity());
    EXPECT_EQ(mean.interval(0.9).high, std::numeric_limits<double>::infinity());
    EXPECT_EQ(mean.p_value(-0.01, Alternative::kGreater), 1);
    EXPECT_EQ(std::isnan(mean.value()), count == 0);
  }
}
TEST(ClusteredMean, RefusesWhatIsNoNumber) {
  for (const Cluster bad : {Cluster{std::nan(""), 1}, Cluster{0, 0}, Cluster{0, -1}, Cluster{0, std::nan("")}}) {
    const std::vector<Cluster> clusters = {{0, 1}, bad};
    EXPECT_THROW(ClusteredMean{clusters}, DataError) << bad.sum << " over " << bad.count;
  }
}

}  // namespace
}  // namespace assay
