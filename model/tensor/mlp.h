#pragma once
#include <ATen/core/Tensor.h>

#include "model/tensor/linear.h"

namespace assay {

enum class Activation { kGelu, kQuickGelu };  ///< Linear::gelu() and quick_gelu()

// A layer's MLP, added to what came before it. Where bfloat16 weights are packed for AMX, fit (fits_mlp_amx()) and there are rows enough for all threads, it is done
// stretch by stretch of its inner width, with the bits of the products one by one.  Shapes  residual and x [..., D] -> [..., D], scale [D] or undefined

/// residual + down(activation(up(x))), or + that · scale.
[[nodiscard]] at::Tensor add_mlp(const at::Tensor& residual, const at::Tensor& x, const Linear& up, Activation activation, const Linear& down, const at::Tensor& scale = {});

/// residual + down(silu(gate(x)) · up(x)).
[[nodiscard]] at::Tensor add_gated_mlp(const at::Tensor& residual, const at::Tensor& x, const Linear& gate, const Linear& up, const Linear& down);

}  // namespace assay
