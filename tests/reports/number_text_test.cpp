#include "reports/number_text.h"

#include <gtest/gtest.h>

#include <limits>

namespace assay {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

TEST(NumberText, WritesNumbers) {
  EXPECT_EQ(number_text(0.63641), "0.6364");
  EXPECT_EQ(number_text(kNaN), "none");
  EXPECT_EQ(signed_text(0.5), "+0.5000");
  EXPECT_EQ(signed_text(-0.02134), "-0.0213");
  EXPECT_EQ(interval_text({-0.5, 1}), "[-0.5000, 1.0000]");
  EXPECT_EQ(interval_text({kNaN, 1}), "none");
  EXPECT_EQ(share_text(0.0482), "4.8 %");
}

TEST(NumberText, WritesProbabilities) {
  EXPECT_EQ(probability_text(0.0123), "0.0123");
  EXPECT_EQ(probability_text(0.00001), "< 0.0001");
  EXPECT_EQ(probability_text(kNaN), "none");
}

TEST(NumberText, WritesCounts) {
  EXPECT_EQ(count_text(0), "0");
  EXPECT_EQ(count_text(999), "999");
  EXPECT_EQ(count_text(1000), "1,000");
  EXPECT_EQ(count_text(-1234567), "-1,234,567");
}

TEST(NumberText, WritesBytes) {
  EXPECT_EQ(bytes_text(512), "512 B");
  EXPECT_EQ(bytes_text(1536), "1.50 KiB");
  EXPECT_EQ(bytes_text(17.5 * 1024 * 1024 * 1024), "17.50 GiB");
  EXPECT_EQ(bytes_text(-1), "none");
}

TEST(NumberText, WritesSampleValues) {
  EXPECT_EQ(value_text(1), "1");
  EXPECT_EQ(value_text(0.5), "0.5");
  EXPECT_EQ(value_text(1.0 / 3), "0.3333");
  EXPECT_EQ(value_text(100), "100");
}

TEST(NumberText, KeepsEveryBitForPrograms) {
  EXPECT_EQ(exact_text(0.1), "0.1");
  EXPECT_EQ(exact_text(1.0 / 3), "0.3333333333333333");
  EXPECT_EQ(exact_text(kNaN), "");
  EXPECT_EQ(exact_text(kNaN, "NaN"), "NaN");
}

}  // namespace
}  // namespace assay
