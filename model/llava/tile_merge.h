#pragma once
#include <ATen/core/Tensor.h>

#include "model/llava/any_resolution.h"
#include "model/vlm.h"

namespace assay {

/// Tokens of a picture whose tiles have side x side features each.
[[nodiscard]] std::int64_t merged_token_count(const ImageView& view, std::int64_t side, const AnyResolution& any);

/// The whole picture's features, then the canvas's.
/// Shapes  tiles [1 + rows · columns of the view's grid, side², D]; newline [D], undefined unless the merge needs one -> [merged_token_count(), D]
/// Source  haotian-liu/LLaVA c121f04 llava/model/llava_arch.py, prepare_inputs_labels_for_multimodal
[[nodiscard]] at::Tensor merge_tiles(const at::Tensor& tiles, const ImageView& view, const at::Tensor& newline, const AnyResolution& any);

}  // namespace assay
