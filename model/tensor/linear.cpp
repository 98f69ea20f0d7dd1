#include "model/tensor/linear.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "model/tensor/parallel.h"
#include "model/tensor/row_kernels.h"

namespace assay {
namespace {

constexpr std::int64_t kOutputsTogether = 32;  // what a thread takes at a time, at the least

template <typename T>
void multiply(const at::Tensor& x, const at::Tensor& weight, void (*kernel)(const FewRows<T>&), at::Tensor& out) {
  const auto outputs = weight.size(0), in = weight.size(1);
  for_ranges((outputs + kOutputsTogether - 1) / kOutputsTogether, [&](std::int64_t begin, std::int64_t end) {
    const auto first = begin * kOutputsTogether, last = std::min(end * kOutputsTogether, outputs);
    kernel({static_cast<const T*>(x.data_ptr()), x.size(0), in, static_cast<const T*>(weight.data_ptr()) + first * in, last - first, out.data_ptr<float>() + first, outputs});
  });
}

}  // namespace

at::Tensor Linear::few_rows(const at::Tensor& x) const {
  const auto type = x.scalar_type();
  if ((type != at::kBFloat16 && type != at::kFloat) || !weight.is_contiguous()) return (*this)(x);
  const auto rows = x.contiguous();
  auto out = at::empty({x.size(0), weight.size(0)}, x.options().dtype(at::kFloat));
  if (type == at::kBFloat16) multiply<std::uint16_t>(rows, weight, row_kernels().linear_bf16, out);
  else multiply<float>(rows, weight, row_kernels().linear_float, out);
  if (bias.defined()) out.add_(bias);
  return out.to(type);
}

}  // namespace assay
