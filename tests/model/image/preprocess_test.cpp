#include "model/image/preprocess.h"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "harness/base/digest.h"
#include "tests/model/image/code_paths.h"
#include "tests/model/image/synthetic_picture.h"
#include "tests/model/image/table_file.h"

namespace assay {
namespace {

using testing::read_table;
using testing::synthetic_picture;

std::string digest(const std::vector<float>& values) {
  return digest_of({reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)});
}

class Preprocess : public ::testing::TestWithParam<Instructions> {
 protected:
  void SetUp() override {
    if (!has_instructions(GetParam())) GTEST_SKIP() << "this machine has no such instructions";
  }
};

const Normalization& constants_of(const std::string& name) {
  return name == "imagenet" ? kImageNetNormalization : name == "clip" ? kClipNormalization : kSiglipNormalization;
}

TEST_P(Preprocess, NormalizesEveryByteAsNumpyDoes) {
  const auto rows = read_table("normalize_digests.tsv");
  ASSERT_EQ(rows.size(), 3U);
  Image levels(256, 1);
  for (std::size_t i = 0; i < levels.rgb.size(); ++i) levels.rgb[i] = static_cast<std::uint8_t>(i / 3);
  for (const auto& row : rows) {
    std::vector<float> values(std::size_t{3} * 256);
    Normalizer(constants_of(row[0]), GetParam()).normalize(levels, values);
    EXPECT_EQ(digest(values), row[1]) << row[0];
  }
}

TEST_P(Preprocess, EqualsPillowAndNumpyOnWholePictures) {
  const auto rows = read_table("preprocess_digests.tsv");
  ASSERT_GE(rows.size(), 7U);
  const Normalizer normalizer(kImageNetNormalization, GetParam());
  std::uint32_t seed = 0;
  for (const auto& row : rows) {
    const Image image = synthetic_picture(std::stoi(row[0]), std::stoi(row[1]), seed++);
    const Tiling tiling{.max_tiles = std::stoi(row[2])};
    const TilePlan plan = plan_tiles(image.width, image.height, tiling);
    EXPECT_EQ(plan.tile_count, std::stoi(row[3]));
    std::vector<float> values(pixel_value_count(plan, tiling.side));
    preprocess(image, tiling, normalizer, values, GetParam());
    EXPECT_EQ(digest(values), row[4]) << row[0] << "x" << row[1];
  }
}

TEST_P(Preprocess, EqualsTheTilesOfTileImage) {
  const Normalizer normalizer(kClipNormalization, GetParam());
  for (const Tiling& tiling :
       {Tiling{.side = 56}, Tiling{.side = 33, .max_tiles = 5, .has_thumbnail = false}, Tiling{.side = 70, .is_dynamic = false},
        Tiling{.side = 70, .is_dynamic = false, .pads_to_square = true}}) {
    const Image image = synthetic_picture(211, 145, 3);
    const TiledImage tiled = tile_image(image, tiling);
    const std::size_t per_tile = std::size_t{3} * tiling.side * tiling.side;
    std::vector<float> values(per_tile * tiled.tiles.size()), expected(values.size());
    preprocess(image, tiling, normalizer, values, GetParam());
    for (std::size_t i = 0; i < tiled.tiles.size(); ++i) {
      normalizer.normalize(tiled.tiles[i], std::span(expected).subspan(per_tile * i, per_tile));
    }
    EXPECT_EQ(std::memcmp(values.data(), expected.data(), values.size() * sizeof(float)), 0) << tiling.side;
  }
}

INSTANTIATE_TEST_SUITE_P(Image, Preprocess, testing::every_code_path(), testing::name_of_code_path);

}  // namespace
}  // namespace assay
