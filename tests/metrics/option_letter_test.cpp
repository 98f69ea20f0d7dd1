#include "metrics/option_letter.h"

#include <gtest/gtest.h>

#include "harness/base/json.h"
#include "tests/shared_files.h"

namespace assay {
namespace {

using namespace std::string_view_literals;

const std::vector<Choice> kAnimals = {{"A", "teddy bear"}, {"B", "rabbit"}, {"C", "cat"}, {"D", "dog"}};

struct Case {
  const char* name;
  std::string_view reply, vlmevalkit, lmms, extract, mmmu, internvl;  ///< "" where nothing is read
};
void PrintTo(const Case& c, std::ostream* os) { *os << c.reply; }
class OptionLetter : public ::testing::TestWithParam<Case> {};
TEST_P(OptionLetter, MatchesTable) {
  const auto& c = GetParam();
  EXPECT_EQ(letter_vlmevalkit(c.reply, kAnimals).value_or(""), c.vlmevalkit);
  EXPECT_EQ(letter_lmms_mmbench(c.reply, kAnimals).value_or(""), c.lmms);
  EXPECT_EQ(letter_lmms_extract(c.reply, kAnimals).value_or(""), c.extract);
  EXPECT_EQ(letter_mmmu(c.reply, kAnimals).value_or(""), c.mmmu);
  EXPECT_EQ(letter_internvl(c.reply, kAnimals).value_or(""), c.internvl);
}
INSTANTIATE_TEST_SUITE_P(Replies, OptionLetter,
    ::testing::Values(Case{"letter", "A", "A", "A", "A", "A", "A"}, Case{"brackets", "(A)", "A", "A", "A", "A", "(A)"},
                    Case{"small", "a.", "", "", "", "", "a."}, Case{"two_letters", "AB", "", "", "B", "", "A"},
                    Case{"the", "The", "", "", "", "", "The"}, Case{"the_answer", "The answer is C", "C", "C", "C", "C", "The answer is C"},
                    Case{"empty", "", "", "", "", "", ""}, Case{"space", " \u3000", "", "", "", "", ""},
                    Case{"emoji", "🐶", "", "", "", "", "🐶"}, Case{"emoji_letter", "🐶 D", "D", "D", "D", "D", "🐶 D"},
                    Case{"nul", "B\0"sv, "", "", "B", "", "B"}, Case{"broken", "\xFF B", "B", "B", "B", "B", "\xFF B"}),
    [](const auto& c) { return c.param.name; });

TEST(LetterVlmevalkit, FoldsAsPythonsRegularExpressions) {
  EXPECT_EQ(letter_vlmevalkit_option("correct an\u017Fwer \u0130s **d** or A and B", kAnimals), "D");
}
TEST(LetterVlmevalkit, LooksAtTheLastFourWords) {
  EXPECT_EQ(letter_vlmevalkit_option("B one two three", kAnimals), "B");
  EXPECT_EQ(letter_vlmevalkit_option("B one two three four", kAnimals), std::nullopt);
}
TEST(LetterVlmevalkit, RefusesLongTexts) {
  EXPECT_EQ(letter_vlmevalkit("surely a cat", kAnimals), "C");
  EXPECT_EQ(letter_vlmevalkit(std::string(200, 'x') + " cat", kAnimals), std::nullopt);
}
TEST(LetterFirst, TakesWholeLetters) {
  EXPECT_EQ(letter_first("你好"), "你");
  EXPECT_EQ(letter_first(""), std::nullopt);
}

std::vector<Choice> choices_of(const json::Value& object) {
  std::vector<Choice> out;
  for (const auto& member : object.GetObject()) out.push_back({std::string(json::text_of(member.name)), std::string(json::text_of(member.value))});
  return out;
}

/// The table writes false for nothing.
std::string expected(const json::Value& row, const char* column) {
  const auto& value = json::require(row, column, "row");
  return value.IsString() ? std::string(json::text_of(value)) : "";
}

TEST(OptionLetterGolden, EqualsEveryToolkit) {
  ASSAY_NEEDS_SHARED("fixtures/option_matching/option_matching_golden.json");
  const auto golden = json::parse_file(testing::shared_root() / "fixtures/option_matching/option_matching_golden.json");
  ASSERT_EQ(golden["rows"].Size(), 308u);
  for (const auto& row : golden["rows"].GetArray()) {
    const auto choices = choices_of(golden["choice_sets"][row["choices"].GetString()]);
    const std::string text(json::text_of(row["text"]));
    SCOPED_TRACE(json::dump(row));
    EXPECT_EQ(letter_vlmevalkit(text, choices).value_or(""), expected(row, "vlmevalkit_can_infer"));
    EXPECT_EQ(letter_vlmevalkit_option(text, choices).value_or(""), expected(row, "vlmevalkit_can_infer_option"));
    EXPECT_EQ(letter_vlmevalkit_text(text, choices).value_or(""), expected(row, "vlmevalkit_can_infer_text"));
    EXPECT_EQ(letter_lmms_mmbench(text, choices).value_or(""), expected(row, "lmms_mmbench_can_infer"));
    EXPECT_EQ(letter_lmms_extract(text, choices).value_or(""), expected(row, "lmms_mcq_extract"));
    EXPECT_EQ(letter_mmmu(text, choices).value_or("RANDOM"), expected(row, "mmmu_official_parse"));
    EXPECT_EQ(letter_lmms_mmmu(text, choices).value_or("RANDOM"), expected(row, "lmms_mmmu_parse"));
    EXPECT_EQ(letter_internvl(text, choices).value_or("IndexError"), expected(row, "internvl_post_process"));
    EXPECT_EQ(letter_first(text).value_or(""), expected(row, "seed_first_char"));
    EXPECT_EQ(letter_xcomposer(text), expected(row, "xcomposer2_regex_[A-Z]_first"));
  }
}

}  // namespace
}  // namespace assay
