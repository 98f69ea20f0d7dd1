#pragma once
#include <ATen/core/Tensor.h>
#include <ATen/ops/linear.h>

#include <cstdint>

namespace assay {

/// y = x Wᵀ + b.  Shapes  [..., in] -> [..., out]
struct Linear {
  at::Tensor weight;  ///< [out, in]
  at::Tensor bias;    ///< [out] or undefined
  at::Tensor operator()(const at::Tensor& x) const { return at::linear(x, weight, bias); }

  /// The same for the few rows of a decode step, at the pace at which the weights come from memory: sums in float32, a row's bits its own however many
  /// there are, and not those of operator().  Shapes  x [R, in] -> [R, out]
  [[nodiscard]] at::Tensor few_rows(const at::Tensor& x) const;
};

}  // namespace assay
