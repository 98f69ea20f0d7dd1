#include "model/language/rope.h"

#include <ATen/ATen.h>

#include <cmath>

#include "model/tensor/bf16_bits.h"
#include "model/tensor/instructions.h"
#include "model/tensor/parallel.h"
#include "model/tensor/rows_bf16.h"
#include "model/tensor/vector_functions.h"

namespace assay {
namespace {

at::Tensor float_row(const std::vector<double>& values) { return at::tensor(values, at::kDouble).to(at::kFloat); }

at::Tensor inverse_frequencies(double theta, std::int64_t width) {
  const auto exponents = at::arange(0, width, 2, at::kLong).to(at::kFloat) / static_cast<double>(width);  // [K/2]
  return at::reciprocal(at::pow(at::Scalar(theta), exponents));
}

}  // namespace

Rope::Rope(const LanguageConfig& config) : config_(config), frequencies_(inverse_frequencies(config.rope_theta, config.head_width)) {
  choose_vector_functions();
  const auto& scaling = config_.rope;
  if (scaling.kind == RopeScaling::Kind::kLinear) frequencies_ = frequencies_ / scaling.factor;
  if (scaling.kind != RopeScaling::Kind::kLongRope) return;
  // 1 / (factor · theta^(2i/K)), in this order of operations.  Source: Phi3SuScaledRotaryEmbedding, InternVL modeling_phi3.py.
  const auto powers = at::reciprocal(frequencies_);
  short_ = at::reciprocal(float_row(scaling.short_factor) * powers);
  long_ = at::reciprocal(float_row(scaling.long_factor) * powers);
  const auto original = static_cast<double>(scaling.original_max_position_embeddings);
  const auto stretch = static_cast<double>(config_.max_position_embeddings) / original;
  magnitude_ = scaling.attention_factor > 0 ? scaling.attention_factor : stretch <= 1 ? 1.0 : std::sqrt(1 + std::log(stretch) / std::log(original));
}

at::Tensor Rope::frequencies(const at::Tensor& lengths) const {
  const auto& scaling = config_.rope;
  if (scaling.kind == RopeScaling::Kind::kLongRope) {
    const auto is_long = (lengths > scaling.original_max_position_embeddings).unsqueeze(1);  // [T, 1]
    return at::where(is_long, long_.unsqueeze(0), short_.unsqueeze(0));                      // [T, K/2]
  }
  if (scaling.kind == RopeScaling::Kind::kDynamicNtk) {
    const auto longest = lengths.numel() == 0 ? 0 : lengths.max().item<std::int64_t>();  // on the CPU, outside the layers' loop
    if (longest > config_.max_position_embeddings) {
      const auto K = static_cast<double>(config_.head_width);
      const auto max = static_cast<double>(config_.max_position_embeddings);
      std::vector<at::Tensor> rows;
      for (std::int64_t t = 0; t < lengths.numel(); ++t) {
        const auto length = std::max(max, static_cast<double>(lengths[t].item<std::int64_t>()));
        const auto base = config_.rope_theta * std::pow(scaling.factor * length / max - (scaling.factor - 1), K / (K - 2));
        rows.push_back(inverse_frequencies(base, config_.head_width));
      }
      return at::stack(rows);  // [T, K/2]
    }
  }
  return frequencies_.unsqueeze(0);  // [1, K/2]
}

bool Rope::is_alike(std::int64_t part, std::int64_t total) const {
  const auto& scaling = config_.rope;
  if (scaling.kind == RopeScaling::Kind::kDynamicNtk) return total <= config_.max_position_embeddings;
  if (scaling.kind != RopeScaling::Kind::kLongRope) return true;
  return (part > scaling.original_max_position_embeddings) == (total > scaling.original_max_position_embeddings);
}

RopeTable Rope::table(const at::Tensor& positions, const at::Tensor& lengths, const at::TensorOptions& options) const {
  const auto angles = positions.to(at::kFloat).unsqueeze(1) * frequencies(lengths);  // [T, K/2]
  auto cos = angles.cos(), sin = angles.sin();
  if (magnitude_ != 1.0) cos = cos * magnitude_, sin = sin * magnitude_;
  return {cos.to(options).unsqueeze(1), sin.to(options).unsqueeze(1)};
}

namespace {

bool fits_bf16_kernel(const at::Tensor& x, const RopeTable& table) {
  return has_avx512_bf16() && is_bf16_on_cpu(x) && is_bf16_on_cpu(table.cos) && x.stride(2) == 1 &&
         table.cos.size(0) == x.size(0) && table.cos.is_contiguous() && table.sin.is_contiguous();
}

at::Tensor by_kernel(const at::Tensor& x, const RopeTable& table) {
  const auto R = x.size(0), N = x.size(1), K = x.size(2);
  auto out = at::empty({R, N, K}, x.options());
  for_rows(R, N * K, [&](std::int64_t begin, std::int64_t end) {
    rotate_bf16({bf16_bits(x) + begin * x.stride(0), x.stride(0), x.stride(1), end - begin, N, K, bf16_bits(table.cos) + begin * K / 2,
                 bf16_bits(table.sin) + begin * K / 2, bf16_bits(out) + begin * N * K});
  });
  return out;
}

}  // namespace

at::Tensor rotate(const at::Tensor& x, const RopeTable& table) {
  if (fits_bf16_kernel(x, table)) return by_kernel(x, table);
  const auto halves = x.chunk(2, -1);
  return at::cat({halves[0] * table.cos - halves[1] * table.sin, halves[1] * table.cos + halves[0] * table.sin}, -1);
}

}  // namespace assay
