#pragma once
#include <vector>

#include "model/image/image.h"

namespace assay {

/// Tiles of the main grid, left to right and top to bottom.
struct TileGrid {
  int columns = 1;
  int rows = 1;
  [[nodiscard]] int cells() const noexcept { return columns * rows; }
  friend bool operator==(const TileGrid&, const TileGrid&) = default;
};

/// How pictures are cut up; the names of InternVL's config are in brackets.
struct Tiling {
  int side = 448;               ///< of a tile, in pixels [force_image_size]
  bool is_dynamic = true;       ///< false: one tile, a direct square resize [dynamic_image_size]
  int min_tiles = 1;            ///< [min_dynamic_patch]
  int max_tiles = 12;           ///< [max_dynamic_patch]
  bool has_thumbnail = true;    ///< the whole picture as the last tile, if there is more than one [use_thumbnail]
  bool pads_to_square = false;  ///< not dynamic only: pads with the ImageNet mean colour before the resize [pad2square]
};

struct TilePlan {
  TileGrid grid;
  int tile_count = 1;  ///< with the thumbnail
  friend bool operator==(const TilePlan&, const TilePlan&) = default;
};

/// The grid whose shape is nearest to the picture's. Grids are tried by their number of tiles; of two that are exactly as near, the
/// later one wins if the picture has more than half the pixels that the later one has room for.
///
/// Source   OpenGVLab/InternVL 2410d1d, internvl_chat/internvl/train/dataset.py, find_closest_aspect_ratio and dynamic_preprocess;
///          where grids have equally many tiles the source's order is that of a Python set, ours is by columns: with min_tiles 1
///          it makes no difference
[[nodiscard]] TileGrid choose_grid(int width, int height, int min_tiles, int max_tiles, int side);

[[nodiscard]] TilePlan plan_tiles(int width, int height, const Tiling& tiling);

/// The tiles as pictures of side x side: for people to look at. preprocess() makes the same ones without storing them.
struct TiledImage {
  TilePlan plan;
  std::vector<Image> tiles;  ///< row by row, the thumbnail last
};

[[nodiscard]] TiledImage tile_image(const Image& image, const Tiling& tiling);

}  // namespace assay
