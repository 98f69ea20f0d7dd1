#pragma once
#include <ATen/core/Tensor.h>

namespace assay {

/// x · rsqrt(mean(x²) + eps), statistics in float32, cast to x's dtype and only then multiplied by the weight.
/// Shapes  x [..., D], weight [D] -> [..., D].  Source: LlamaRMSNorm, transformers models/llama/modeling_llama.py.
[[nodiscard]] at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps);

/// A norm layer as checkpoints hold it: RMSNorm has no bias, LayerNorm has one.
struct Norm {
  enum class Kind { kRms, kLayer };
  Kind kind = Kind::kRms;
  at::Tensor weight;  ///< [D]
  at::Tensor bias;    ///< [D]; undefined for RMSNorm
  double eps = 1e-6;

  /// Shapes  [..., D] -> [..., D]
  [[nodiscard]] at::Tensor operator()(const at::Tensor& x) const;
};

}  // namespace assay
