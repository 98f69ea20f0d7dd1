#include "model/tensor/linear.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <utility>

#include "model/tensor/instructions.h"
#include "model/tensor/parallel.h"
#include "model/tensor/product_bf16.h"
#include "model/tensor/row_kernels.h"

namespace assay {
namespace {

constexpr std::int64_t kOutputsTogether = 32;                // what a thread takes at a time, at the least
constexpr std::int64_t kRowsTogether = 96, kPanelsTogether = 4;  // a thread's next piece of a packed product: rows that stay in its second cache

std::int64_t quotient_up(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

template <typename T>
void multiply(const at::Tensor& x, const at::Tensor& weight, void (*kernel)(const FewRows<T>&), at::Tensor& out) {
  const auto outputs = weight.size(0), in = weight.size(1);
  for_ranges(quotient_up(outputs, kOutputsTogether), [&](std::int64_t begin, std::int64_t end) {
    const auto first = begin * kOutputsTogether, last = std::min(end * kOutputsTogether, outputs);
    kernel({static_cast<const T*>(x.data_ptr()), x.size(0), in, static_cast<const T*>(weight.data_ptr()) + first * in, last - first, out.data_ptr<float>() + first, outputs});
  });
}

const std::uint16_t* bits_of(const at::Tensor& t) { return static_cast<const std::uint16_t*>(t.data_ptr()); }
std::uint16_t* bits_of(at::Tensor& t) { return static_cast<std::uint16_t*>(t.data_ptr()); }

/// Where there is AMX, LibTorch's products use it, at several times the rate of any other kernel. A weight that is not contiguous stands for one that was
/// never read.
bool is_worth_packing(const at::Tensor& weight) {
  return has_avx512_bf16() && !has_amx_bf16() && weight.scalar_type() == at::kBFloat16 && weight.device().is_cpu() && weight.is_contiguous() && weight.size(1) % 2 == 0;
}

at::Tensor packed(const at::Tensor& weight) {
  const auto outputs = weight.size(0), inputs = weight.size(1);
  auto result = at::empty({packed_weight_size(outputs, inputs)}, weight.options());
  for_ranges(quotient_up(outputs, kPanelOutputs),
             [&](std::int64_t begin, std::int64_t end) { pack_weight_bf16(bits_of(weight), outputs, inputs, begin, end, bits_of(result)); });
  return result;
}

}  // namespace

Linear::Linear(at::Tensor weight, at::Tensor bias)
    : weight_(std::move(weight)), bias_(bias.defined() ? bias.contiguous() : bias), outputs_(weight_.size(0)), inputs_(weight_.size(1)) {
  if (!is_worth_packing(weight_)) return;
  packed_ = packed(weight_);
  weight_.reset();
}

at::Tensor Linear::multiply_packed(const at::Tensor& x) const {
  const auto rows = x.reshape({-1, inputs_}).contiguous();
  auto shape = x.sizes().vec();
  shape.back() = outputs_;
  auto out = at::empty(shape, x.options());
  const ProductBf16 product{bits_of(rows), rows.size(0), inputs_, bits_of(packed_), bias_.defined() ? bits_of(bias_) : nullptr, outputs_, bits_of(out)};
  const auto panels = quotient_up(outputs_, kPanelOutputs), columns = quotient_up(panels, kPanelsTogether);
  for_ranges(quotient_up(product.rows, kRowsTogether) * columns, [&](std::int64_t begin, std::int64_t end) {
    for (auto i = begin; i < end; ++i) {
      const auto row = i / columns * kRowsTogether, panel = i % columns * kPanelsTogether;
      multiply_bf16(product, row, std::min(row + kRowsTogether, product.rows), panel, std::min(panel + kPanelsTogether, panels));
    }
  });
  return out;
}

at::Tensor Linear::operator()(const at::Tensor& x) const { return packed_.defined() ? multiply_packed(x) : at::linear(x, weight_, bias_); }

at::Tensor Linear::few_rows(const at::Tensor& x) const {
  if (packed_.defined()) return multiply_packed(x);
  const auto type = x.scalar_type();
  if ((type != at::kBFloat16 && type != at::kFloat) || !weight_.is_contiguous()) return (*this)(x);
  const auto rows = x.contiguous();
  auto out = at::empty({x.size(0), outputs_}, x.options().dtype(at::kFloat));
  if (type == at::kBFloat16) multiply<std::uint16_t>(rows, weight_, row_kernels().linear_bf16, out);
  else multiply<float>(rows, weight_, row_kernels().linear_float, out);
  if (bias_.defined()) out.add_(bias_);
  return out.to(type);
}

}  // namespace assay
