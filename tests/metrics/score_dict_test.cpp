#include "metrics/score_dict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(ScoreDict, IsReadFromTheFirstBraceToTheLast) {
  EXPECT_THAT(*read_score_dict("Creativity: good, 9.\n{'Creativity': 9, \"Overall Score\": 7}"), ElementsAre(Pair("Creativity", 9), Pair("Overall Score", 7)));
  EXPECT_THAT(*read_score_dict("{ 'a' : 3 ,\n 'b':4, } that is all"), ElementsAre(Pair("a", 3), Pair("b", 4)));
  EXPECT_THAT(*read_score_dict("{}"), IsEmpty());
}
TEST(ScoreDict, HoldsScoresToWholeNumbersFromNoughtToTen) {
  EXPECT_THAT(*read_score_dict("{'a': 8.9, 'b': 12, 'c': -1, 'd': '6', 'e': None, 'f': 'six'}"), ElementsAre(Pair("a", 8), Pair("b", 10), Pair("c", 0), Pair("d", 6)));
}
TEST(ScoreDict, IsNothingWherePythonWouldNotReadOne) {
  for (const char* text : {"", "no scores", "}{", "{'a': 1", "{'a' 1}", "{a: 1}", "{'a': 1 'b': 2}", "{'a': good}", "{'a': {'b': 1}}", "{'a': 1} and {'b': 2}", "{'a\\'b': 1}"}) {
    EXPECT_FALSE(read_score_dict(text)) << text;
  }
}

}  // namespace
}  // namespace assay
