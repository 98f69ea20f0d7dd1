#include "model/llava/any_resolution.h"

#include <gtest/gtest.h>

#include <ostream>

#include "model/llava/tile_merge.h"

namespace assay {
namespace {

constexpr int kSide = 336;
constexpr std::int64_t kPatches = 24;  // along a side

AnyResolution released(bool rounds) {
  return {{{336, 672}, {672, 336}, {672, 672}, {1008, 336}, {336, 1008}}, AnyResolution::Merge::kSpatialUnpad, rounds};
}

ImageView view_of(int width, int height, const AnyResolution& any) {
  const auto canvas = choose_resolution(width, height, any.resolutions).value();
  ImageView view;
  view.width = width, view.height = height;
  view.grid_columns = canvas.width / kSide, view.grid_rows = canvas.height / kSide;
  view.tile_count = 1 + view.grid_columns * view.grid_rows;
  return view;
}

std::int64_t tokens(int width, int height, bool rounds = false) {
  const auto any = released(rounds);
  return merged_token_count(view_of(width, height, any), kPatches, any);
}

TEST(AnyResolution, ChoosesTheCanvasThatKeepsMost) {
  const auto resolutions = released(false).resolutions;
  EXPECT_EQ(choose_resolution(640, 480, resolutions), (Resolution{672, 672}));
  EXPECT_EQ(choose_resolution(1920, 1080, resolutions), (Resolution{672, 672}));
  EXPECT_EQ(choose_resolution(300, 900, resolutions), (Resolution{336, 1008}));
  EXPECT_EQ(choose_resolution(336, 336, resolutions), (Resolution{336, 672})) << "all keep it whole; the first wastes least";
  EXPECT_EQ(choose_resolution(1, 5000, resolutions), std::nullopt);
}

/// The released models' token counts, from the reference.
TEST(AnyResolution, CountsTheTokensOfTheReleases) {
  EXPECT_EQ(tokens(640, 480), 2340);
  EXPECT_EQ(tokens(800, 600), 2340);
  EXPECT_EQ(tokens(500, 375), 2340);
  EXPECT_EQ(tokens(1920, 1080), 1948);
  EXPECT_EQ(tokens(600, 800), 2352);
  EXPECT_EQ(tokens(224, 224), 1176);
  EXPECT_EQ(tokens(1024, 1024), 2928);
  EXPECT_EQ(tokens(899, 1024), 2640);
  EXPECT_EQ(tokens(1024, 899), 2634);
  EXPECT_EQ(tokens(300, 900), 2376);
}

/// 110 * (48 / 352) is 14.999999999999998.
TEST(AnyResolution, RoundsAsTransformersDoes) {
  EXPECT_EQ(tokens(352, 110, false), 1262);
  EXPECT_EQ(tokens(352, 110, true), 1360);
}

TEST(AnyResolution, FitsThePictureIntoTheMiddleOfBlack) {
  Image image(10, 5);
  const std::uint8_t white[3] = {255, 255, 255};
  fill(image, white);
  const auto tiles = cut_any_resolution(image, {20, 20}, 10);
  ASSERT_EQ(tiles.size(), 5U);
  for (const auto& tile : tiles) EXPECT_EQ(tile.width * tile.height, 100);
  EXPECT_EQ(tiles[0].row(0)[0], 255) << "the whole picture first";
  EXPECT_EQ(tiles[1].row(4)[0], 0) << "five rows of black above";
  EXPECT_EQ(tiles[1].row(5)[0], 255);
  EXPECT_EQ(tiles[3].row(4)[0], 255);
  EXPECT_EQ(tiles[3].row(5)[0], 0);
}

}  // namespace
}  // namespace assay
