#include "model/image/tiling.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "tests/model/image/synthetic_picture.h"

namespace assay {
namespace {

using testing::synthetic_picture;

struct Case {
  int width, height;
  TileGrid grid;
  int tile_count;
};

class InternVlTable : public ::testing::TestWithParam<Case> {};

TEST_P(InternVlTable, GivesGridAndTiles) {
  const Case& c = GetParam();
  const TilePlan plan = plan_tiles(c.width, c.height, Tiling{});
  EXPECT_EQ(plan.grid, c.grid);
  EXPECT_EQ(plan.tile_count, c.tile_count);
}

INSTANTIATE_TEST_SUITE_P(Tiling, InternVlTable,
                         ::testing::Values(Case{448, 448, {1, 1}, 1}, Case{640, 480, {4, 3}, 13}, Case{800, 600, {4, 3}, 13},
                                           Case{1024, 768, {4, 3}, 13}, Case{500, 375, {4, 3}, 13}, Case{896, 896, {2, 2}, 5},
                                           Case{1000, 1000, {3, 3}, 10}, Case{1344, 1344, {3, 3}, 10}, Case{400, 1600, {1, 4}, 5},
                                           Case{1920, 1080, {4, 2}, 9}, Case{3000, 2000, {3, 2}, 7}, Case{620, 877, {2, 3}, 7},
                                           Case{1240, 1754, {2, 3}, 7}, Case{300, 900, {1, 3}, 4}, Case{4000, 500, {8, 1}, 9}));

// The rule said another way: the least distance over all grids, then, of the grids at exactly that distance in order of size, the
// first, unless a later one is filled by more than half.
TileGrid by_brute_force(int width, int height, int max_tiles, int side) {
  const auto distance = [&](const TileGrid& g) { return std::abs(double(width) / height - double(g.columns) / g.rows); };
  std::vector<TileGrid> grids;
  for (int columns = 1; columns <= max_tiles; ++columns) {
    for (int rows = 1; columns * rows <= max_tiles; ++rows) grids.push_back({columns, rows});
  }
  std::stable_sort(grids.begin(), grids.end(), [](const TileGrid& a, const TileGrid& b) { return a.cells() < b.cells(); });
  double least = distance(grids.front());
  for (const TileGrid& grid : grids) least = std::min(least, distance(grid));
  std::erase_if(grids, [&](const TileGrid& grid) { return distance(grid) > least; });
  const auto is_filled = [&](const TileGrid& grid) {
    return std::int64_t{2} * width * height > std::int64_t{side} * side * grid.cells();
  };
  const auto largest = std::find_if(grids.rbegin(), grids.rend() - 1, is_filled);
  return *largest;
}

TEST(ChooseGrid, EqualsBruteForce) {
  std::mt19937 random(11);
  for (int i = 0; i < 20000; ++i) {
    const int width = 1 + static_cast<int>(random() % 3000), height = 1 + static_cast<int>(random() % 3000);
    const int max_tiles = 1 + static_cast<int>(random() % 24);
    ASSERT_EQ(choose_grid(width, height, 1, max_tiles, 448), by_brute_force(width, height, max_tiles, 448))
        << width << "x" << height;
  }
}

TEST(ChooseGrid, ClimbsExactMultiplesOfEveryShape) {
  for (int columns = 1; columns <= 12; ++columns) {
    for (int rows = 1; columns * rows <= 12; ++rows) {
      for (const int unit : {50, 100, 200, 224, 317, 400, 448, 900}) {
        const int width = columns * unit, height = rows * unit;
        EXPECT_EQ(choose_grid(width, height, 1, 12, 448), by_brute_force(width, height, 12, 448)) << width << "x" << height;
      }
    }
  }
}

TEST(ChooseGrid, StaysWithinItsBounds) {
  for (int width = 1; width < 2000; width += 97) {
    for (int min_tiles = 1; min_tiles <= 6; ++min_tiles) {
      const TileGrid grid = choose_grid(width, 700, min_tiles, 12, 448);
      EXPECT_GE(grid.cells(), min_tiles);
      EXPECT_LE(grid.cells(), 12);
    }
  }
}

TEST(PlanTiles, AddsNoThumbnailWhereNoneIsWanted) {
  EXPECT_EQ(plan_tiles(640, 480, Tiling{.has_thumbnail = false}).tile_count, 12);
}
TEST(PlanTiles, IsOneTileWhenNotDynamic) { EXPECT_EQ(plan_tiles(640, 480, Tiling{.is_dynamic = false}).tile_count, 1); }

TEST(TileImage, PutsTilesRowByRowAndTheThumbnailLast) {
  // A picture that already has the grid's size is cut without being resized, so every tile is a crop of it.
  const Tiling tiling{.side = 32, .max_tiles = 6};
  const Image image = synthetic_picture(96, 64, 1);
  const TiledImage tiled = tile_image(image, tiling);
  ASSERT_EQ(tiled.plan.grid, (TileGrid{3, 2}));
  ASSERT_EQ(tiled.tiles.size(), 7U);
  for (int i = 0; i < 6; ++i) EXPECT_EQ(tiled.tiles[i], crop(image, 32 * (i % 3), 32 * (i / 3), 32, 32)) << i;
  EXPECT_EQ(tiled.tiles[6].width, 32);
}

TEST(TileImage, PadsWithTheMeanColourWhenAsked) {
  const TiledImage tiled = tile_image(Image(64, 32), Tiling{.side = 64, .is_dynamic = false, .pads_to_square = true});
  ASSERT_EQ(tiled.tiles.size(), 1U);
  const Image& tile = tiled.tiles[0];
  EXPECT_EQ(std::vector<std::uint8_t>(tile.row(0), tile.row(0) + 3), (std::vector<std::uint8_t>{123, 116, 103}));
  EXPECT_EQ(std::vector<std::uint8_t>(tile.row(32), tile.row(32) + 3), (std::vector<std::uint8_t>{0, 0, 0}));
  EXPECT_EQ(tile.row(15)[0], 123);
  EXPECT_EQ(tile.row(48)[0], 123);
}

}  // namespace
}  // namespace assay
