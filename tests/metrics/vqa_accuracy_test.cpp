#include "metrics/vqa_accuracy.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "harness/base/json.h"
#include "metrics/mean.h"
#include "metrics/vqa_answer.h"
#include "metrics/vqa_punctuation.h"
#include "tests/shared_files.h"

namespace assay {
namespace {

using namespace std::string_literals;

struct Case {
  const char* name;
  std::string raw, official, evalai, vlmevalkit;
};
void PrintTo(const Case& c, std::ostream* os) { *os << c.raw; }
class VqaAnswer : public ::testing::TestWithParam<Case> {};
TEST_P(VqaAnswer, MatchesTable) {
  EXPECT_EQ(vqa_answer_official(GetParam().raw), GetParam().official);
  EXPECT_EQ(vqa_answer_evalai(GetParam().raw), GetParam().evalai);
  EXPECT_EQ(vqa_answer_vlmevalkit(GetParam().raw), GetParam().vlmevalkit);
}
INSTANTIATE_TEST_SUITE_P(
    Rules, VqaAnswer,
    ::testing::Values(Case{"drops_articles", "The cat and a dog", "cat and dog", "cat and dog", "cat and dog"},
                    Case{"writes_numbers_as_digits", "Ten none two", "10 0 2", "10 0 2", "10 0 2"},
                    Case{"puts_apostrophes_back", "dont youre", "don't you're", "don't you're", "don't you're"},
                    Case{"parts_possessives", "Hershey's", "hershey's", "hershey 's", "hershey's"},
                    Case{"full_stop_behind_a_digit", "3.", "3", "3", "3."},
                    Case{"full_stop_before_a_digit", "a.5", "a.5", "a.5", "a.5"},
                    Case{"comma_between_digits_deletes_marks", "1,000-x", "1000x", "1000 x", "1000x"},
                    Case{"mark_beside_a_space_goes", "stop - go", "stop go", "stop go", "stop go"},
                    Case{"mark_beside_letters_parts", "stop-go", "stop go", "stop go", "stop go"},
                    Case{"colons_and_money_stay", "$1.99 at 12:15", "$1.99 at 12:15", "$1.99 at 12:15", "$1.99 at 12:15"},
                    Case{"question_mark_inside_a_word", "a?b", "b", "ab", "b"},
                    Case{"lines_and_tabs", " two\tlines\n", "2 lines", "2 lines", "2 lines"},
                    Case{"digits_of_any_script", "١,٢-x.٣", "١٢x.٣", "١٢ x.٣", "١٢x.٣"},
                    Case{"wide_spaces_part_words", "the\u3000cat", "cat", "cat", "cat"},
                    Case{"capitals_that_grow", "İ", "i̇", "i̇", "i̇"},
                    Case{"nothing", "", "", "", ""},
                    Case{"nul_is_a_letter", "a\0b"s, "a\0b"s, "a\0b"s, "a\0b"s}),
    [](const auto& c) { return c.param.name; });

TEST(VqaPunctuation, RemovesAtMost32FullStops) {
  EXPECT_EQ(vqa_punctuation(std::string(40, '.')), std::string(8, '.'));
  EXPECT_EQ(vlmevalkit_punctuation(std::string(40, '.')), std::string(8, '.'));
}
TEST(VqaPunctuation, JudgesFullStopsByWhatStandsThereAfterTheMarksAreGone) {
  EXPECT_EQ(vqa_punctuation("1,000.,5"), "1000.5");
  EXPECT_EQ(vqa_punctuation("x.(5"), "x 5");
}

std::vector<std::string> ten(int matching, const std::string& other) {
  std::vector<std::string> answers(10, other);
  for (int i = 0; i < matching; ++i) answers[static_cast<std::size_t>(i)] = "cat";
  return answers;
}

TEST(VqaAccuracy, GivesThreeTenthsAnAnswerUpToOne) {
  const double expected[] = {0, 0.3, 0.6, 0.9, 1, 1, 1, 1, 1, 1};
  for (const auto rule : {VqaRule::kOfficial, VqaRule::kEvalAi, VqaRule::kVlmEvalKit, VqaRule::kLmmsEval, VqaRule::kLmmsVqaV2}) {
    for (int k = 0; k < 10; ++k) EXPECT_NEAR(vqa_accuracy("cat", ten(k, "dog"), rule), expected[k], 1e-15) << k;
  }
}
TEST(VqaAccuracy, IsOfficiallyNormalizedOnlyWhereAnswersDiffer) {
  EXPECT_EQ(vqa_accuracy("The Cat", ten(10, ""), VqaRule::kOfficial), 0);
  EXPECT_EQ(vqa_accuracy("The Cat", ten(9, "dog"), VqaRule::kOfficial), 1);
  EXPECT_EQ(vqa_accuracy("The Cat", ten(10, ""), VqaRule::kEvalAi), 1);
  EXPECT_EQ(vqa_accuracy("cat\n", ten(10, ""), VqaRule::kOfficial), 1);
}
TEST(VqaAccuracy, DoesNotHangOnTheOrderOfAnswers) {
  auto answers = ten(3, "dog");
  const double forward = vqa_accuracy("cat", answers, VqaRule::kLmmsEval);
  std::reverse(answers.begin(), answers.end());
  EXPECT_EQ(vqa_accuracy("cat", answers, VqaRule::kLmmsEval), forward);
}
TEST(VqaAccuracy, IsNothingWithoutAnswersAndZeroWithOne) {
  EXPECT_TRUE(std::isnan(vqa_accuracy("cat", {}, VqaRule::kOfficial)));
  EXPECT_EQ(vqa_accuracy("cat", std::vector<std::string>{"cat"}, VqaRule::kVlmEvalKit), 0);
}

TEST(VqaNormalizationFixture, MatchesEveryRow) {
  ASSAY_NEEDS_SHARED("fixtures/vqa_normalization");
  const auto golden = json::parse_file(testing::shared_root() / "fixtures/vqa_normalization/normalization_golden.json");
  const auto& rows = golden["rows"];
  ASSERT_EQ(rows.Size(), 5422u);
  for (const auto& row : rows.GetArray()) {
    const auto text = json::text_of(row[0]);
    EXPECT_EQ(vqa_answer_evalai(text), json::text_of(row[1])) << text;
    EXPECT_EQ(vqa_answer_official(text), json::text_of(row[2])) << text;
    EXPECT_EQ(vqa_answer_vlmevalkit(text), json::text_of(row[3])) << text;
    EXPECT_EQ(vqa_answer_official(text), json::text_of(row[4])) << text;
  }
}
TEST(VqaAccuracyFixture, MatchesEveryRecord) {
  ASSAY_NEEDS_SHARED("fixtures/vqa_accuracy");
  const auto golden = json::parse_file(testing::shared_root() / "fixtures/vqa_accuracy/vqa_accuracy_golden.json");
  const std::pair<const char*, VqaRule> kRules[] = {{"gtvision", VqaRule::kOfficial}, {"m4c", VqaRule::kEvalAi}, {"vlmevalkit", VqaRule::kVlmEvalKit},
                                                    {"lmms_textvqa_vizwiz", VqaRule::kLmmsEval}, {"lmms_vqav2", VqaRule::kLmmsVqaV2}};
  ASSERT_EQ(golden["records"].Size(), 410u);
  for (const auto& record : golden["records"].GetArray()) {
    std::vector<std::string> answers;
    for (const auto& answer : record["answers"].GetArray()) answers.emplace_back(json::text_of(answer));
    for (const auto& [name, rule] : kRules) {
      const double value = vqa_accuracy(json::text_of(record["pred"]), answers, rule);
      // The table has the official script's value of a question as its own file gives it, rounded.
      if (rule == VqaRule::kOfficial) EXPECT_NEAR(value, record[name].GetDouble(), 1e-15) << name << " " << record["id"].GetInt();
      else EXPECT_EQ(value, record[name].GetDouble()) << name << " " << record["id"].GetInt();
    }
  }
}

}  // namespace
}  // namespace assay
