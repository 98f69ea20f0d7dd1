#include "model/tensor/norm.h"

#include <ATen/ATen.h>

namespace assay {

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps) {
  const auto wide = x.to(at::kFloat);
  const auto scale = at::rsqrt(wide.square().mean(-1, /*keepdim=*/true) + eps);  // [..., 1]
  return (wide * scale).to(x.scalar_type()) * weight;
}

at::Tensor Norm::operator()(const at::Tensor& x) const {
  if (kind == Kind::kRms) return rms_norm(x, weight, eps);
  return at::layer_norm(x, {x.size(-1)}, weight, bias, eps);
}

}  // namespace assay
