#pragma once
#include <ATen/core/Tensor.h>

#include <string>

#include "model/internvl/config.h"
#include "model/tensor/linear.h"
#include "model/tensor/norm.h"
#include "model/tensor/weights.h"

namespace assay {

/// Merges each block of `merge` × `merge` patches into one token; channels in the order row, column, channel within the block.
/// With `swaps_back` false the grid comes out transposed, as ps_version v1 does.
/// Shapes  x [B, P, D], P = side²  ->  [B, P/merge², merge²·D]
/// Source: InternVLChatModel.pixel_shuffle, modeling_internvl_chat.py at 2410d1d.
[[nodiscard]] at::Tensor pixel_shuffle(const at::Tensor& x, std::int64_t merge, bool swaps_back);

/// mlp1: LayerNorm, Linear, erf GELU, Linear.  Shapes  [B, N, merge²·D] -> [B, N, D of the language model]
class Projector {
 public:
  Projector(const InternVlConfig& config, Weights& weights, const std::string& prefix);
  [[nodiscard]] at::Tensor operator()(const at::Tensor& x) const;

 private:
  Norm norm_;
  Linear linear1_, linear2_;
};

}  // namespace assay
