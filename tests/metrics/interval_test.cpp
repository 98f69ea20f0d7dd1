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
TEST(SumInterval, EqualsThePublishedDifferenceOfTwoProportions) {
  // Newcombe 1998, table II, column (a), method 10: 56/70 - 48/80 has the interval 0.0524 to 0.3339
  const auto first = wilson_interval(56.0 / 70, 70), second = wilson_interval(48.0 / 80, 80);
  const std::vector<Estimate> estimates = {{56.0 / 70, first}, {-48.0 / 80, {-second.high, -second.low}}};
  const auto interval = sum_interval(estimates);
  EXPECT_NEAR(interval.low, 0.0524, 5e-5);
  EXPECT_NEAR(interval.high, 0.3339, 5e-5);
}
TEST(SumInterval, OfOneIsItsOwnAndIsNoPointWhereAllAreWrong) {
  const auto own = wilson_interval(0.3, 50);
  EXPECT_DOUBLE_EQ(sum_interval(std::vector<Estimate>{{0.3, own}}).low, own.low);
  EXPECT_DOUBLE_EQ(sum_interval(std::vector<Estimate>{{0.3, own}}, 100).high, 100 * own.high);
  const Estimate wrong{0, wilson_interval(0, 10)};
  const auto mean = sum_interval(std::vector<Estimate>{wrong, wrong}, 0.5);
  EXPECT_EQ(mean.low, 0);
  EXPECT_NEAR(mean.high, wrong.interval.high / std::sqrt(2.0), 1e-12);
}
TEST(SumInterval, OfNothingIsNan) { EXPECT_TRUE(std::isnan(sum_interval({}).low)); }
TEST(SumInterval, AgreesWithTheStratifiedBootstrapAwayFromTheLimits) {
  const auto a = repeated({{1, 1}, {0, 1}}, 200), b = repeated({{1, 1}, {1, 1}, {0, 1}, {1, 1}}, 100);
  const std::vector<std::size_t> sizes = {a.size(), b.size()};
  const auto drawn = bootstrap_interval(sizes, [&](std::span<const std::uint32_t> times_drawn) {
    double sum_a = 0, sum_b = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum_a += times_drawn[i] * a[i].sum;
    for (std::size_t i = 0; i < b.size(); ++i) sum_b += times_drawn[a.size() + i] * b[i].sum;
    return (sum_a / static_cast<double>(a.size()) + sum_b / static_cast<double>(b.size())) / 2;
  });
  const auto added = sum_interval(std::vector<Estimate>{{0.5, wilson_interval(0.5, 400)}, {0.75, wilson_interval(0.75, 400)}}, 0.5);
  EXPECT_NEAR(added.low, drawn.low, 0.004);
  EXPECT_NEAR(added.high, drawn.high, 0.004);
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
