#include "harness/base/suggestion.h"

#include <gtest/gtest.h>

#include <vector>

namespace assay {
namespace {

const std::vector<std::string> kKnown = {"chartqa_test", "mme"};

TEST(Suggestion, NamesTheNearest) { EXPECT_EQ(suggestion("mmee", kKnown), "; did you mean \"mme\"?"); }
TEST(Suggestion, FindsAPart) { EXPECT_EQ(suggestion("chartqa", kKnown), "; did you mean \"chartqa_test\"?"); }
TEST(Suggestion, ListsAllWhenNoneIsNear) { EXPECT_EQ(suggestion("pope_popular", kKnown), "; known: chartqa_test, mme"); }

}  // namespace
}  // namespace assay
