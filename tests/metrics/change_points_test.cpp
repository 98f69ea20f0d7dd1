#include "metrics/change_points.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "harness/base/error.h"
#include "metrics/generator.h"

namespace assay {
namespace {

const std::vector<double> kTwoChanges = {80.1, 79.9, 80.4, 80.0, 79.7, 80.2, 78.2, 78.9, 78.4, 78.1, 78.6, 80.0, 80.3, 79.8, 80.1, 79.9};

TEST(EnergyDivergence, EqualsNumpys) {
  // The paper's formula written out with numpy: mn/(m+n) (2/(mn) Σ|x-y| - Σ|x-x'| / C(m,2) - Σ|y-y'| / C(n,2))
  EXPECT_NEAR(energy_divergence(std::vector{80.1, 79.9, 80.4, 80.0, 79.7}, std::vector{78.2, 78.9, 78.4}), 4.225, 1e-10);
  EXPECT_NEAR(energy_divergence(std::vector{1.0, 2.0}, std::vector{1.5, 4.0, 0.25}), -0.8, 1e-10);
  EXPECT_EQ(energy_divergence(std::vector{1.0}, std::vector{1.5, 4.0}), 0);
}

TEST(ChangePoints, FindsALevelThatComesAndGoes) {
  const auto found = change_points(kTwoChanges);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].first, 6U);
  EXPECT_EQ(found[1].first, 11U);
  // The first test's p-value by 999 permutations with numpy's generator: 0.010
  EXPECT_NEAR(found[0].p_value, 0.01, 0.01);
}

TEST(ChangePoints, GivesTheExactPValueUpToItsDraws) {
  // Of the 70 ways to order four of 80 and four of 78, two part them as far.
  const auto found = change_points(std::vector<double>{80, 80, 80, 80, 78, 78, 78, 78}, {0.05, 19'999, 1});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].first, 4U);
  EXPECT_NEAR(found[0].p_value, 2.0 / 70, 4 * std::sqrt(2.0 / 70 / 20'000));
}

TEST(ChangePoints, SeesNoneInTooFewOrEqualValues) {
  EXPECT_TRUE(change_points({}).empty());
  EXPECT_TRUE(change_points(std::vector<double>{80, 80, 10}).empty());
  EXPECT_TRUE(change_points(std::vector<double>(50, 80.1)).empty());
  EXPECT_TRUE(change_points(std::vector<double>{80.1, 80.1, 80.1, 80.1 + 1e-13, 80.1 + 1e-13, 80.1, 80.1 + 1e-13, 80.1 + 1e-13}).empty());
  EXPECT_TRUE(change_points(std::vector<double>{80, 80, 80, 80, 78}).empty()) << "one value is no level yet";
}

TEST(ChangePoints, CriesWolfNoMoreOftenThanAlpha) {
  constexpr int kSeries = 600;
  int with_one = 0;
  for (int s = 0; s < kSeries; ++s) {
    Generator generator = Generator::of_piece(5, static_cast<std::uint64_t>(s));
    std::vector<double> values(24);
    for (double& value : values) value = generator.uniform() + generator.uniform() + generator.uniform();
    with_one += change_points(values, {0.05, 199, 7}).empty() ? 0 : 1;
  }
  EXPECT_LE(with_one, 0.05 * kSeries + 3 * std::sqrt(0.05 * 0.95 * kSeries));
  EXPECT_GE(with_one, 0.05 * kSeries - 3 * std::sqrt(0.05 * 0.95 * kSeries)) << "nor hardly ever";
}

TEST(ChangePoints, AreTheSameAgain) {
  const auto one = change_points(kTwoChanges), other = change_points(kTwoChanges);
  ASSERT_EQ(one.size(), other.size());
  for (std::size_t i = 0; i < one.size(); ++i) EXPECT_EQ(one[i].p_value, other[i].p_value);
}

TEST(ChangePoints, RefusesWhatIsNoSeries) {
  EXPECT_THROW((void)change_points(std::vector<double>{1, 2, std::numeric_limits<double>::quiet_NaN(), 4}), DataError);
  EXPECT_THROW((void)change_points(kTwoChanges, {0}), ConfigError);
}

}  // namespace
}  // namespace assay
