#include "metrics/bca_bootstrap.h"

#include <gtest/gtest.h>

#include <cmath>
#include <ctime>
#include <string>

#include "harness/base/error.h"

namespace assay {
namespace {

constexpr double kTight = 1e-10;

double difference_of_means(std::span<const double> sums) { return sums[0] / sums[1]; }

/// 23 clusters of one to three differences.
ClusterTable graded_clusters() {
  ClusterTable table{2, {}, {}};
  for (int i = 0; i < 23; ++i) {
    table.values.push_back(((5 * i * i + 3) % 17 - 6) / 10.0 * (1 + i % 3));
    table.values.push_back(1 + i % 3);
  }
  return table;
}

// The draws replayed in numpy with the same random numbers, then
// scipy.stats.bootstrap(..., method="BCa", n_resamples=0, bootstrap_result=<those draws>); numbers rounded to 13 digits, so that ties are seen
TEST(BcaBootstrap, EqualsScipyForARatio) {
  const BcaBootstrap result(graded_clusters(), difference_of_means, {999, 7, 1});
  EXPECT_NEAR(result.value(), 0.3044444444444444, kTight);
  EXPECT_NEAR(result.standard_error(), 0.10416620738978366, kTight);
  EXPECT_NEAR(result.interval(0.9).low, 0.12290073911538732, kTight);
  EXPECT_NEAR(result.interval(0.9).high, 0.4649505620602529, kTight);
}
TEST(BcaBootstrap, EqualsScipyForAMacroAverageOverStrata) {
  const ClusterTable table{3,
                           {1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 1, 0, 0, 1, 2, 1, 2, 1, 2, 2,                       // right now, before, of
                            1, 1, 1, 1, 0, 1, 0, 0, 1, 3, 2, 3, 1, 1, 2, 0, 1, 1, 0, 0, 2, 2, 2, 2, 1, 0, 1},
                           {7, 9}};
  const BcaBootstrap result(table, [](std::span<const double> sums) {
    return ((sums[0] - sums[1]) / sums[2] + (sums[3] - sums[4]) / sums[5]) / 2;
  }, {999, 11, 2});
  EXPECT_NEAR(result.value(), 0.07142857142857142, kTight);
  EXPECT_NEAR(result.standard_error(), 0.1299575168719004, kTight);
  EXPECT_NEAR(result.interval(0.95).low, -0.18687339888971738, kTight);
  EXPECT_NEAR(result.interval(0.95).high, 0.31666666666666665, kTight);
}
TEST(BcaBootstrap, EqualsScipyForAccuracyPlusAccuracyPlus) {
  ClusterTable table{5, {}, {}};  // questions and pictures right now, the same before, pictures
  for (int i = 0; i < 20; ++i) {
    const int now = i * 7 % 3, before = (i * i + i / 3) % 3;
    for (const int value : {now, now == 2 ? 1 : 0, before, before == 2 ? 1 : 0, 1}) table.values.push_back(value);
  }
  const BcaBootstrap result(table, [](std::span<const double> sums) {
    return 100 * ((sums[0] - sums[2]) / (2 * sums[4]) + (sums[1] - sums[3]) / sums[4]);
  }, {999, 3, 1});
  EXPECT_NEAR(result.value(), 0, kTight);
  EXPECT_NEAR(result.standard_error(), 26.292935319325288, kTight);
  EXPECT_NEAR(result.interval(0.9).low, -42.5, kTight);
  EXPECT_NEAR(result.interval(0.9).high, 45, kTight);
}

TEST(BcaBootstrap, IsTheSameOnAnyNumberOfThreads) {
  const auto table = graded_clusters();
  const BcaBootstrap one(table, difference_of_means, {2000, 1, 1}), five(table, difference_of_means, {2000, 1, 5});
  const BcaBootstrap other_seed(table, difference_of_means, {2000, 2, 1});
  EXPECT_EQ(one.interval(0.9).low, five.interval(0.9).low);
  EXPECT_EQ(one.interval(0.9).high, five.interval(0.9).high);
  EXPECT_EQ(one.standard_error(), five.standard_error());
  EXPECT_NE(one.standard_error(), other_seed.standard_error());
}
TEST(BcaBootstrap, GivesThePValueThatItsIntervalMeets) {
  const BcaBootstrap result(graded_clusters(), difference_of_means, {10'000, 7, 2});
  const auto interval = result.interval(0.9);
  EXPECT_NEAR(result.p_value(interval.low, Alternative::kGreater), 0.05, 5e-4);
  EXPECT_NEAR(result.p_value(interval.high, Alternative::kLess), 0.05, 5e-4);
  EXPECT_NEAR(result.p_value(interval.low, Alternative::kTwoSided), 0.1, 1e-3);
  EXPECT_LT(result.p_value(-1, Alternative::kGreater), 1e-3);
  EXPECT_GT(result.p_value(-1, Alternative::kGreater), 0);
  EXPECT_GT(result.p_value(1, Alternative::kGreater), 0.999);
}
TEST(BcaBootstrap, AgreesWithTheNormalIntervalOnManyClusters) {
  ClusterTable table{2, {}, {}};
  for (int i = 0; i < 4000; ++i) table.values.insert(table.values.end(), {(i % 5 - 2) / 10.0, 1});
  const double half = 1.6448536269514722 * std::sqrt(0.02 / 4000);
  const auto interval = BcaBootstrap(table, difference_of_means, {4000, 1, 2}).interval(0.9);
  EXPECT_NEAR(interval.low, -half, 0.05 * half);
  EXPECT_NEAR(interval.high, half, 0.05 * half);
}
TEST(BcaBootstrap, IsAPointWhereAllDrawsAreAlike) {
  const BcaBootstrap equal({2, {0.5, 1, 0.5, 1, 0.5, 1}, {}}, difference_of_means, {100, 1, 1});
  const BcaBootstrap single({2, {0.5, 1}, {}}, difference_of_means, {100, 1, 1});
  for (const auto* result : {&equal, &single}) {
    EXPECT_EQ(result->interval(0.9).low, 0.5);
    EXPECT_EQ(result->interval(0.9).high, 0.5);
    EXPECT_EQ(result->bias_correction(), 0);
    EXPECT_EQ(result->acceleration(), 0);
  }
}
/// 10,000 draws of 100,000 graded pairs, no two alike, in five seconds on two cores: ten of processor time, whatever else the machine does.
TEST(BcaBootstrap, IsFastEnoughForLargeSets) {
#if defined(NDEBUG) && !defined(__SANITIZE_ADDRESS__)
  constexpr std::size_t kPairs = 100'000;
#else
  constexpr std::size_t kPairs = 1'000;  // without optimisation the time says nothing
#endif
  ClusterTable table{2, {}, {}};
  for (std::size_t i = 0; i < kPairs; ++i) table.values.insert(table.values.end(), {static_cast<double>(i * 7919 % kPairs) / kPairs - 0.5, 1});
  const std::clock_t start = std::clock();
  const BcaBootstrap result(table, difference_of_means);
  EXPECT_LT(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC, 10);
  // Of a mean of values spread evenly over [-0.5, 0.5): 1 / sqrt(12 n)
  const double expected = 1 / std::sqrt(12.0 * kPairs);
  EXPECT_NEAR(result.standard_error(), expected, 0.03 * expected);
}
TEST(BcaBootstrap, RefusesTablesThatDoNotFit) {
  for (const ClusterTable& table : {ClusterTable{2, {}, {}}, ClusterTable{2, {1, 1, 1}, {}}, ClusterTable{0, {1}, {}},
                                    ClusterTable{1, {1, 2}, {3}}, ClusterTable{1, {1, 2}, {2, 0}}, ClusterTable{1, {1, std::nan("")}, {}}})
    EXPECT_THROW(BcaBootstrap(table, [](std::span<const double> sums) { return sums[0]; }, {100, 1, 2}), DataError);
  EXPECT_THROW(BcaBootstrap({1, {1, 2}, {}}, [](std::span<const double> sums) { return sums[0]; }, {0, 1, 2}), ConfigError);
}
TEST(BcaBootstrap, RefusesAnAggregateThatIsNoNumberOnSomeDraw) {
  // one cluster of three holds all of the category: draws without it divide by 0
  try {
    BcaBootstrap({2, {1, 1, 0, 0, 0, 0}, {}}, difference_of_means, {100, 1, 3});
    FAIL();
  } catch (const DataError& error) {
    EXPECT_NE(std::string(error.what()).find("the aggregate of a draw is"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace assay
