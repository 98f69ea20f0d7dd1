#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>

#include "model/tensor/int8_weight.h"
#include "model/tensor/product_bf16.h"

namespace assay {

/// y = x Wᵀ + b.  Shapes  [..., in] -> [..., out]
///
/// Where a weight of bfloat16, or one in 8 bits for activations of bfloat16, meets AVX-512 BF16, it is packed for a kernel of our own
/// (product_bf16.h) and the unpacked one let go; else LibTorch multiplies the many rows of a prompt, and row_kernels.h the few of a decode step. Off the
/// CPU LibTorch does both.
class Linear {
 public:
  Linear() = default;
  /// weight [out, in]; bias [out] or undefined.
  explicit Linear(at::Tensor weight, at::Tensor bias = {});
  /// `activations`: the dtype that x will have.
  Linear(Int8Weight weight, at::Tensor bias, at::ScalarType activations);

  [[nodiscard]] bool is_defined() const { return outputs_ > 0; }
  /// The dtype and the device that x must have. Not of one in 8 bits, which takes x in any dtype.
  [[nodiscard]] at::TensorOptions options() const { return (weight_.defined() ? weight_ : packed_).options(); }
  [[nodiscard]] bool is_int8() const { return int8_.scales.defined(); }

  /// True where a row's bits are its own, however many rows stand beside it: then operator() serves a decode step as well.
  [[nodiscard]] bool is_packed() const { return packed_.defined(); }

  /// What the kernel is given where is_packed(), but for x, its rows and what is made of them.
  [[nodiscard]] ProductBf16 packed_product() const;

  at::Tensor operator()(const at::Tensor& x) const;

  // The product and what follows it, in one go where the weight is packed, with every step rounded to the dtype either way.
  [[nodiscard]] at::Tensor gelu(const at::Tensor& x) const;        ///< by the error function
  [[nodiscard]] at::Tensor quick_gelu(const at::Tensor& x) const;  ///< y · sigmoid(1.702 y)
  /// residual + y, or residual + y · scale.  Shapes  residual as y, scale [out]
  [[nodiscard]] at::Tensor added_to(const at::Tensor& residual, const at::Tensor& x, const at::Tensor& scale = {}) const;
  /// silu(gate) · y, of x [R, in]; a row's bits do not depend on its place.  Shapes  gate as y
  [[nodiscard]] at::Tensor gated_by(const at::Tensor& gate, const at::Tensor& x) const;

  /// The same for the few rows of a decode step, at the pace at which the weights come from memory: sums in float32, a row's bits its own however many
  /// there are; the bits of operator() where the weight is packed, others where not.  Shapes  x [R, in] -> [R, out]
  [[nodiscard]] at::Tensor few_rows(const at::Tensor& x) const;

 private:
  struct After;
  [[nodiscard]] at::Tensor multiply_packed(const at::Tensor& x, const After& after) const;

  at::Tensor weight_;  ///< [out, in], undefined once packed, or where int8_ is in its place
  at::Tensor packed_;  ///< of outputs_ and inputs_, in bfloat16 or in int8_'s 8 bits
  Int8Weight int8_;    ///< without values once these are packed
  at::Tensor bias_;    ///< [out] or undefined
  std::int64_t outputs_ = 0, inputs_ = 0;
};

}  // namespace assay
