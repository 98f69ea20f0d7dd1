#pragma once
#include <ATen/core/Tensor.h>
#include <ATen/ops/linear.h>

namespace assay {

/// y = x Wᵀ + b.  Shapes  [..., in] -> [..., out]
struct Linear {
  at::Tensor weight;  ///< [out, in]
  at::Tensor bias;    ///< [out] or undefined
  at::Tensor operator()(const at::Tensor& x) const { return at::linear(x, weight, bias); }
};

}  // namespace assay
