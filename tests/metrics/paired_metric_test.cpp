#include "metrics/paired_metric.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "harness/base/error.h"
#include "metrics/clustered_mean.h"
#include "metrics/paired_binary.h"

namespace assay {
namespace {

using ::testing::HasSubstr;

/// `right` of `count` units right, each on a picture of its own unless `per_cluster` share one.
MetricBasis accuracy(int count, int right, int per_cluster = 1) {
  MetricBasis basis{"accuracy", 100, Formula::kMean, Combination::kMean, {}};
  for (int i = 0; i < count; ++i) basis.rows.push_back({fmt::format("{}", i), fmt::format("p{}", i / per_cluster), "", {i < right ? 1.0 : 0.0}});
  return basis;
}

TEST(PairedMetric, TakesMcNemarForOneUnitAPicture) {
  const auto paired = compare_metric(accuracy(1000, 800), accuracy(1000, 790));
  EXPECT_EQ(paired.test, "McNemar exact");
  EXPECT_DOUBLE_EQ(paired.difference, -1);
  EXPECT_DOUBLE_EQ(paired.margin, 1);
  EXPECT_EQ(paired.lost, 10);
  EXPECT_EQ(paired.gained, 0);
  EXPECT_DOUBLE_EQ(paired.evidence.drop, mcnemar_exact_p({790, 0, 10, 200}, Alternative::kLess));
  const auto interval = newcombe_paired_interval({790, 0, 10, 200}, 0.9);
  EXPECT_DOUBLE_EQ(paired.interval.low, 100 * interval.low);
  EXPECT_DOUBLE_EQ(paired.interval.high, 100 * interval.high);
}

TEST(PairedMetric, TakesTheScoreTestForManyFlips) { EXPECT_EQ(compare_metric(accuracy(1000, 800), accuracy(1000, 700)).test, "score test"); }

TEST(PairedMetric, TakesClustersWhereQuestionsShareAPicture) {
  const auto paired = compare_metric(accuracy(1000, 800, 4), accuracy(1000, 770, 4));
  EXPECT_EQ(paired.test, "cluster-robust t");
  EXPECT_EQ(paired.clusters, 250);
  EXPECT_EQ(paired.units, 1000);
}

TEST(PairedMetric, TakesTheWildBootstrapForFewClusters) {
  EXPECT_EQ(compare_metric(accuracy(100, 80, 5), accuracy(100, 70, 5)).test, "wild cluster bootstrap");
}

TEST(PairedMetric, DoesNotDependOnTheOrderOfUnits) {
  const auto baseline = accuracy(100, 80, 2);
  auto candidate = accuracy(100, 70, 2);
  const auto straight = compare_metric(baseline, candidate);
  std::ranges::reverse(candidate.rows);
  const auto turned = compare_metric(baseline, candidate);
  EXPECT_EQ(straight.evidence.drop, turned.evidence.drop);
  EXPECT_EQ(straight.interval.low, turned.interval.low);
}

/// MME's kind: accuracy of questions plus accuracy of pictures.
MetricBasis two_rates(int pictures, int whole) {
  MetricBasis basis{"perception", 100, Formula::kRatio, Combination::kSum, {}};
  for (int i = 0; i < pictures; ++i) {
    const std::string name = fmt::format("{}", i);
    basis.rows.push_back({name, name, i % 2 == 0 ? "count" : "ocr", i < whole ? std::vector<double>{2, 2, 1, 1} : std::vector<double>{1, 2, 0, 1}});
  }
  return basis;
}

TEST(PairedMetric, DrawsAggregatesThatAreNoMeans) {
  const auto paired = compare_metric(two_rates(200, 150), two_rates(200, 120), {.draws = 2000});
  EXPECT_EQ(paired.test, "BCa cluster bootstrap");
  EXPECT_DOUBLE_EQ(paired.margin, 4) << "a hundredth of 400";
  EXPECT_DOUBLE_EQ(paired.difference, -45) << "15 % of the pictures, in two subtasks, by 50 and 100";
  EXPECT_LT(paired.interval.high, 0);
  EXPECT_LT(paired.evidence.certain_drop, 0.01);
  EXPECT_EQ(paired.lost, 30);
}

TEST(PairedMetric, OfARunWithItselfPassesWithAnInterval) {
  const auto paired = compare_metric(two_rates(400, 300), two_rates(400, 300), {.draws = 200});
  EXPECT_EQ(paired.difference, 0);
  EXPECT_LT(paired.interval.low, 0);
  EXPECT_GT(paired.interval.low, -4);
  EXPECT_EQ(decide(paired.evidence), Decision::kPass);
}

TEST(PairedMetric, OfFewUnitsNamesTheNumberThatWouldDecide) {
  const auto paired = compare_metric(accuracy(50, 40), accuracy(50, 39));
  EXPECT_EQ(decide(paired.evidence), Decision::kInconclusive);
  EXPECT_GT(paired.samples_needed, 500);
  EXPECT_GT(paired.detectable_drop, 3);
}

TEST(PairedMetric, ComparesCommonUnitsAndCountsTheRest) {
  const auto paired = compare_metric(accuracy(100, 80), accuracy(60, 60));
  EXPECT_EQ(paired.units, 60);
  EXPECT_EQ(paired.unmatched, 40);
  EXPECT_DOUBLE_EQ(paired.baseline, 100);
}

TEST(PairedMetric, WithoutCommonUnitsSaysNothing) {
  const auto paired = compare_metric(accuracy(0, 0), accuracy(10, 5));
  EXPECT_TRUE(std::isnan(paired.difference));
  EXPECT_EQ(decide(paired.evidence), Decision::kInconclusive);
}

TEST(PairedMetric, RefusesWhatCannotBePaired) {
  auto twice = accuracy(2, 1);
  twice.rows[1].unit = twice.rows[0].unit;
  EXPECT_THROW((void)compare_metric(twice, accuracy(2, 1)), DataError);
  auto beyond = accuracy(2, 1);
  beyond.rows[0].values = {2};
  EXPECT_THROW((void)compare_metric(beyond, accuracy(2, 1)), DataError);
  auto other = accuracy(2, 1);
  other.scale = 1;
  EXPECT_THROW((void)compare_metric(other, accuracy(2, 1)), DataError);
}

}  // namespace
}  // namespace assay
