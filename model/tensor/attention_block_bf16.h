#pragma once
#include <cmath>

#include "model/tensor/attention_bf16.h"
#include "model/tensor/panel_bf16.h"
#include "model/tensor/vectors_bf16.h"

// What the kinds of attention_bf16.h have in common, for files compiled with AVX-512 BF16 and called only where the machine has it (see panel_bf16.h).
namespace assay {
namespace {

/// A query's softmax as far as it has come.
struct Running {
  float highest = -INFINITY;  ///< score so far, in units of log 2
  float total = 0;            ///< of the shares, all relative to 2^highest
};

/// A row of scores to shares in bfloat16, `count` of them, a multiple of 32. Where a score is higher than all before, what `sums` holds is scaled down.
void soften(const float* scores, std::int64_t count, float scale, Running& running, float* sums, std::int64_t width, std::uint16_t* shares) {
  __m512 highest = _mm512_load_ps(scores);
  for (std::int64_t s = 16; s < count; s += 16) highest = _mm512_max_ps(highest, _mm512_load_ps(scores + s));
  const float top = _mm512_reduce_max_ps(highest) * scale;
  if (top > running.highest) {
    const float shrink = _mm512_cvtss_f32(exp2_of(_mm512_set1_ps(running.highest == -INFINITY ? -200.0F : running.highest - top)));
    running.highest = top;
    running.total *= shrink;
    for (std::int64_t d = 0; d < width; d += 16) _mm512_store_ps(sums + d, _mm512_mul_ps(_mm512_set1_ps(shrink), _mm512_load_ps(sums + d)));
  }
  const __m512 base = _mm512_set1_ps(running.highest), factor = _mm512_set1_ps(scale);
  __m512 total = _mm512_setzero_ps();
  for (std::int64_t s = 0; s < count; s += 32) {
    const __m512 first = exp2_of(_mm512_fmsub_ps(_mm512_load_ps(scores + s), factor, base));
    const __m512 second = exp2_of(_mm512_fmsub_ps(_mm512_load_ps(scores + s + 16), factor, base));
    total = _mm512_add_ps(_mm512_add_ps(total, first), second);
    _mm512_store_si512(shares + s, reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(second, first)));
  }
  running.total += _mm512_reduce_add_ps(total);
}

/// Some queries over all keys that the last of them sees; rows of the room beyond `live` are zeros and nobody reads what becomes of them.
///
/// `Products` has kQueries and kKeys, how many are looked at together, and
///   score(room, keys, K, count)           room.scores of `count` packed keys, a multiple of 32
///   mix(room, values, K, padded, count)   adds to room.sums what the shares of as many keys' values give; a width's packed values are `padded` rows apart
template <typename Products>
class AttentionBlock {
 public:
  AttentionBlock(const QueriesBf16& queries, const KeysBf16& keys, const PackedKeysBf16& packed, AttentionRoomBf16& room, std::int64_t first)
      : queries_(queries), keys_(keys), packed_(packed), room_(room), first_(first), live_(smaller(Products::kQueries, queries.count - first)) {}

  void run() {
    const auto K = keys_.width;
    clear(room_.queries, Products::kQueries * K);
    clear(room_.sums, Products::kQueries * K);
    clear(room_.shares + live_ * kSharesStride, (Products::kQueries - live_) * kSharesStride);
    for (std::int64_t r = 0; r < live_; ++r)
      std::memcpy(room_.queries + r * K, queries_.q + (first_ + r) * queries_.q_stride, static_cast<std::size_t>(K) * sizeof(*room_.queries));
    const auto seen = rounded_up(visible(live_ - 1), kPanelRows);
    for (std::int64_t begin = 0; begin < seen; begin += Products::kKeys) look_at(begin, smaller(Products::kKeys, seen - begin));
    write();
  }

 private:
  template <typename T>
  static void clear(T* values, std::int64_t count) {
    std::memset(values, 0, static_cast<std::size_t>(count) * sizeof(*values));
  }
  [[nodiscard]] std::int64_t visible(std::int64_t row) const { return queries_.visible_keys + (queries_.is_causal ? first_ + row : 0); }

  void look_at(std::int64_t begin, std::int64_t count) {
    const auto K = keys_.width, padded = rounded_up(keys_.count, kPanelRows);
    const auto scale = static_cast<float>(1.4426950408889634 / std::sqrt(static_cast<double>(K)));  // log2 e
    Products::score(room_, packed_.keys + begin * K, K, count);
    for (std::int64_t r = 0; r < live_; ++r) {
      float* scores = room_.scores + r * kScoresStride;
      const auto hidden = visible(r) - begin;
      for (std::int64_t s = hidden < 0 ? 0 : hidden; s < count; ++s) scores[s] = -1e30F;  // its share is 0, exactly
      soften(scores, count, scale, running_[r], room_.sums + r * K, K, room_.shares + r * kSharesStride);
    }
    Products::mix(room_, packed_.values + begin * kPanelRows, K, padded, count);
  }

  void write() const {
    const auto K = keys_.width;
    for (std::int64_t r = 0; r < live_; ++r) {
      const __m512 total = _mm512_set1_ps(running_[r].total);
      std::uint16_t* out = queries_.out + (first_ + r) * queries_.out_stride;
      for (std::int64_t d = 0; d < K; d += 16) store_bf16(out + d, 0xFFFF, _mm512_div_ps(_mm512_load_ps(room_.sums + r * K + d), total));
    }
  }

  const QueriesBf16& queries_;
  const KeysBf16& keys_;
  const PackedKeysBf16& packed_;
  AttentionRoomBf16& room_;
  std::int64_t first_, live_;
  Running running_[Products::kQueries];
};

}  // namespace
}  // namespace assay
