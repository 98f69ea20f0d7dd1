#include "metrics/median_ratio.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "harness/base/error.h"

namespace assay {
namespace {

const std::vector<double> kBefore = {10.1, 9.8, 10.4, 10, 9.9, 10.2, 10.3, 9.7, 10.6};
const std::vector<double> kNow = {10.9, 10.5, 11.2, 10.8, 10.7, 11, 11.1, 10.4, 11.6, 10.95};

TEST(MedianRatio, EqualsNumpy) {
  // the draws replayed with the same random numbers: numpy.median and numpy.percentile(ratios, [2.5, 97.5])
  const auto ratio = median_ratio(kBefore, kNow, {499, 5, 0.95});
  EXPECT_NEAR(ratio.value, 1.0816831683168318, 1e-10);
  EXPECT_NEAR(ratio.interval.low, 1.0436893203883495, 1e-10);
  EXPECT_NEAR(ratio.interval.high, 1.1161616161616161, 1e-10);
}
TEST(MedianRatio, OfARunAgainstItselfHoldsOne) {
  const auto ratio = median_ratio(kBefore, kBefore);
  EXPECT_EQ(ratio.value, 1);
  EXPECT_LE(ratio.interval.low, 1);
  EXPECT_GE(ratio.interval.high, 1);
}
TEST(MedianRatio, OfNothingIsNanAndOfBrokenTimesAnError) {
  EXPECT_TRUE(std::isnan(median_ratio({}, kNow).value));
  for (const double bad : {0.0, -1.0, std::nan("")}) EXPECT_THROW((void)median_ratio(std::vector<double>{1, bad}, kNow), DataError);
}

struct Case {
  const char* name;
  Estimate ratio;
  Decision expected;
};
void PrintTo(const Case& c, std::ostream* os) { *os << c.name; }
class DecideSlowdown : public testing::TestWithParam<Case> {};
TEST_P(DecideSlowdown, NeedsAnIntervalAndAnEffect) { EXPECT_STREQ(name_of(decide_slowdown(GetParam().ratio)), name_of(GetParam().expected)); }
INSTANTIATE_TEST_SUITE_P(LeastChangeOfThreePercent, DecideSlowdown,
    testing::Values(Case{"slower", {1.08, {1.04, 1.12}}, Decision::kFail}, Case{"really_but_hardly_slower", {1.01, {1.005, 1.02}}, Decision::kPass},
                    Case{"hardly_slower_and_unsure", {1.02, {1.005, 1.04}}, Decision::kInconclusive},
                    Case{"noisy", {1.08, {0.95, 1.2}}, Decision::kInconclusive}, Case{"the_same", {1.0, {0.99, 1.01}}, Decision::kPass},
                    Case{"faster", {0.9, {0.85, 0.95}}, Decision::kImproved}, Case{"hardly_faster", {0.99, {0.98, 0.995}}, Decision::kPass},
                    Case{"not_a_number", {NAN, {NAN, NAN}}, Decision::kInconclusive}),
    [](const auto& c) { return c.param.name; });
TEST(DecideSlowdown, RefusesAChangeOutOfRange) { EXPECT_THROW((void)decide_slowdown({1, {1, 1}}, 0), ConfigError); }

}  // namespace
}  // namespace assay
