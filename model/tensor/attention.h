#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

namespace assay {

/// What a causal query's bits may depend on: on itself and the keys that it sees alone, or on whatever is fastest.
enum class AttentionBits { kOwn, kAny };

/// Scaled dot-product attention: softmax(q kᵀ / √K + causal mask) v. With fewer key heads than query heads, each serves N / M in a row.
/// Shapes  q [B, N, T, K], k and v [B, M, S, K] -> [B, N, T, K].  Causal: query t sees keys up to S − T + t, and its bits depend on its query and
/// those keys alone, so that a sequence may be run in parts; off the CPU, or by choice (`bits`), on the shapes too.
[[nodiscard]] at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, bool is_causal, AttentionBits bits = AttentionBits::kOwn);

/// Some of a sequence's keys and values that lie together.
struct CachePiece {
  const void* keys = nullptr;    ///< [M, capacity, K]
  const void* values = nullptr;  ///< [M, capacity, K]
  std::int64_t capacity = 0;
  std::int64_t length = 0;  ///< tokens to attend to
};
/// One sequence's keys and values, for decode_attention: one piece, or several where sequences share their beginnings.
using CacheView = std::vector<CachePiece>;

/// Attention of one new token a sequence over its own cache. Scores and softmax in float32, sums in an order that depends on the
/// sequence's length alone, so a reply depends neither on what else is in the batch nor on how its cache is pieced.
/// Shapes  q [B, N, K] contiguous -> [B, N, K].  Dtypes float32, bfloat16, float16; the caches have q's.  `caches` has B entries.
[[nodiscard]] at::Tensor decode_attention(const at::Tensor& q, std::int64_t key_heads, std::span<const CacheView> caches);

}  // namespace assay
