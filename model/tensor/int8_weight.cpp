#include "model/tensor/int8_weight.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "harness/base/error.h"
#include "model/tensor/parallel.h"

namespace assay {
namespace {

constexpr float kLargest = 127;                                  // -128 stays unused: the range is symmetric
constexpr std::int64_t kQuantizedBytes = std::int64_t{4} << 20;  // of float32 at a time
constexpr std::int64_t kOutputsTogether = 32;                    // what a thread takes at a time, at the least
constexpr std::int64_t kPanelOutputs = 12;                       // a multiple of what the loops take together, and with usual widths within the nearest caches

std::int64_t block_count(std::int64_t outputs) { return (outputs + kOutputsTogether - 1) / kOutputsTogether; }

/// Outputs first .. first + wide.size(0) into `wide`, which has the element type T.
template <typename T>
void widen_into(const Int8Weight& weight, std::int64_t first, Widen<T> widen, at::Tensor& wide) {
  const auto count = wide.size(0), in = wide.size(1);
  const auto* values = weight.values.const_data_ptr<std::int8_t>() + first * in;
  const auto* scales = weight.scales.const_data_ptr<float>() + first;
  auto* to = static_cast<T*>(wide.data_ptr());
  for_ranges(block_count(count), [&](std::int64_t begin, std::int64_t end) {
    for (auto o = begin * kOutputsTogether; o < std::min(end * kOutputsTogether, count); ++o) widen(values + o * in, in, scales[o], to + o * in);
  });
}

/// So many outputs from `first` on, in `room`; by a loop where its dtype has one, on the CPU.
at::Tensor widened_outputs(const Int8Weight& weight, std::int64_t first, std::int64_t count, const at::Tensor& room) {
  auto wide = room.narrow(0, 0, count);
  const auto type = room.scalar_type();
  const bool is_on_cpu = room.device().is_cpu();
  if (is_on_cpu && type == at::kBFloat16) widen_into<std::uint16_t>(weight, first, row_kernels().widen_bf16, wide);
  else if (is_on_cpu && type == at::kHalf) widen_into<HalfBits>(weight, first, row_kernels().widen_half, wide);
  else if (is_on_cpu && type == at::kFloat) widen_into<float>(weight, first, row_kernels().widen_float, wide);
  else wide.copy_(weight.values.narrow(0, first, count).to(at::kFloat) * weight.scales.narrow(0, first, count).unsqueeze(1));
  return wide;
}

at::Tensor room_for(const Int8Weight& weight, std::int64_t outputs, at::ScalarType dtype) {
  return at::empty({outputs, weight.values.size(1)}, weight.values.options().dtype(dtype));
}

/// Has memory send what is needed next while the processor multiplies. A single row leaves it no time to.
void prefetch(const std::int8_t* from, std::int64_t bytes) {
  constexpr std::int64_t kLine = 64;
  for (std::int64_t i = 0; i < bytes; i += kLine) __builtin_prefetch(from + i, 0, 2);
}

template <typename T>
void multiply(const at::Tensor& x, const Int8Weight& weight, Widen<T> widen, void (*kernel)(const FewRows<T>&), at::Tensor& out) {
  const auto outputs = weight.values.size(0), in = weight.values.size(1);
  const auto* values = weight.values.const_data_ptr<std::int8_t>();
  const auto* scales = weight.scales.const_data_ptr<float>();
  for_ranges(block_count(outputs), [&](std::int64_t begin, std::int64_t end) {
    const auto last = std::min(end * kOutputsTogether, outputs);
    const auto panel = std::make_unique_for_overwrite<T[]>(static_cast<std::size_t>(kPanelOutputs * in));
    for (auto first = begin * kOutputsTogether; first < last; first += kPanelOutputs) {
      const auto count = std::min(kPanelOutputs, last - first);
      for (std::int64_t o = 0; o < count; ++o) widen(values + (first + o) * in, in, scales[first + o], panel.get() + o * in);
      if (x.size(0) > 1) prefetch(values + (first + count) * in, std::min(kPanelOutputs, last - first - count) * in);
      kernel({static_cast<const T*>(x.data_ptr()), x.size(0), in, panel.get(), count, out.data_ptr<float>() + first, outputs});
    }
  });
}

}  // namespace

Int8Weight quantized(const at::Tensor& weight, std::string_view name) {
  const auto outputs = weight.size(0), in = weight.size(1);
  Int8Weight result{at::empty({outputs, in}, weight.options().dtype(at::kChar)), at::empty({outputs}, weight.options().dtype(at::kFloat))};
  const auto together = std::max<std::int64_t>(1, kQuantizedBytes / std::max<std::int64_t>(1, in * 4));
  for (std::int64_t first = 0; first < outputs; first += together) {
    const auto count = std::min(together, outputs - first);
    const auto wide = weight.narrow(0, first, count).to(at::kFloat);  // [count, in]
    const auto scales = wide.abs().amax(1) / kLargest;                // [count]
    if (!at::isfinite(scales).all().item<bool>()) throw ModelError(fmt::format("{}: holds a weight that is not a finite number, which 8 bits cannot; run it without --weights int8", name));
    const auto divisors = at::where(scales > 0, scales, at::ones_like(scales)).unsqueeze(1);
    result.values.narrow(0, first, count).copy_(at::round(wide / divisors).clamp_(-kLargest, kLargest));
    result.scales.narrow(0, first, count).copy_(scales);
  }
  return result;
}

at::Tensor widened(const Int8Weight& weight, at::ScalarType dtype) {
  const auto outputs = weight.values.size(0);
  return widened_outputs(weight, 0, outputs, room_for(weight, outputs, dtype));
}

at::Tensor linear_int8(const at::Tensor& x, const Int8Weight& weight, const at::Tensor& bias) {
  const auto outputs = weight.values.size(0), row_bytes = weight.values.size(1) * static_cast<std::int64_t>(x.element_size());
  const auto together = std::max(kOutputsTogether, kWidenedBytes / std::max<std::int64_t>(1, row_bytes) / kOutputsTogether * kOutputsTogether);
  if (outputs <= together) return at::linear(x, widened(weight, x.scalar_type()), bias);
  auto sizes = x.sizes().vec();
  sizes.back() = outputs;
  const auto out = at::empty(sizes, x.options()), room = room_for(weight, together, x.scalar_type());
  for (std::int64_t first = 0; first < outputs; first += together) {
    const auto count = std::min(together, outputs - first);
    out.narrow(-1, first, count).copy_(at::linear(x, widened_outputs(weight, first, count, room), bias.defined() ? bias.narrow(0, first, count) : bias));
  }
  return out;
}

at::Tensor few_rows_int8(const at::Tensor& x, const Int8Weight& weight, const RowKernels& kernels) {
  auto out = at::empty({x.size(0), weight.values.size(0)}, x.options().dtype(at::kFloat));
  if (x.scalar_type() == at::kBFloat16) multiply<std::uint16_t>(x, weight, kernels.widen_bf16, kernels.linear_bf16, out);
  else if (x.scalar_type() == at::kHalf) multiply<HalfBits>(x, weight, kernels.widen_half, kernels.linear_half, out);
  else multiply<float>(x, weight, kernels.widen_float, kernels.linear_float, out);
  return out;
}

}  // namespace assay
