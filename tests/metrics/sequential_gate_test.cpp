#include "metrics/sequential_gate.h"

#include <gtest/gtest.h>

#include <cmath>

#include "harness/base/error.h"

namespace assay {
namespace {

constexpr double kTight = 1e-10;

/// 400 differences: 8 gained, 6 lost.
Cluster difference_at(int i) { return {static_cast<double>(i * 37 % 50 == 0) - static_cast<double>((i * 29 + 11) % 70 == 0), 1}; }

// the same bets in numpy; the confidence sequence's ends by scipy.optimize.brentq on the log capital
TEST(BettingTest, EqualsNumpy) {
  BettingTest not_worse({-0.02, Alternative::kGreater, 0.02, 1}), worse({0, Alternative::kLess, 0.02, 1});
  for (int i = 0; i < 400; ++i) not_worse.add(difference_at(i)), worse.add(difference_at(i));
  EXPECT_NEAR(not_worse.p_value(), 0.04209732064766955, kTight);
  EXPECT_NEAR(worse.p_value(), 0.7245370370370371, kTight);
}
TEST(ConfidenceSequence, EqualsScipy) {
  ConfidenceSequence sequence(1, 0.9);
  for (int i = 0; i < 400; ++i) sequence.add(difference_at(i));
  EXPECT_NEAR(sequence.interval().low, -0.029445647547601244, kTight);
  EXPECT_NEAR(sequence.interval().high, 0.039634994620673124, kTight);
}
TEST(ConfidenceSequence, BeginsWithEverythingAndNarrows) {
  ConfidenceSequence sequence(3, 0.9);
  EXPECT_EQ(sequence.interval().low, -1);
  EXPECT_EQ(sequence.interval().high, 1);
  double width = 2;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 300; ++i) sequence.add({i % 10 == 0 ? 0.5 : 0.0, 1.0 + i % 3});
    const auto interval = sequence.interval();
    EXPECT_LT(interval.high - interval.low, width);
    width = interval.high - interval.low;
    EXPECT_LT(interval.low, 0.025);
    EXPECT_GT(interval.high, 0.025);
  }
}
TEST(BettingTest, RefusesWhatCannotBe) {
  EXPECT_THROW(BettingTest({1, Alternative::kGreater, 0.01, 1}), ConfigError);
  EXPECT_THROW(BettingTest({0, Alternative::kTwoSided, 0.01, 1}), ConfigError);
  EXPECT_THROW(BettingTest({0, Alternative::kLess, 0, 1}), ConfigError);
  EXPECT_THROW(BettingTest({0, Alternative::kLess, 0.01, std::nan("")}), ConfigError);
  BettingTest test({0, Alternative::kLess, 0.01, 2});
  for (const Cluster bad : {Cluster{0, 0}, Cluster{0, 3}, Cluster{1.5, 1}, Cluster{std::nan(""), 1}}) EXPECT_THROW(test.add(bad), DataError);
  EXPECT_EQ(test.p_value(), 1);
  EXPECT_THROW(ConfidenceSequence(0), ConfigError);
  EXPECT_THROW(ConfidenceSequence(1, 1), ConfigError);
}

std::size_t stops_after(SequentialGate& gate, double (*difference)(int)) {
  for (int i = 0; !gate.may_stop(); ++i) gate.add({difference(i), 1});
  return gate.cluster_count();
}
TEST(SequentialGate, PassesEarlyWithoutFlips) {
  SequentialGate gate({0.01, {}, 1, 5000});
  EXPECT_LT(stops_after(gate, [](int) { return 0.0; }), 2000U);
  EXPECT_EQ(gate.decision(), Decision::kPass);
}
TEST(SequentialGate, FailsAGrossBreakWithinDozens) {
  SequentialGate gate({0.01, {}, 1, 5000});
  EXPECT_LT(stops_after(gate, [](int i) { return i % 2 == 0 ? -1.0 : 0.0; }), 60U);
  EXPECT_EQ(gate.decision(), Decision::kFail);
  EXPECT_LE(gate.interval().low, -0.5);
  EXPECT_LT(gate.interval().high, 0.3);
}
TEST(SequentialGate, EndsInconclusiveAtTheDeclaredNumberAndTakesNoMore) {
  SequentialGate gate({0.01, {}, 1, 50});
  EXPECT_EQ(stops_after(gate, [](int) { return 0.0; }), 50U);
  EXPECT_EQ(gate.decision(), Decision::kInconclusive);
  EXPECT_THROW(gate.add({0, 1}), DataError);
}
TEST(SequentialGate, KeepsWhatItDecided) {
  SequentialGate gate({0.01, {}, 1, 5000});
  stops_after(gate, [](int i) { return i % 2 == 0 ? -1.0 : 0.0; });
  for (int i = 0; i < 500; ++i) gate.add({1, 1});
  EXPECT_EQ(gate.decision(), Decision::kFail);
}
TEST(SequentialGate, RefusesABadDesign) {
  EXPECT_THROW(SequentialGate({0.01, {}, 1, 0}), ConfigError);
  EXPECT_THROW(SequentialGate({0, {}, 1, 10}), ConfigError);
}

}  // namespace
}  // namespace assay
