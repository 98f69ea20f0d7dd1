#include "metrics/fisher_exact.h"

#include <gtest/gtest.h>

#include "harness/base/error.h"

namespace assay {
namespace {

// exact rational sums of the hypergeometric tail
TEST(FisherExact, AgreesWithExactSums) {
  EXPECT_NEAR(fisher_more_often_p({20, 2000}, {100, 2000}), 1.2141027155492036e-14, 1e-10);
  EXPECT_NEAR(fisher_more_often_p({20, 2000}, {25, 2000}), 0.2746076265865409, 1e-10);
  EXPECT_NEAR(fisher_more_often_p({0, 50}, {3, 40}), 0.08409942117807287, 1e-10);
  EXPECT_NEAR(fisher_more_often_p({45, 50}, {38, 40}), 0.31963929276766273, 1e-10);
}

TEST(FisherExact, OfNothingSaysNothing) {
  EXPECT_EQ(fisher_more_often_p({0, 0}, {3, 10}), 1);
  EXPECT_EQ(fisher_more_often_p({0, 10}, {0, 10}), 1);
  EXPECT_EQ(fisher_more_often_p({10, 10}, {10, 10}), 1);
}

TEST(FisherExact, RefusesWhatCannotBe) { EXPECT_THROW((void)fisher_more_often_p({3, 2}, {0, 1}), DataError); }

}  // namespace
}  // namespace assay
