#include "metrics/judge_reading.h"

#include <gtest/gtest.h>

#include "harness/base/json.h"
#include "tests/shared_files.h"

namespace assay {
namespace {

TEST(Grade, IsReadFromTheFirstWordOrTheWhole) {
  EXPECT_EQ(read_grade("0.7"), 0.7);
  EXPECT_EQ(read_grade("0.7 because"), 0.7);
  EXPECT_EQ(read_grade("1\n"), 1);
  EXPECT_FALSE(read_grade(" 0.7").has_value());  // nothing stands before the first space
  EXPECT_FALSE(read_grade("-0.1").has_value());
  EXPECT_FALSE(read_grade("nan").has_value());
  EXPECT_FALSE(read_grade("").has_value());
  EXPECT_EQ(read_whole_grade(" 0.7 "), 0.7);
  EXPECT_FALSE(read_whole_grade("0.7 because").has_value());
}
TEST(ScorePair, IsTheFirstLine) {
  EXPECT_EQ(read_score_pair("8 7.5\nmore 1 2"), (std::array{8.0, 7.5}));
  EXPECT_EQ(read_score_pair("8,7"), (std::array{8.0, 7.0}));
  EXPECT_FALSE(read_score_pair("8, 7").has_value());  // two spaces make three parts
  EXPECT_FALSE(read_score_pair("\n8 7").has_value());
  EXPECT_FALSE(read_score_pair("8").has_value());
  EXPECT_FALSE(read_score_pair("good bad").has_value());
}
TEST(Preference, IsOneOfTwo) {
  EXPECT_EQ(read_preference("Overall, Response A is better."), 'A');
  EXPECT_EQ(read_preference("RESPONSE B IS BETTER, response b is better"), 'B');
  EXPECT_FALSE(read_preference("Response A is better. No: Response B is better.").has_value());
  EXPECT_FALSE(read_preference("").has_value());
}
TEST(Rating, IsALetterBehindItsWord) {
  EXPECT_EQ(read_rating("x\nRating: [[B]].\n"), 'B');
  EXPECT_EQ(read_rating("Rating:A"), 'A');
  EXPECT_EQ(read_rating("Rating: A, B"), 'C');
  EXPECT_EQ(read_rating("rating: A"), 'C');
  EXPECT_EQ(read_rating(""), 'C');
}
TEST(ConvBenchFixture, MatchesEveryReply) {
  ASSAY_NEEDS_SHARED("fixtures/convbench");
  const auto document = json::parse_file(testing::shared_root() / "fixtures/convbench/EXPECTED.json");
  for (const auto& row : document["extract_prediction_from_response(null = GPT fallback used, here stubbed to give no decision)"].GetArray()) {
    const auto read = read_preference(json::text_of(row["reply"]));
    EXPECT_EQ(read ? std::string(1, *read) : "null", row["out"].IsNull() ? "null" : row["out"].GetString()) << row["reply"].GetString();
  }
  for (const auto& row : document["extract_rate"].GetArray()) {
    EXPECT_EQ(std::string(1, read_rating(json::text_of(row["reply"]))), row["out"].GetString()) << row["reply"].GetString();
  }
}

}  // namespace
}  // namespace assay
