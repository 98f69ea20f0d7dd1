#include "model/xcomposer/tile_stitch.h"

#include <ATen/ATen.h>

#include <cmath>

namespace assay {
namespace {

/// Shapes  map [R, C, W], newline [1, W] -> [R · (C + 1), W]
at::Tensor with_newlines(const at::Tensor& map, const at::Tensor& newline) {
  const auto R = map.size(0), W = map.size(2);
  return at::cat({map, newline.expand({R, 1, W})}, 1).reshape({-1, W});
}

}  // namespace

std::int64_t stitched_token_count(const ImageView& view, std::int64_t side) {
  const std::int64_t rows = view.grid_rows, columns = view.grid_columns;
  return side * (side + 1) + 1 + rows * side * (columns * side + 1);
}

at::Tensor stitch_tiles(const at::Tensor& tiles, const ImageView& view, const at::Tensor& newline, const at::Tensor& divider) {
  const std::int64_t rows = view.grid_rows, columns = view.grid_columns, W = tiles.size(2);
  const auto side = static_cast<std::int64_t>(std::lround(std::sqrt(static_cast<double>(tiles.size(1)))));
  const auto canvas = tiles.narrow(0, 1, rows * columns)
                          .reshape({rows, columns, side, side, W})
                          .permute({0, 2, 1, 3, 4})                     // [rows, side, columns, side, W]
                          .reshape({rows * side, columns * side, W});  // copies
  return at::cat({with_newlines(tiles[0].reshape({side, side, W}), newline), divider, with_newlines(canvas, newline)});
}

}  // namespace assay
