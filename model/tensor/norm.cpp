#include "model/tensor/norm.h"

#include <ATen/ATen.h>

#include "model/tensor/bf16_bits.h"
#include "model/tensor/instructions.h"
#include "model/tensor/parallel.h"
#include "model/tensor/rows_bf16.h"

namespace assay {

namespace {

bool fits_bf16_kernel(const at::Tensor& x, const at::Tensor& weight) {
  return has_avx512_bf16() && is_bf16_on_cpu(x) && is_bf16_on_cpu(weight) && weight.is_contiguous();
}

at::Tensor by_kernel(void (*kernel)(const NormRowsBf16&), const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, double eps) {
  const auto rows = x.contiguous();
  auto out = at::empty_like(rows);
  const auto width = x.size(-1), count = width == 0 ? 0 : x.numel() / width;
  for_rows(count, width, [&](std::int64_t begin, std::int64_t end) {
    kernel({bf16_bits(rows) + begin * width, end - begin, width, bf16_bits(weight), bf16_bits(bias), static_cast<float>(eps), bf16_bits(out) + begin * width});
  });
  return out;
}

}  // namespace

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps) {
  if (fits_bf16_kernel(x, weight)) return by_kernel(rms_norm_bf16, x, weight, {}, eps);
  const auto wide = x.to(at::kFloat);
  const auto scale = at::rsqrt(wide.square().mean(-1, /*keepdim=*/true) + eps);  // [..., 1]
  return (wide * scale).to(x.scalar_type()) * weight;
}

at::Tensor Norm::operator()(const at::Tensor& x) const {
  if (kind == Kind::kRms) return rms_norm(x, weight, eps);
  if (fits_bf16_kernel(x, weight) && bias.defined() && is_bf16_on_cpu(bias) && bias.is_contiguous()) return by_kernel(layer_norm_bf16, x, weight, bias, eps);
  return at::layer_norm(x, {x.size(-1)}, weight, bias, eps);
}

}  // namespace assay
