#include "metrics/decision.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "harness/base/error.h"
#include "metrics/benjamini_hochberg.h"
#include "metrics/holm.h"
#include "metrics/paired_binary.h"

namespace assay {
namespace {

TEST(Holm, EqualsStatsmodels) {
  // statsmodels multipletests([.01, .04, .03, .005, .2], method="holm")[1]
  const std::vector<double> p = {0.01, 0.04, 0.03, 0.005, 0.2}, expected = {0.04, 0.09, 0.09, 0.025, 0.2};
  const auto adjusted = holm_adjusted(p);
  for (std::size_t i = 0; i < p.size(); ++i) EXPECT_NEAR(adjusted[i], expected[i], 1e-10);
}
TEST(Holm, StaysAtMostOneAndTakesNone) {
  EXPECT_EQ(holm_adjusted(std::vector<double>{0.9, 0.8}), (std::vector<double>{1, 1}));
  EXPECT_TRUE(holm_adjusted({}).empty());
}
TEST(Holm, RefusesWhatIsNoProbability) {
  for (const double p : {-0.1, 1.1, std::nan("")}) EXPECT_THROW((void)holm_adjusted(std::vector<double>{0.5, p}), DataError);
}

TEST(BenjaminiHochberg, EqualsScipy) {
  // scipy.stats.false_discovery_control([.01, .04, .03, .005, .2])
  const std::vector<double> p = {0.01, 0.04, 0.03, 0.005, 0.2}, expected = {0.025, 0.05, 0.05, 0.025, 0.2};
  const auto adjusted = benjamini_hochberg_adjusted(p);
  for (std::size_t i = 0; i < p.size(); ++i) EXPECT_NEAR(adjusted[i], expected[i], 1e-10);
  EXPECT_TRUE(benjamini_hochberg_adjusted({}).empty());
  for (const double wrong : {-0.1, 1.1, std::nan("")}) EXPECT_THROW((void)benjamini_hochberg_adjusted(std::vector<double>{0.5, wrong}), DataError);
}
TEST(DecideReported, IsMilderThanTheGatedFamily) {
  const std::vector<Evidence> metrics(4, Evidence{1, 1, 0.02, 1});
  for (const auto decision : decide_family(metrics)) EXPECT_EQ(decision, Decision::kInconclusive) << "4 × 2 %";
  for (const auto decision : decide_reported(metrics)) EXPECT_EQ(decision, Decision::kFail) << "2 %";
}

struct Case {
  const char* name;
  PairedCounts counts;
  Decision expected;
};
void PrintTo(const Case& c, std::ostream* os) { *os << c.name; }
class Decide : public testing::TestWithParam<Case> {};
TEST_P(Decide, GivesTheVerdictOfTheInterval) {
  const PairedBinary test(GetParam().counts);
  EXPECT_STREQ(name_of(decide(evidence_of(test, 0.01))), name_of(GetParam().expected));
}
INSTANTIATE_TEST_SUITE_P(MarginOfOnePoint, Decide,
    testing::Values(Case{"improved", {1900, 80, 40, 480}, Decision::kImproved}, Case{"pass", {2000, 25, 25, 450}, Decision::kPass},
                    Case{"pass_though_really_lower", {40000, 10, 60, 9930}, Decision::kPass},
                    Case{"fail_beyond_the_margin", {1900, 20, 120, 460}, Decision::kFail},
                    Case{"fail_maybe_within_the_margin", {1900, 50, 80, 470}, Decision::kFail},
                    Case{"inconclusive_on_fifty", {40, 0, 0, 10}, Decision::kInconclusive},
                    Case{"inconclusive_without_samples", {}, Decision::kInconclusive}),
    [](const auto& c) { return c.param.name; });

TEST(Decide, CallsASmallRealDropWhatThePolicySays) {
  const DecisionRule suspect{0.05, Decision::kSuspect};
  EXPECT_EQ(decide(evidence_of(PairedBinary({1900, 50, 80, 470}), 0.01), suspect), Decision::kSuspect);
  EXPECT_EQ(decide(evidence_of(PairedBinary({1900, 20, 120, 460}), 0.01), suspect), Decision::kFail);
}
TEST(Decide, RefusesBrokenInput) {
  EXPECT_THROW((void)decide({std::nan(""), 1, 1, 1}), DataError);
  EXPECT_THROW((void)decide({}, {0.6, Decision::kFail}), ConfigError);
}
TEST(DecideFamily, FailsNoMetricForALuckOfOneInTen) {
  std::vector<Evidence> family(10, Evidence{0.5, 0.2, 0.5, 0.9});
  family[3].drop = 0.02;
  EXPECT_EQ(decide(family[3]), Decision::kFail);
  EXPECT_EQ(decide_family(family)[3], Decision::kInconclusive);
  family[3].drop = 0.004;
  EXPECT_EQ(decide_family(family)[3], Decision::kFail);
  EXPECT_EQ(decide_family(family)[4], Decision::kInconclusive);
}
TEST(DecideFamily, LetsEachPassOnItsOwn) {
  const std::vector<Evidence> family(10, Evidence{0.5, 0.04, 0.5, 0.9});
  for (const auto decision : decide_family(family)) EXPECT_EQ(decision, Decision::kPass);
  EXPECT_TRUE(decide_family({}).empty());
}

}  // namespace
}  // namespace assay
