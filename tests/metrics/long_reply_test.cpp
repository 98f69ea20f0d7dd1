#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "metrics/anls.h"
#include "metrics/grounding.h"
#include "metrics/mmmu_answer.h"
#include "metrics/option_letter.h"

/// Replies of megabytes, as a model writes that never stops: each of these would take hours if the work grew with the square of the length.
namespace assay {
namespace {

constexpr std::size_t kLetters = 4'000'000;

std::string repeated(std::string_view unit) {
  std::string text;
  while (text.size() < kLetters) text += unit;
  return text;
}

TEST(LongReply, OfOneNumberIsRead) {
  const auto digits = repeated("1");
  EXPECT_TRUE(mmmu_numbers(digits + "a").empty());
  EXPECT_EQ(mmmu_numbers(digits).size(), 1u);
}
TEST(LongReply, OfManyNumbersIsRead) {
  std::string text = "the answer is ";
  for (int i = 0; i < 300'000; ++i) text += fmt::format("{} ", i);
  EXPECT_EQ(parse_mmmu_open(text).size(), 300'001u);  // and what follows "is"
}
TEST(LongReply, OfBracketsHasNoBox) {
  EXPECT_FALSE(read_box(repeated("[a"), GroundingRule::kInternVl));
  EXPECT_FALSE(read_box(repeated("[1,"), GroundingRule::kInternVl));
  EXPECT_FALSE(read_box(repeated("(1"), GroundingRule::kQwen));
  EXPECT_FALSE(read_box(repeated("(1,2),(3"), GroundingRule::kQwen));
}
TEST(LongReply, IsHeldAgainstManyAnswers) {
  const std::vector<std::string> answers(10, "a short answer");
  EXPECT_EQ(anls(repeated("a short answer "), answers), 0);
}
TEST(LongReply, HasALetterAtItsEnd) {
  const std::vector<Choice> choices = {{"A", "cat"}, {"B", "dog"}};
  EXPECT_EQ(letter_lmms_extract(repeated("the quick brown fox ") + "(B)", choices), "B");
  EXPECT_EQ(letter_lmms_extract(repeated("über die Brücke ") + "my answer is A x", choices), "A");
}

TEST(BoxRules, GoOnInTheNextLine) {
  EXPECT_TRUE(read_box("[1,2\n[0.1,0.2,0.3,0.4]", GroundingRule::kInternVl));
  EXPECT_TRUE(read_box("(1,2\n(1,2),(3,4)", GroundingRule::kQwen));
  EXPECT_FALSE(read_box("(1,2),(3\n4)", GroundingRule::kQwen));
}

/// What anls says is what its distances say, whichever of them it works out.
TEST(Anls, FollowsItsDistances) {
  const std::vector<std::string> texts = {"", "a", "A ", "abc", "abcd", "  abc d", "abcdefgh", "hgfedcba", "ÄÖ", "äö straße", "x y z", "aaaaaaaaaaaaaaaaaaaaaa"};
  for (const auto& prediction : texts) {
    for (const auto& first : texts) {
      for (const auto& second : texts) {
        const std::vector<std::string> answers = {first, second};
        const double nearest = std::min(anls_distance(prediction, first), anls_distance(prediction, second));
        EXPECT_EQ(anls(prediction, answers), 1 - nearest < 0.5 ? 0 : 1 - nearest) << prediction << "|" << first << "|" << second;
      }
    }
  }
}

}  // namespace
}  // namespace assay
