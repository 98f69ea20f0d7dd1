#include "metrics/paired_binary.h"

#include <gtest/gtest.h>

#include <cmath>

#include "harness/base/error.h"

namespace assay {
namespace {

constexpr double kTight = 1e-10;

struct McNemarCase {
  const char* name;
  std::int64_t gained, lost;
  double two_sided, greater, less, mid, score;
};
void PrintTo(const McNemarCase& c, std::ostream* os) { *os << c.gained << " gained, " << c.lost << " lost"; }
class McNemar : public testing::TestWithParam<McNemarCase> {};
// statsmodels 0.14 mcnemar([[0, b], [c, 0]], exact=True).pvalue; scipy.stats.binomtest(b, b + c, alternative=...).pvalue;
// mid-p: 2 (binom.cdf(k) - binom.pmf(k) / 2), k the smaller; score: sqrt of mcnemar(exact=False, correction=False).statistic
TEST_P(McNemar, EqualsStatsmodels) {
  const auto& c = GetParam();
  const PairedCounts counts{600, c.gained, c.lost, 100};
  EXPECT_NEAR(mcnemar_exact_p(counts, Alternative::kTwoSided), c.two_sided, kTight);
  EXPECT_NEAR(mcnemar_exact_p(counts, Alternative::kGreater), c.greater, kTight);
  EXPECT_NEAR(mcnemar_exact_p(counts, Alternative::kLess), c.less, kTight);
  EXPECT_NEAR(mcnemar_mid_p(counts, Alternative::kTwoSided), c.mid, kTight);
  EXPECT_NEAR(std::abs(paired_score_statistic(counts, 0)), c.score, kTight);
}
INSTANTIATE_TEST_SUITE_P(Counts, McNemar,
    testing::Values(McNemarCase{"a_drop", 3, 11, 0.057373046875, 0.9935302734375, 0.0286865234375, 0.03515625, 2.138089935299395},
                    McNemarCase{"all_lost", 0, 5, 0.0625, 1, 0.03125, 0.03125, 2.23606797749979},
                    McNemarCase{"as_many", 12, 12, 1, 0.5805901288986206, 0.5805901288986206, 1, 0},
                    McNemarCase{"a_gain", 40, 25, 0.08168153394154003, 0.040840766970770014, 0.9768232628335444, 0.06401750413722561,
                                1.860521018838127},
                    McNemarCase{"no_discordant_pair", 0, 0, 1, 1, 1, 1, 0}),
    [](const auto& c) { return c.param.name; });

struct ScoreCase {
  const char* name;
  PairedCounts counts;
  double confidence, at_minus_one_point, at_two_points;
  Interval interval;
};
void PrintTo(const ScoreCase& c, std::ostream* os) { *os << c.name; }
class PairedScore : public testing::TestWithParam<ScoreCase> {};
// the likelihood under the null maximised by scipy.optimize.brentq, and the statistic solved for +-z by brentq; no closed form used
TEST_P(PairedScore, EqualsTheMaximisedLikelihood) {
  const auto& c = GetParam();
  EXPECT_NEAR(paired_score_statistic(c.counts, -0.01), c.at_minus_one_point, kTight);
  EXPECT_NEAR(paired_score_statistic(c.counts, 0.02), c.at_two_points, kTight);
  const auto interval = paired_score_interval(c.counts, c.confidence);
  EXPECT_NEAR(interval.low, c.interval.low, kTight);
  EXPECT_NEAR(interval.high, c.interval.high, kTight);
}
INSTANTIATE_TEST_SUITE_P(Counts, PairedScore,
    testing::Values(ScoreCase{"newcombes", {36, 12, 2, 0}, 0.95, 2.780720627041987, 2.4501007563200705,
                              {0.061112406186343955, 0.34470874828214876}},
                    // Tango 1998 prints (-0.096, 0.037) for this one
                    ScoreCase{"tangos", {43, 0, 1, 0}, 0.9, -0.7446176505727986, -1.3850513878332367,
                              {-0.09566242639917165, 0.03651693841806404}},
                    ScoreCase{"many", {700, 40, 25, 135}, 0.9, 2.9135777443249005, -0.370949520035467,
                              {0.001970573797371627, 0.031882253659863566}},
                    ScoreCase{"a_drop", {700, 9, 14, 177}, 0.9, 0.8106341065008071, -3.929504293850755,
                              {-0.015044457043451238, 0.003395771843903529}}),
    [](const auto& c) { return c.param.name; });

struct NewcombeCase {
  const char* name;
  PairedCounts counts;
  double confidence;
  Interval interval;
};
void PrintTo(const NewcombeCase& c, std::ostream* os) { *os << c.name; }
class Newcombe : public testing::TestWithParam<NewcombeCase> {};
// method 10 in Python over statsmodels' proportion_confint(method="wilson")
TEST_P(Newcombe, EqualsTheReference) {
  const auto interval = newcombe_paired_interval(GetParam().counts, GetParam().confidence);
  EXPECT_NEAR(interval.low, GetParam().interval.low, kTight);
  EXPECT_NEAR(interval.high, GetParam().interval.high, kTight);
}
INSTANTIATE_TEST_SUITE_P(Counts, Newcombe,
    testing::Values(NewcombeCase{"published_as_0569_3404", {36, 12, 2, 0}, 0.95, {0.05692958400323869, 0.3404276029749407}},
                    NewcombeCase{"many", {700, 40, 25, 135}, 0.9, {0.0018146686301860337, 0.03164699012734887}},
                    NewcombeCase{"no_discordant_pair", {10, 0, 0, 10}, 0.95, {-0.08975665937768057, 0.08975665937768057}},
                    NewcombeCase{"all_right", {50, 0, 0, 0}, 0.95, {-0.07134759913335864, 0.07134759913335864}},
                    NewcombeCase{"correlated", {20, 7, 1, 30}, 0.95, {0.006009089635703416, 0.19674750131241991}}),
    [](const auto& c) { return c.param.name; });

TEST(PairedIntervals, CoverEverythingWithoutSamples) {
  for (const auto interval : {paired_score_interval({}, 0.9), newcombe_paired_interval({}, 0.9)}) {
    EXPECT_EQ(interval.low, -1);
    EXPECT_EQ(interval.high, 1);
  }
  EXPECT_TRUE(std::isnan(PairedBinary({}).value()));
  EXPECT_EQ(PairedBinary({}).p_value(-0.01, Alternative::kGreater), 1);
}
TEST(PairedIntervals, EndAtOneWhereAllIsGainedOrLost) {
  const auto gained = paired_score_interval({0, 8, 0, 0}, 0.9), lost = paired_score_interval({0, 0, 8, 0}, 0.9);
  EXPECT_EQ(gained.high, 1);
  EXPECT_EQ(lost.low, -1);
  EXPECT_DOUBLE_EQ(gained.low, -lost.high);
  EXPECT_GT(gained.low, 0.3);
}
TEST(PairedIntervals, TurnRoundWithTheRuns) {
  const auto one = paired_score_interval({70, 9, 3, 20}, 0.9), other = paired_score_interval({70, 3, 9, 20}, 0.9);
  EXPECT_NEAR(one.low, -other.high, 1e-15);
  EXPECT_NEAR(one.high, -other.low, 1e-15);
}

TEST(PairedBinary, IsExactBelowTwentyFiveDiscordantPairs) {
  const PairedCounts few{600, 9, 15, 100}, many{600, 10, 15, 100};
  EXPECT_EQ(PairedBinary(few).p_value(0, Alternative::kLess), mcnemar_exact_p(few, Alternative::kLess));
  EXPECT_NEAR(PairedBinary(many).p_value(0, Alternative::kLess), 0.15865525393145707, kTight);  // scipy.stats.norm.cdf(-1)
  EXPECT_NEAR(PairedBinary(many).p_value(0, Alternative::kTwoSided), 0.31731050786291415, kTight);
}
TEST(PairedBinary, AgreesWithItsOwnInterval) {
  const PairedBinary test({700, 40, 45, 135});
  const auto interval = test.interval(0.9);
  EXPECT_NEAR(test.p_value(interval.low, Alternative::kGreater), 0.05, kTight);
  EXPECT_NEAR(test.p_value(interval.high, Alternative::kLess), 0.05, kTight);
}
TEST(PairedBinary, HasTheStandardErrorOfItsDifferences) {
  // numpy.std([1] * 40 + [-1] * 25 + [0] * 835) / 30
  EXPECT_NEAR(PairedBinary({700, 40, 25, 135}).standard_error(), 0.008940820521906154, kTight);
  EXPECT_EQ(PairedBinary({200, 0, 0, 60}).standard_error(), 0);
}
TEST(PairedBinary, NeedsSamplesEvenWithoutAFlip) {
  // no flip in n samples shows non-inferiority by a point from n = z² (1 - δ) / δ = 268 on
  EXPECT_GT(PairedBinary({200, 0, 0, 60}).p_value(-0.01, Alternative::kGreater), 0.05);
  EXPECT_LT(PairedBinary({200, 0, 0, 70}).p_value(-0.01, Alternative::kGreater), 0.05);
}
TEST(PairedBinary, RefusesNegativeCounts) {
  try {
    PairedBinary({5, -1, 0, 0});
    FAIL();
  } catch (const DataError& error) {
    EXPECT_STREQ(error.what(), "paired counts must not be negative, got 5 right in both, -1 gained, 0 lost, 0 wrong in both");
  }
}

}  // namespace
}  // namespace assay
