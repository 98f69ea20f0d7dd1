#include "harness/base/read_rate.h"

#include <gtest/gtest.h>

namespace assay {
namespace {

TEST(ReadRate, IsThatOfMemoryAndNotOfACompilerThatReadsNothing) {
  for (const int threads : {1, 3}) {
    const double rate = read_rate(threads);
    EXPECT_GT(rate, 1e7) << threads;
    EXPECT_LT(rate, 1e13) << threads;
  }
}

}  // namespace
}  // namespace assay
