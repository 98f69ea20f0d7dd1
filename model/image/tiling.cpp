#include "model/image/tiling.h"

#include <cassert>
#include <cmath>
#include <limits>

#include "model/image/normalize.h"
#include "model/image/resize.h"

namespace assay {

TileGrid choose_grid(int width, int height, int min_tiles, int max_tiles, int side) {
  assert(width >= 1 && height >= 1 && side >= 1);
  const double ratio = static_cast<double>(width) / height, area = static_cast<double>(width) * height;
  TileGrid best;
  double least = std::numeric_limits<double>::infinity();
  for (int cells = min_tiles; cells <= max_tiles; ++cells) {
    for (int columns = 1; columns <= cells; ++columns) {
      if (cells % columns != 0) continue;
      const TileGrid grid{columns, cells / columns};
      const double distance = std::abs(ratio - static_cast<double>(grid.columns) / grid.rows);
      const bool fills_it = area > 0.5 * side * side * grid.columns * grid.rows;
      if (distance < least || (distance == least && fills_it)) {
        best = grid;
        least = distance;
      }
    }
  }
  return best;
}

TilePlan plan_tiles(int width, int height, const Tiling& tiling) {
  TilePlan plan;
  if (!tiling.is_dynamic) return plan;
  plan.grid = choose_grid(width, height, tiling.min_tiles, tiling.max_tiles, tiling.side);
  plan.tile_count = plan.grid.cells() + (tiling.has_thumbnail && plan.grid.cells() > 1 ? 1 : 0);
  return plan;
}

TiledImage tile_image(const Image& image, const Tiling& tiling) {
  const int side = tiling.side;
  TiledImage tiled{plan_tiles(image.width, image.height, tiling), {}};
  if (!tiling.is_dynamic) {
    tiled.tiles.push_back(
        resize(tiling.pads_to_square ? pad_to_square(image, kImageNetMeanColour) : image, side, side, Filter::kBicubic));
    return tiled;
  }
  const TileGrid grid = tiled.plan.grid;
  const Image whole = resize(image, side * grid.columns, side * grid.rows, Filter::kBicubic);
  for (int row = 0; row < grid.rows; ++row) {
    for (int column = 0; column < grid.columns; ++column) tiled.tiles.push_back(crop(whole, column * side, row * side, side, side));
  }
  if (tiled.plan.tile_count > grid.cells()) tiled.tiles.push_back(resize(image, side, side, Filter::kBicubic));
  return tiled;
}

}  // namespace assay
