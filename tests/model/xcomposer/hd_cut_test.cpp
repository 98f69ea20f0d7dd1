#include "model/xcomposer/hd_cut.h"

#include <gtest/gtest.h>

#include "model/xcomposer/tile_stitch.h"

namespace assay {
namespace {

constexpr HdCut k4Khd{336, 0, true}, kChat2d5{560, 1.0, false}, kWrapper2d5{560, 1.5, true};

struct Case {
  const char* name;
  int width, height;
  HdCut cut;
  int budget;
  int resized_height, top;  ///< 0 and -1: not in the table
  int rows, columns;
  std::int64_t tokens;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class PlanHd : public ::testing::TestWithParam<Case> {};

/// Of the two releases' rules and VLMEvalKit's, worked out by hand.
TEST_P(PlanHd, MatchesTable) {
  const auto& c = GetParam();
  const auto plan = plan_hd(c.width, c.height, c.cut, c.budget);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->rows, c.rows);
  EXPECT_EQ(plan->columns, c.columns);
  if (c.resized_height > 0) {
    EXPECT_EQ(plan->height, c.resized_height);
  }
  if (c.top >= 0) {
    EXPECT_EQ(plan->top, c.top);
  }
  ImageView view;
  view.grid_columns = plan->columns, view.grid_rows = plan->rows;
  EXPECT_EQ(stitched_token_count(view, c.cut.tile / 28), c.tokens);
}

INSTANTIATE_TEST_SUITE_P(
    XComposer, PlanHd,
    ::testing::Values(Case{"khd_25_800x600", 800, 600, k4Khd, 25, 1260, 42, 4, 5, 3085}, Case{"khd_16_800x600", 800, 600, k4Khd, 16, 1008, 0, 3, 4, 1921},
                      Case{"khd_25_600x800", 600, 800, k4Khd, 25, 1260, 42, 5, 4, 3097}, Case{"khd_25_1920x1080", 1920, 1080, k4Khd, 25, 1134, 105, 4, 6, 3661},
                      Case{"khd_55_1920x1080", 1920, 1080, k4Khd, 55, 1701, 157, 6, 9, 8005}, Case{"khd_25_336x336", 336, 336, k4Khd, 25, 1680, 0, 5, 5, 3817},
                      Case{"chat_24_800x600", 800, 600, kChat2d5, 24, 840, 0, 2, 2, 2061}, Case{"chat_24_1920x1080", 1920, 1080, kChat2d5, 24, 1260, 0, 3, 4, 5281},
                      Case{"chat_24_336x336", 336, 336, kChat2d5, 24, 560, 0, 1, 1, 841}, Case{"wrapper_36_800x600", 800, 600, kWrapper2d5, 36, 1260, 210, 3, 3, 4081},
                      Case{"wrapper_36_1920x1080", 1920, 1080, kWrapper2d5, 36, 1890, 175, 4, 6, 10101},
                      Case{"wrapper_36_2000x500", 2000, 500, kWrapper2d5, 36, 840, 140, 2, 6, 5261}),
    [](const auto& c) { return c.param.name; });

TEST(PlanHd, NeverPassesItsBudget) {
  for (int budget : {1, 4, 6, 25, 65}) {
    for (int width = 10; width < 900; width += 37) {
      for (int height = 10; height < 900; height += 41) {
        for (const auto& cut : {k4Khd, kChat2d5, kWrapper2d5}) {
          const auto plan = plan_hd(width, height, cut, budget);
          ASSERT_TRUE(plan) << width << " x " << height;
          ASSERT_LE(plan->tile_count(), budget) << width << " x " << height;
        }
      }
    }
  }
}

TEST(PlanHd, HasNothingOfAPictureTooThin) { EXPECT_FALSE(plan_hd(1000000, 1, kChat2d5, 24)); }

TEST(LayOutHd, PutsWhiteAroundAndKeepsThePictureUpright) {
  Image image(40, 100);
  fill(image, {10, 20, 30});
  const HdCut cut{28, 0, true};
  const auto plan = plan_hd(image.width, image.height, cut, 6);
  ASSERT_TRUE(plan);
  EXPECT_TRUE(plan->is_transposed);
  const auto canvas = lay_out_hd(image, *plan, cut);
  EXPECT_EQ(canvas.width, plan->columns * 28);
  EXPECT_EQ(canvas.height, plan->rows * 28);
  EXPECT_EQ(canvas.row(0)[0], plan->top > 0 ? 255 : 10);
  EXPECT_EQ(canvas.row(canvas.height / 2)[std::size_t{3} * (canvas.width / 2)], 10);
}

}  // namespace
}  // namespace assay
