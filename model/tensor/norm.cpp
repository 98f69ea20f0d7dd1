#include "model/tensor/norm.h"

#include <ATen/ATen.h>

#include "model/tensor/instructions.h"
#include "model/tensor/parallel.h"
#include "model/tensor/rows_bf16.h"

namespace assay {

namespace {

bool fits_bf16_kernel(const at::Tensor& x, const at::Tensor& weight) {
  return has_avx512_bf16() && x.scalar_type() == at::kBFloat16 && weight.scalar_type() == at::kBFloat16 && x.device().is_cpu() && weight.is_contiguous();
}

at::Tensor by_kernel(void (*kernel)(const NormRowsBf16&), const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, double eps) {
  const auto bits = [](const at::Tensor& t) { return static_cast<std::uint16_t*>(t.data_ptr()); };
  const auto rows = x.contiguous();
  auto out = at::empty_like(rows);
  const auto width = x.size(-1), count = width == 0 ? 0 : x.numel() / width;
  const auto work = [&](std::int64_t begin, std::int64_t end) {
    kernel({bits(rows) + begin * width, end - begin, width, bits(weight), bias.defined() ? bits(bias) : nullptr, static_cast<float>(eps), bits(out) + begin * width});
  };
  if (x.numel() < kWorthSharing) work(0, count);
  else for_ranges(count, work);
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
  if (fits_bf16_kernel(x, weight) && bias.defined() && bias.is_contiguous() && bias.scalar_type() == at::kBFloat16) return by_kernel(layer_norm_bf16, x, weight, bias, eps);
  return at::layer_norm(x, {x.size(-1)}, weight, bias, eps);
}

}  // namespace assay
