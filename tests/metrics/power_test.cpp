#include "metrics/power.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "harness/base/error.h"

namespace assay {
namespace {

constexpr double kTight = 1e-10;
constexpr double kReach = 2.4864748605243863;  // scipy.stats.norm.ppf(.95) + scipy.stats.norm.ppf(.8)

struct Case {
  const char* name;
  double count, flip_rate, points;
};
void PrintTo(const Case& c, std::ostream* os) { *os << c.name; }
class DetectableDrop : public testing::TestWithParam<Case> {};
TEST_P(DetectableDrop, EqualsTheFormula) {
  const auto& c = GetParam();
  EXPECT_NEAR(100 * detectable_drop(c.flip_rate, c.count), c.points, 0.005 + 0.05 * (c.points > 10));  // as the plan table rounds
  EXPECT_NEAR(detectable_drop(c.flip_rate, c.count), kReach * std::sqrt(c.flip_rate / c.count), kTight);
}
INSTANTIATE_TEST_SUITE_P(Sets, DetectableDrop,
    testing::Values(Case{"mme", 2374, 0.02, 0.72}, Case{"mmbench", 1164, 0.1, 2.30}, Case{"seed", 14232, 0.2, 0.93},
                    Case{"docvqa", 5349, 0.05, 0.76}, Case{"chartqa", 2500, 0.2, 2.22}, Case{"mmmu", 900, 0.1, 2.62},
                    Case{"subset_of_200", 200, 0.02, 2.49}, Case{"subset_of_50", 50, 0.1, 11.1}),
    [](const auto& c) { return c.param.name; });

TEST(DetectableDrop, GrowsWithClustersAndIsInfiniteOnNothing) {
  EXPECT_NEAR(detectable_drop(0.05, 1000, 4), 2 * detectable_drop(0.05, 1000), kTight);
  EXPECT_TRUE(std::isinf(detectable_drop(0.05, 0)));
  EXPECT_EQ(detectable_drop(0, 100), 0);
}
TEST(SamplesToDetect, IsTheOtherWayRound) {
  EXPECT_EQ(samples_to_detect(0.01, 0.06), std::ceil(kReach * kReach * 600));
  EXPECT_LE(detectable_drop(0.06, samples_to_detect(0.013, 0.06, 1.7), 1.7), 0.013);
  EXPECT_GT(detectable_drop(0.06, samples_to_detect(0.013, 0.06, 1.7) - 1, 1.7), 0.013);
}
TEST(DesignEffect, EqualsKishs) {
  EXPECT_NEAR(design_effect(std::vector<double>(1286, 4), 0.3), 1.9, kTight);
  EXPECT_NEAR(design_effect(std::vector<double>{1, 2, 3}, 0.5), 1 + (14.0 / 6 - 1) * 0.5, kTight);
  EXPECT_EQ(design_effect(std::vector<double>(9, 1), 0.8), 1);
  EXPECT_EQ(design_effect({}, 0.8), 1);
}
TEST(SamplesToDecide, LetsAnUnchangedCandidatePass) {
  const double error = std::sqrt(0.06 / 200);
  EXPECT_NEAR(samples_to_decide({0, error, 200}, 0.01), kReach * kReach * 600, 1);
}
TEST(SamplesToDecide, IsMoreThanWasSeenWhereTheDifferenceLiesNearItsLimit) {
  // at the n that it names, the bound of the same difference just meets the limit
  for (const double difference : {-0.008, 0.0, -0.0099, -0.02}) {
    const double error = 0.013, n = 900, needed = samples_to_decide({difference, error, n}, 0.01);
    const double bound = 1.6448536269514722 * error * std::sqrt(n / needed);
    EXPECT_LE(bound, (difference > -0.01 ? difference + 0.01 : -difference) + 1e-9) << difference;
    EXPECT_GT(needed, n);
  }
}
TEST(SamplesToDecide, IsTheRuleOfThreeWithoutFlips) {
  EXPECT_EQ(samples_to_decide({0, 0, 50}, 0.01), 299);  // log(.05) / log(.99) = 298.07
  EXPECT_TRUE(std::isnan(samples_to_decide({}, 0.01)));
}
TEST(Power, RefusesBrokenInput) {
  const double nan = std::nan("");
  EXPECT_THROW((void)detectable_drop(nan, 10), DataError);
  EXPECT_THROW((void)detectable_drop(1.2, 10), DataError);
  EXPECT_THROW((void)detectable_drop(0.1, -1), DataError);
  EXPECT_THROW((void)detectable_drop(0.1, 10, 0.5), DataError);
  EXPECT_THROW((void)detectable_drop(0.1, 10, 1, {0, 0.8}), DataError);
  EXPECT_THROW((void)samples_to_detect(0, 0.1), DataError);
  EXPECT_THROW((void)design_effect(std::vector<double>{1, 0}, 0.1), DataError);
  EXPECT_THROW((void)design_effect(std::vector<double>{1}, nan), DataError);
  EXPECT_THROW((void)samples_to_decide({nan, 0.1, 10}, 0.01), DataError);
  EXPECT_THROW((void)samples_to_decide({0, 0.1, 10}, 0), ConfigError);
}

}  // namespace
}  // namespace assay
