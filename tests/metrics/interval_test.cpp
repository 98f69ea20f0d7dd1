#include "metrics/interval.h"

#include <gtest/gtest.h>

#include <cmath>

#include "metrics/mean.h"

namespace assay {
namespace {

std::vector<Cluster> repeated(std::vector<Cluster> clusters, int times) {
  std::vector<Cluster> out;
  for (int i = 0; i < times; ++i) out.insert(out.end(), clusters.begin(), clusters.end());
  return out;
}

TEST(WilsonInterval, EqualsThePublishedExample) {
  // statsmodels' proportion_confint(8, 10, method="wilson")
  const auto interval = wilson_interval(0.8, 10);
  EXPECT_NEAR(interval.low, 0.4901625, 1e-6);
  EXPECT_NEAR(interval.high, 0.9433178, 1e-6);
}
TEST(WilsonInterval, StaysInsideAndHoldsItsProportion) {
  for (const double n : {1.0, 7.0, 1000.0}) {
    for (const double p : {0.0, 0.3, 1.0}) {
      const auto interval = wilson_interval(p, n);
      EXPECT_LE(0, interval.low);
      EXPECT_LE(interval.low, p);
      EXPECT_GE(interval.high, p);
      EXPECT_LE(interval.high, 1);
    }
  }
  EXPECT_EQ(wilson_interval(0, 0).high, 1);
}
TEST(ClusteredProportionInterval, IsWilsonsForSingleQuestions) {
  const auto clusters = repeated({{1, 1}, {0, 1}, {1, 1}}, 20);
  EXPECT_EQ(clustered_proportion_interval(clusters).low, wilson_interval(2.0 / 3, 60).low);
}
TEST(ClusteredProportionInterval, WidensWhenQuestionsRiseAndFallTogether) {
  const auto together = repeated({{4, 4}, {0, 4}}, 20);
  const auto apart = repeated({{2, 4}}, 40);
  const auto wide = clustered_proportion_interval(together), narrow = clustered_proportion_interval(apart);
  EXPECT_NEAR(wide.high - wide.low, wilson_interval(0.5, 39).high - wilson_interval(0.5, 39).low, 1e-9);
  EXPECT_NEAR(narrow.high - narrow.low, wilson_interval(0.5, 160).high - wilson_interval(0.5, 160).low, 1e-9);
}
TEST(ClusteredProportionInterval, CountsClustersWhereAllIsRight) {
  EXPECT_EQ(clustered_proportion_interval(repeated({{5, 5}}, 10)).low, wilson_interval(1, 10).low);
}
TEST(BootstrapInterval, IsTheSameEachTime) {
  const auto clusters = repeated({{0.3, 1}, {1.7, 2}, {0, 1}}, 30);
  const auto first = bootstrap_mean_interval(clusters), second = bootstrap_mean_interval(clusters);
  EXPECT_EQ(first.low, second.low);
  EXPECT_EQ(first.high, second.high);
}
TEST(BootstrapInterval, AgreesWithTheNormalOne) {
  const auto clusters = repeated({{0.2, 1}, {0.9, 1}, {0.4, 1}, {0.7, 1}}, 250);
  const double half = 1.959964 * std::sqrt(0.0725 / 1000);
  const auto interval = bootstrap_mean_interval(clusters);
  EXPECT_NEAR(interval.low, 0.55 - half, 0.15 * half);
  EXPECT_NEAR(interval.high, 0.55 + half, 0.15 * half);
}
TEST(BootstrapInterval, DrawsWithinEachStratum) {
  const std::vector<std::size_t> strata = {2, 3};
  const auto interval = bootstrap_interval(strata, [](std::span<const std::uint32_t> times_drawn) {
    EXPECT_EQ(times_drawn[0] + times_drawn[1], 2u);
    EXPECT_EQ(times_drawn[2] + times_drawn[3] + times_drawn[4], 3u);
    return static_cast<double>(times_drawn[0]);
  });
  EXPECT_EQ(interval.low, 0);
  EXPECT_EQ(interval.high, 2);
}
TEST(BootstrapInterval, OfNothingIsNan) { EXPECT_TRUE(std::isnan(bootstrap_mean_interval({}).low)); }

TEST(Means, DifferInTheLastDigitOnly) {
  std::vector<double> values;
  for (int i = 0; i < 1000; ++i) values.push_back(0.1 * (i % 7) + 1.0 / (i + 3));
  EXPECT_NEAR(running_mean(values), numpy_mean(values), 1e-14);
  // a Python loop and numpy 2's mean over the same values
  EXPECT_EQ(running_mean(values), 0.30568746786554096);
  EXPECT_EQ(numpy_mean(values), 0.3056874678655414);
}
TEST(Means, OfNothingAreNan) {
  EXPECT_TRUE(std::isnan(running_mean({})));
  EXPECT_TRUE(std::isnan(numpy_mean({})));
}

}  // namespace
}  // namespace assay
