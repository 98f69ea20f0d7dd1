#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>

#include "model/vlm.h"

namespace assay {

/// Tokens of a picture whose tiles have side x side merged features each.
[[nodiscard]] std::int64_t stitched_token_count(const ImageView& view, std::int64_t side);

/// The whole picture's features row by row with a newline behind each row, the divider, and the tiles put together, row by row in the same way.
/// Shapes  tiles [1 + rows · columns of the view's grid, side², W]; newline and divider [1, W] -> [stitched_token_count(), W]
/// Source  InternLM/InternLM-XComposer 0f70c3e, CLIPVisionTower.forward of internlm-xcomposer2d5-ol-7b/base/build_mlp.py
[[nodiscard]] at::Tensor stitch_tiles(const at::Tensor& tiles, const ImageView& view, const at::Tensor& newline, const at::Tensor& divider);

}  // namespace assay
