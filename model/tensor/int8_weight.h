#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string_view>

#include "model/tensor/row_kernels.h"

/// Matrices of linear layers in 8 bits with one scale an output. What is computed with is values · scale, each rounded once to the activations' dtype, the
/// same for a prompt's many rows and a decode step's few: a model in this form is, to the bit of its weights, the model whose checkpoint holds those products.
namespace assay {

struct Int8Weight {
  at::Tensor values;  ///< [out, in] int8, within ±127
  at::Tensor scales;  ///< [out] float32: an output's largest |weight| / 127
};

/// Quotients are rounded half to even; an output of zeros has scale 0.
/// Dtypes  any floating type; computed in float32, a few rows at a time
/// Throws  ModelError where a weight is not finite; `name` is the tensor's
[[nodiscard]] Int8Weight quantized(const at::Tensor& weight, std::string_view name);

/// The weights that are computed with.  Dtypes  float32, bfloat16 or float16.  Shapes  -> [out, in]
[[nodiscard]] at::Tensor widened(const Int8Weight& weight, at::ScalarType dtype);

/// at::linear with the widened weights, of which at most kWidenedBytes exist at a time.  Shapes  x [..., in] -> [..., out]
[[nodiscard]] at::Tensor linear_int8(const at::Tensor& x, const Int8Weight& weight, const at::Tensor& bias);
inline constexpr std::int64_t kWidenedBytes = std::int64_t{16} << 20;

/// x Wᵀ by `kernels`' loops for few rows, over a few outputs' weights at a time that are widened into the processor's nearest cache.
/// Dtypes  float32 or bfloat16, sums in float32.  Shapes  x [R, in], contiguous -> [R, out] float32
[[nodiscard]] at::Tensor few_rows_int8(const at::Tensor& x, const Int8Weight& weight, const RowKernels& kernels);

}  // namespace assay
