#include "model/llava/tile_merge.h"

#include <ATen/ATen.h>

#include <cmath>

namespace assay {
namespace {

MapPart picture_part(const ImageView& view, std::int64_t side, const AnyResolution& any) {
  return unpad(view.width, view.height, view.grid_rows * side, view.grid_columns * side, any.rounds);
}

}  // namespace

std::int64_t merged_token_count(const ImageView& view, std::int64_t side, const AnyResolution& any) {
  if (any.merge != AnyResolution::Merge::kSpatialUnpad) return view.tile_count * side * side;
  const auto part = picture_part(view, side, any);
  return side * side + part.rows * (part.columns + 1);
}

at::Tensor merge_tiles(const at::Tensor& tiles, const ImageView& view, const at::Tensor& newline, const AnyResolution& any) {
  if (any.merge == AnyResolution::Merge::kFlat) return tiles.flatten(0, 1);
  const auto side = static_cast<std::int64_t>(std::lround(std::sqrt(static_cast<double>(tiles.size(1))))), D = tiles.size(2);
  auto canvas = tiles.narrow(0, 1, tiles.size(0) - 1).view({view.grid_rows, view.grid_columns, side, side, D}).permute({0, 2, 1, 3, 4});
  canvas = canvas.reshape({view.grid_rows * side, view.grid_columns * side, D});
  if (any.merge == AnyResolution::Merge::kSpatialUnpad) {
    const auto part = picture_part(view, side, any);
    canvas = canvas.narrow(0, part.first_row, part.rows).narrow(1, part.first_column, part.columns);
    canvas = at::cat({canvas, newline.expand({part.rows, 1, D})}, 1);
  }
  return at::cat({tiles[0], canvas.reshape({-1, D})});
}

}  // namespace assay
