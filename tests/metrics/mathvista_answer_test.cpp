#include "metrics/mathvista_answer.h"

#include <gtest/gtest.h>

#include <vector>

namespace assay {
namespace {

const std::vector<std::string> kChoices = {"3/11", "8/11", "Yes", "no"};
const MathVistaQuestion kChoice{true, "text", "", kChoices}, kInteger{false, "integer", "", {}}, kFloat{false, "float", "2", {}}, kList{false, "list", "", {}};

TEST(ExtractPlainly, TakesAReplyThatIsAnAnswer) {
  EXPECT_EQ(extract_plainly("", kChoice), "");
  EXPECT_EQ(extract_plainly("8/11", kChoice), "8/11");
  EXPECT_FALSE(extract_plainly("B", kChoice).has_value());
  EXPECT_EQ(extract_plainly(" 1_000 ", kInteger), "1000");
  EXPECT_FALSE(extract_plainly("3.0", kInteger).has_value());
  EXPECT_EQ(extract_plainly("1e3", kFloat), "1000.0");
  EXPECT_FALSE(extract_plainly("about 3", kFloat).has_value());
  EXPECT_FALSE(extract_plainly("[1, 2]", kList).has_value());
}
TEST(NormalizeExtraction, FindsChoices) {
  EXPECT_EQ(normalize_extraction("B", kChoice), "8/11");
  EXPECT_EQ(normalize_extraction(" the answer is (b) or (c)", kChoice), "8/11");
  EXPECT_EQ(normalize_extraction("yes", kChoice), "Yes");
  EXPECT_EQ(normalize_extraction("b", kChoice), "no");      // no letter of a choice, and "no" is nearest
  EXPECT_EQ(normalize_extraction("(Z)", kChoice), "no");  // the letter Z is no choice either
  EXPECT_EQ(normalize_extraction("", kChoice), "no");
}
TEST(NormalizeExtraction, ReadsWholeNumbersThroughFloatOrNot) {
  EXPECT_EQ(normalize_extraction("3.9", kInteger), "3");
  EXPECT_EQ(normalize_extraction("-0.5", kInteger), "0");
  EXPECT_EQ(normalize_extraction("1e20", kInteger), "100000000000000000000");
  EXPECT_FALSE(normalize_extraction("inf", kInteger).has_value());
  EXPECT_FALSE(normalize_extraction("three", kInteger).has_value());
  EXPECT_FALSE(normalize_extraction("3.0", kInteger, WholeNumbers::kStrict).has_value());
  EXPECT_EQ(normalize_extraction("3", kInteger, WholeNumbers::kStrict), "3");
}
TEST(NormalizeExtraction, RoundsToThePrecision) {
  EXPECT_EQ(normalize_extraction("1.455", kFloat), "1.46");
  EXPECT_EQ(normalize_extraction("2", kFloat), "2.0");
  EXPECT_EQ(normalize_extraction("1.26", MathVistaQuestion{false, "float", "1.0", {}}), "1.3");
  EXPECT_FALSE(normalize_extraction("1.26", MathVistaQuestion{false, "float", "", {}}).has_value());
}
TEST(NormalizeExtraction, LeavesListsAsTheyAre) { EXPECT_EQ(normalize_extraction("[2007, 2008]", kList), "[2007, 2008]"); }

}  // namespace
}  // namespace assay
