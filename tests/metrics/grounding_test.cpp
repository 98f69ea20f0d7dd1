#include "metrics/grounding.h"

#include <gtest/gtest.h>

#include <cmath>

#include "harness/base/json.h"
#include "tests/shared_files.h"

namespace assay {
namespace {

using enum GroundingRule;

struct Case {
  const char* name;
  GroundingRule rule;
  const char* reply;
  std::optional<Box> expected;
};
void PrintTo(const Case& c, std::ostream* os) { *os << c.reply; }
class ReadBox : public ::testing::TestWithParam<Case> {};
TEST_P(ReadBox, MatchesTable) {
  const auto box = read_box(GetParam().reply, GetParam().rule);
  ASSERT_EQ(box.has_value(), GetParam().expected.has_value());
  if (!box) return;
  EXPECT_EQ(box->x1, GetParam().expected->x1);
  EXPECT_EQ(box->y1, GetParam().expected->y1);
  EXPECT_EQ(box->x2, GetParam().expected->x2);
  EXPECT_EQ(box->y2, GetParam().expected->y2);
}
INSTANTIATE_TEST_SUITE_P(Replies, ReadBox, ::testing::Values(
    Case{"internvl_box", kInternVl, "<ref>x</ref><box>[[1, 2, 3, 4]]</box>", Box{1, 2, 3, 4}},
    Case{"internvl_any_brackets", kInternVl, "at [[[1,2,3,4]", Box{1, 2, 3, 4}},
    Case{"internvl_first_match_decides", kInternVl, "[a, b, c, d] [1,2,3,4]", {}},
    Case{"internvl_goes_on_after_no_match", kInternVl, "[1, 2]\n[1,2,3,4]", Box{1, 2, 3, 4}},
    Case{"internvl_not_over_lines", kInternVl, "[1,2,\n3,4]", {}},
    Case{"internvl_fifth_number", kInternVl, "[1,2,3,4,5]", {}},
    Case{"qwen_box", kQwen, "<box>(1,2),(3,4)</box>", Box{1, 2, 3, 4}},
    Case{"qwen_needs_pairs", kQwen, "(1),(3,4)", {}},
    Case{"qwen_three_in_a_pair", kQwen, "(1,2,3),(3,4)", {}},
    Case{"qwen_outer_bracket_wins", kQwen, "(see (1,2),(3,4)", {}},
    Case{"minigpt4_box", kMiniGpt4, "{<1><2><30><40>}", Box{1, 2, 30, 40}},
    Case{"minigpt4_any_numbers", kMiniGpt4, "1.5 and 6, 7", Box{1, 5, 6, 7}},
    Case{"minigpt4_too_few", kMiniGpt4, "{<1><2><3>}", {}},
    Case{"vlmevalkit_spaces", kVlmEvalKit, "box: [ 1 2\t3 , 4 ]", Box{1, 2, 3, 4}},
    Case{"vlmevalkit_numbers", kVlmEvalKit, "[-.5, 1e2, +3., 4]", Box{-.5, 100, 3, 4}},
    Case{"vlmevalkit_else_first_four", kVlmEvalKit, "(1,2),(3,4) or 5", Box{1, 2, 3, 4}},
    Case{"vlmevalkit_bracket_before_numbers", kVlmEvalKit, "9 9 9 9 [1,2,3,4]", Box{1, 2, 3, 4}},
    Case{"vlmevalkit_too_few", kVlmEvalKit, "1 2 3", {}},
    Case{"lmms_box", kLmmsEval, "[ 0.1, 0.2,0.3, 0.4 ]", Box{.1, .2, .3, .4}},
    Case{"lmms_wants_commas", kLmmsEval, "[0.1 0.2 0.3 0.4]", {}},
    Case{"lmms_no_space_before_a_comma", kLmmsEval, "[0.1 , 0.2, 0.3, 0.4]", {}},
    Case{"lmms_no_bare_point", kLmmsEval, "[.1, .2, .3, .4]", {}},
    Case{"nothing", kVlmEvalKit, "", {}}),
    [](const auto& c) { return c.param.name; });

TEST(GroundingIou, FollowsEachScale) {
  const Box right{10, 20, 30, 40};
  const PictureSize picture{100, 200};
  EXPECT_NEAR(grounding_iou(Box{100, 100, 300, 200}, right, picture, kInternVl), 1, 1e-6);
  EXPECT_NEAR(grounding_iou(Box{.1, .1, .3, .2}, right, picture, kInternVl), 1, 1e-6);
  EXPECT_DOUBLE_EQ(grounding_iou(Box{100, 100, 300, 200}, right, picture, kVlmEvalKit), 1);
  EXPECT_DOUBLE_EQ(grounding_iou(Box{300, 200, 100, 100}, right, picture, kVlmEvalKit), 1);  // turned round
  EXPECT_DOUBLE_EQ(grounding_iou(Box{10, 10, 30, 20}, right, picture, kMiniGpt4), 1);
  EXPECT_DOUBLE_EQ(grounding_iou(Box{.1, .1, .3, .2}, right, picture, kLmmsEval), 1);
  EXPECT_NEAR(grounding_iou(Box{99.9, 99.9, 299.7, 199.8}, right, picture, kQwen), 1, 1e-6);
  for (const auto rule : {kInternVl, kQwen, kMiniGpt4, kVlmEvalKit, kLmmsEval}) EXPECT_EQ(grounding_iou(std::nullopt, right, picture, rule), 0);
}
TEST(GroundingIou, OfNothingWithNothingHitsNothing) {
  EXPECT_FALSE(is_grounding_hit(grounding_iou(std::nullopt, Box{}, {10, 10}, kInternVl), kInternVl));
}
TEST(GroundingIou, HitsFromAHalfOnOrAboveIt) {
  EXPECT_TRUE(is_grounding_hit(0.5, kInternVl));
  EXPECT_FALSE(is_grounding_hit(0.5, kMiniGpt4));
}
TEST(GroundingFixture, MatchesEveryCase) {
  ASSAY_NEEDS_SHARED("fixtures/refcoco");
  const auto golden = json::parse_file(testing::shared_root() / "fixtures/refcoco/grounding_golden.json");
  const std::pair<const char*, GroundingRule> kRules[] = {
      {"internvl_iou_f32", kInternVl}, {"qwen_iou_f32", kQwen}, {"vlmevalkit_iou_f64", kVlmEvalKit}, {"lmms_iou_f64(input in 0..1)", kLmmsEval}};
  ASSERT_EQ(golden.Size(), 102u);
  for (const auto& row : golden.GetArray()) {
    const auto& box = row["gt_bbox_xyxy_abs"];
    const Box right{box[0].GetDouble(), box[1].GetDouble(), box[2].GetDouble(), box[3].GetDouble()};
    const PictureSize picture{row["hw"][1].GetDouble(), row["hw"][0].GetDouble()};
    for (const auto& [name, rule] : kRules) {
      const auto text = json::text_of(row["answer"]);
      EXPECT_NEAR(grounding_iou(read_box(text, rule), right, picture, rule), row[name].GetDouble(), 1e-12) << name << ": " << text;
    }
  }
}

}  // namespace
}  // namespace assay
