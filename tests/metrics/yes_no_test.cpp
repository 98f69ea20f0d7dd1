#include "metrics/yes_no.h"

#include <gtest/gtest.h>

#include "harness/base/json.h"
#include "metrics/vqa_punctuation.h"
#include "tests/shared_files.h"

namespace assay {
namespace {

using namespace std::string_view_literals;

struct Case {
  const char* name;
  std::string_view reply, mme, lmms, vlmevalkit;
};
void PrintTo(const Case& c, std::ostream* os) { *os << c.reply; }
class YesNoRules : public ::testing::TestWithParam<Case> {};
TEST_P(YesNoRules, MatchTable) {
  EXPECT_EQ(name_of(yes_no_mme(GetParam().reply)), GetParam().mme);
  EXPECT_EQ(name_of(yes_no_lmms_mme(GetParam().reply)), GetParam().lmms);
  EXPECT_EQ(name_of(yes_no_vlmevalkit(GetParam().reply)), GetParam().vlmevalkit);
}
INSTANTIATE_TEST_SUITE_P(Replies, YesNoRules,
    ::testing::Values(Case{"yes", "Yes", "yes", "yes", "yes"}, Case{"no_sentence", "No, it is not.", "no", "no", "no"},
                    Case{"letter", "Y.", "other", "yes", "other"}, Case{"both", "yes or no", "yes", "yes", "other"},
                    Case{"late", "There is no dog", "other", "other", "no"}, Case{"inside_word", "Known", "no", "no", "other"},
                    Case{"dots", ".....yes", "other", "yes", "yes"}, Case{"slash", "Yes/No", "yes", "yes", "other"},
                    Case{"empty", "", "other", "other", "other"}, Case{"emoji", "✅ yes", "other", "other", "yes"},
                    Case{"emoji_counts_as_one", "✅yes", "yes", "yes", "other"}, Case{"nul", "\0yes"sv, "yes", "yes", "other"},
                    Case{"broken", "\xFFno", "no", "no", "other"}),
    [](const auto& c) { return c.param.name; });

TEST(AnswerOf, IsNothingWhereNeitherWasRead) {
  EXPECT_EQ(answer_of(YesNo::kYes), "yes");
  EXPECT_EQ(answer_of(YesNo::kNo), "no");
  EXPECT_EQ(answer_of(YesNo::kOther), std::nullopt);
}

TEST(InternvlMmeText, ReadsChineseAndTruth) {
  EXPECT_EQ(internvl_mme_text("不是的"), "no");
  EXPECT_EQ(internvl_mme_text("是\n"), "yes");
  EXPECT_EQ(internvl_mme_text("False"), "no");
}
TEST(YesNoPope, DefaultsToYes) {
  EXPECT_EQ(yes_no_pope("I do not know."), YesNo::kNo);
  EXPECT_EQ(yes_no_pope("NO"), YesNo::kYes);
  EXPECT_EQ(yes_no_pope(""), YesNo::kYes);
}
TEST(VlmevalkitPunctuation, LooksForSpacesAndForDigits) {
  EXPECT_EQ(vlmevalkit_punctuation("a-b"), "a b");
  EXPECT_EQ(vlmevalkit_punctuation("a- b-c"), "a bc");
  EXPECT_EQ(vlmevalkit_punctuation("1,000-x"), "1000x");
  EXPECT_EQ(vlmevalkit_punctuation("end. 3. .5 a.b"), "end 3. .5 ab");
  EXPECT_EQ(vlmevalkit_punctuation(std::string(40, '.')), std::string(8, '.'));
}

TEST(YesNoGolden, EqualsEveryToolkit) {
  ASSAY_NEEDS_SHARED("fixtures/yes_no/yes_no_golden.json");
  const auto golden = json::parse_file(testing::shared_root() / "fixtures/yes_no/yes_no_golden.json");
  ASSERT_GT(golden.Size(), 0u);
  for (const auto& row : golden.GetArray()) {
    const auto column = [&](const char* key) { return json::require_string(row, key, "row"); };
    const std::string text = column("text");
    EXPECT_EQ(name_of(yes_no_mme(text)), column("mme_official(pred.lower())")) << text;
    EXPECT_EQ(name_of(yes_no_mme(text + "\n")), column("mme_official_as_read_from_file(pred.lower()+newline)")) << text;
    EXPECT_EQ(name_of(yes_no_lmms_mme(text)), column("lmms_mme")) << text;
    EXPECT_EQ(internvl_mme_text(text), column("internvl_mme_post_processing")) << text;
    EXPECT_EQ(name_of(yes_no_mme(internvl_mme_text(text))), column("internvl_then_official")) << text;
    const std::string vlmevalkit = column("vlmevalkit_YOrN");
    EXPECT_EQ(name_of(yes_no_vlmevalkit(text)), vlmevalkit == "Yes" ? "yes" : vlmevalkit == "No" ? "no" : "other") << text;
    EXPECT_EQ(name_of(yes_no_pope(text)), column("pope_official")) << text;
    EXPECT_EQ(lmms_pope_text(text), column("lmms_pope_pred")) << text;
    EXPECT_EQ(name_of(yes_no_xcomposer_pope(text)), column("xcomposer2_pope(out==\"no\")")) << text;
    EXPECT_EQ(yes_no_xcomposer_hallusion(text) == YesNo::kYes ? "1" : "0", column("xcomposer2_hallusion(yes substring)")) << text;
  }
}

}  // namespace
}  // namespace assay
