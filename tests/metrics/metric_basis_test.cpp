#include "metrics/metric_basis.h"

#include <gtest/gtest.h>

#include <cmath>

#include "harness/base/error.h"

namespace assay {
namespace {

TEST(MetricBasis, OfAMeanIsTheScaledMean) {
  const MetricBasis basis{"accuracy", 100, Formula::kMean, Combination::kMean, {{"a", "p", "", {1}}, {"b", "p", "", {0.5}}, {"c", "q", "", {0}}}};
  EXPECT_DOUBLE_EQ(value_of(basis), 50);
  EXPECT_EQ(full_scale(basis), 100);
}

/// Two subtasks of MME: accuracy of questions and of pictures, all four numbers added.
TEST(MetricBasis, AddsUpThePartsOfAllStrata) {
  const MetricBasis basis{"perception", 100, Formula::kRatio, Combination::kSum,
                          {{"1", "1", "count", {2, 2, 1, 1}}, {"2", "2", "count", {1, 2, 0, 1}}, {"1", "1", "ocr", {2, 2, 1, 1}}}};
  EXPECT_DOUBLE_EQ(value_of(basis), 75 + 50 + 100 + 100);
  EXPECT_EQ(full_scale(basis), 400);
}

TEST(MetricBasis, AveragesF1OverParts) {
  const MetricBasis basis{"f1", 1, Formula::kF1, Combination::kMean, {{"a", "a", "", {1, 0, 0, 0, 1, 0}}, {"b", "b", "", {1, 1, 0, 1, 0, 1}}}};
  EXPECT_DOUBLE_EQ(value_of(basis), (4.0 / 5 + 2.0 / 4) / 2);
}

TEST(MetricBasis, OfBleuIsTheGeometricMeanWithItsPenalty) {
  // 4 of 5 words, 2 of 4 pairs, candidate of 5 words against a reference of 6
  const MetricBasis basis{"bleu_2", 1, Formula::kBleu2, Combination::kMean, {{"a", "a", "", {4, 2, 0, 0, 5, 4, 3, 2, 5, 6}}}};
  EXPECT_NEAR(value_of(basis), std::sqrt(0.8 * 0.5) * std::exp(1 - 6.0 / 5), 1e-9);  // the COCO tools add terms of that size against zero
}
TEST(MetricBasis, OfBleuWithoutAMatchIsAsSmallAsTheCocoToolsSay) {
  const MetricBasis basis{"bleu_4", 1, Formula::kBleu4, Combination::kMean, {{"a", "a", "", {4, 2, 1, 0, 5, 4, 3, 2, 5, 5}}}};
  EXPECT_NEAR(value_of(basis), std::pow(0.8 * 0.5 / 3 * 1e-15 / 2, 0.25), 1e-12);
}

TEST(MetricBasis, WithoutRowsHasNoValue) { EXPECT_TRUE(std::isnan(value_of({"accuracy", 1, Formula::kMean, Combination::kMean, {}}))); }

TEST(MetricBasis, DividesByNothingAsZero) {
  EXPECT_EQ(value_of({"f1", 1, Formula::kF1, Combination::kMean, {{"a", "a", "", {0, 0, 0}}}}), 0);
}

TEST(MetricBasis, RefusesSumsThatAreNoParts) {
  const double sums[] = {1, 2, 3};
  EXPECT_THROW((void)combined(Formula::kRatio, Combination::kSum, sums, 3), DataError);
}

TEST(MetricBasis, KnowsItsFormulasByName) {
  for (const auto formula : {Formula::kMean, Formula::kRatio, Formula::kF1, Formula::kBleu4}) EXPECT_EQ(formula_named(name_of(formula)), formula);
  EXPECT_THROW((void)formula_named("median"), DataError);
}

}  // namespace
}  // namespace assay
