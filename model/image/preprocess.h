#pragma once
#include <span>

#include "model/image/image.h"
#include "model/image/normalize.h"
#include "model/image/tiling.h"

namespace assay {

/// Floats that preprocess() writes for a plan.
[[nodiscard]] constexpr std::size_t pixel_value_count(const TilePlan& plan, int side) {
  return static_cast<std::size_t>(plan.tile_count) * 3 * side * side;
}

/// What the encoder sees: the picture cut into tiles and normalised, in one pass over it and without storing a tile.
/// Equal, bit for bit, to normalising every picture of tile_image().
///
/// Shapes   out [tiles, 3, side, side], exactly pixel_value_count(plan_tiles(...), side) floats
void preprocess(const Image& image, const Tiling& tiling, const Normalizer& normalizer, std::span<float> out,
                Instructions instructions = best_instructions());

}  // namespace assay
