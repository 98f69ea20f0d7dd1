#include "model/tensor/mlp.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "model/tensor/bf16_bits.h"
#include "model/tensor/instructions.h"
#include "model/tensor/mlp_bf16.h"
#include "model/tensor/parallel.h"

namespace assay {
namespace {

constexpr std::int64_t kLeastRowsAThread = 96;  // each piece of rows reads all weights

void multiply(const MlpBf16& mlp) {
  constexpr auto kTogether = kMlpRowsTogether;
  const auto blocks = quotient_up(mlp.down.rows, kTogether), most = most_rows_mlp_amx(mlp) / kTogether, threads = static_cast<std::int64_t>(thread_count());
  const auto pieces = std::min(blocks, quotient_up(quotient_up(blocks, most), threads) * threads);
  for_ranges(pieces, [&](std::int64_t begin, std::int64_t end) {
    static thread_local const auto room = std::make_unique_for_overwrite<MlpRoomAmx>();
    for (auto i = begin; i < end; ++i) {
      const auto row_end = std::min((i + 1) * blocks / pieces * kTogether, mlp.down.rows);
      multiply_mlp_amx(mlp, i * blocks / pieces * kTogether, row_end, *room);
    }
  });
}

/// Nothing where it has to be done one by one.
std::optional<at::Tensor> by_stretches(const at::Tensor& residual, const at::Tensor& x, const Linear* gate, const Linear& up, AfterBf16 after, const Linear& down,
                                       const at::Tensor& scale) {
  const auto is_packed = [](const Linear& linear) { return linear.is_packed() && !linear.is_int8(); };
  const auto width = x.size(-1), rows = width == 0 ? 0 : x.numel() / width;
  if (!has_amx_bf16() || rows < kLeastRowsAThread * thread_count() || !is_packed(up) || !is_packed(down) || (gate != nullptr && !is_packed(*gate))) return std::nullopt;
  MlpBf16 mlp{gate == nullptr ? ProductBf16{} : gate->packed_product(), up.packed_product(), down.packed_product(), gate != nullptr};
  if (mlp.up.inputs != width || residual.sizes() != x.sizes() || !fits_mlp_amx(mlp)) return std::nullopt;
  const auto values = x.contiguous(), other = residual.contiguous(), factor = scale.defined() ? scale.contiguous() : scale;
  auto out = at::empty_like(other);
  mlp.gate.x = mlp.up.x = bf16_bits(values);
  mlp.gate.rows = mlp.up.rows = mlp.down.rows = rows;
  mlp.up.after = after;
  mlp.down.other = bf16_bits(other), mlp.down.scale = bf16_bits(factor), mlp.down.out = bf16_bits(out);
  multiply(mlp);
  return out;
}

}  // namespace

at::Tensor add_mlp(const at::Tensor& residual, const at::Tensor& x, const Linear& up, Activation activation, const Linear& down, const at::Tensor& scale) {
  const bool is_gelu = activation == Activation::kGelu;
  if (auto sum = by_stretches(residual, x, nullptr, up, is_gelu ? AfterBf16::kGelu : AfterBf16::kQuickGelu, down, scale)) return *sum;
  return down.added_to(residual, is_gelu ? up.gelu(x) : up.quick_gelu(x), scale);
}

at::Tensor add_gated_mlp(const at::Tensor& residual, const at::Tensor& x, const Linear& gate, const Linear& up, const Linear& down) {
  if (auto sum = by_stretches(residual, x, &gate, up, AfterBf16::kMultiplySilu, down, {})) return *sum;
  return down.added_to(residual, up.gated_by(gate(x), x));
}

}  // namespace assay
