#include "benchmarks/speed/pictures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "model/image/decode.h"
#include "model/image/tiling.h"

namespace assay {
namespace {

using ::testing::ElementsAre;

TEST(SetShapes, GiveTheTilesOfTheirSets) {
  std::map<std::string, std::vector<int>> tiles;
  for (const auto& set : set_shapes())
    for (const auto& size : set.sizes) tiles[set.name].push_back(static_cast<int>(plan_tiles(size.width, size.height, Tiling{}).tile_count));
  EXPECT_THAT(tiles.at("chartqa"), ElementsAre(13, 7, 7, 7, 7, 7, 7, 7, 5));
  EXPECT_THAT(tiles.at("receipts"), ElementsAre(3, 7, 9, 9, 7, 9, 9, 7, 9));
  EXPECT_THAT(tiles.at("mmbench"), ElementsAre(13, 1, 1, 3, 7, 7, 13, 13, 1));
}

TEST(NoisePictures, CanBeReadAndDifferByTheirSeed) {
  const auto one = make_noise(97, 41, 1), other = make_noise(97, 41, 2);
  EXPECT_NE(one.rgb, other.rgb);
  const auto png = decode_image(png_file(one), "noise");
  ASSERT_TRUE(png);
  EXPECT_EQ(png->rgb, one.rgb);
  const auto jpeg = decode_image(jpeg_file(one), "noise");
  ASSERT_TRUE(jpeg);
  EXPECT_EQ(jpeg->width, 97);
  EXPECT_EQ(jpeg->height, 41);
}

}  // namespace
}  // namespace assay
