#pragma once
#include <cmath>

#include "model/tensor/attention_bf16.h"
#include "model/tensor/panel_bf16.h"
#include "model/tensor/vectors_bf16.h"

// The softmax of attention by vectors, and what attention by tiles has in common with it, for files compiled with AVX-512 BF16 and called only where the machine has it
// (see panel_bf16.h).
namespace assay {
namespace {

/// The highest of `count` scores, a multiple of 32.
inline float highest_of(const float* scores, std::int64_t count) {
  __m512 even = _mm512_load_ps(scores), odd = _mm512_load_ps(scores + 16);
  for (std::int64_t s = 32; s < count; s += 32) {
    even = _mm512_max_ps(even, _mm512_load_ps(scores + s));
    odd = _mm512_max_ps(odd, _mm512_load_ps(scores + s + 16));
  }
  return _mm512_reduce_max_ps(_mm512_max_ps(even, odd));
}

/// What a score is multiplied with: 1 / √K, to units of log 2.
inline float scale_of(std::int64_t width) { return static_cast<float>(1.4426950408889634 / std::sqrt(static_cast<double>(width))); }

template <typename T>
inline void clear(T* values, std::int64_t count) {
  std::memset(values, 0, static_cast<std::size_t>(count) * sizeof(*values));
}

/// How many keys the query `row` behind the first one sees.
inline std::int64_t keys_visible_to(const QueriesBf16& queries, std::int64_t row) { return queries.visible_keys + (queries.is_causal ? row : 0); }

/// Those from `first` on, `live` of them, side by side; zeros behind them, up to `most`: nobody reads what becomes of these.
inline void take_queries(const QueriesBf16& queries, std::int64_t first, std::int64_t live, std::int64_t most, std::int64_t width, std::uint16_t* out) {
  for (std::int64_t r = 0; r < live; ++r) std::memcpy(out + r * width, queries.q + (first + r) * queries.q_stride, static_cast<std::size_t>(width) * sizeof(*out));
  clear(out + live * width, (most - live) * width);
}

/// Some queries and their softmax, as far as it has come: over one part of the keys after the other, each by find_highest(), shrink_sums() and soften(). Shares of
/// queries beyond those that are there are zeros.
class SoftRows {
 public:
  /// Queries from `first` on, up to `most`.
  SoftRows(const QueriesBf16& queries, std::int64_t width, AttentionRoomBf16& room, std::int64_t first, std::int64_t most)
      : queries_(queries), room_(room), first_(first), live_(smaller(most, queries.count - first)), width_(width),
        scale_(scale_of(width)) {
    take_queries(queries, first, live_, most, width, room.queries);
    clear(room.sums, most * width);
    clear(room.shares + live_ * kSharesStride, (most - live_) * kSharesStride);
    for (auto& highest : highest_) highest = kNone;
    clear(totals_, live_ * 16);
  }

  /// Keys that the last one sees, rounded up to what is packed together.
  [[nodiscard]] std::int64_t seen() const { return rounded_up(visible(live_ - 1), kPanelRows); }

  /// Looks at the scores of `count` keys, a multiple of 32, from key `begin` on.
  void find_highest(std::int64_t begin, std::int64_t count) {
    for (std::int64_t r = 0; r < live_; ++r) {
      float* const row = room_.scores + r * kScoresStride;
      const auto hidden = visible(r) - begin;
      for (std::int64_t s = hidden < 0 ? 0 : hidden; s < count; ++s) row[s] = kNone;  // its share is 0, exactly
      shrinks_[r] = highest_of(row, count) * scale_;
    }
    for (std::int64_t r = 0; r < live_; r += 16) {
      const __m512 before = _mm512_load_ps(highest_ + r), now = _mm512_max_ps(before, _mm512_load_ps(shrinks_ + r));
      _mm512_store_ps(highest_ + r, now);
      _mm512_store_ps(shrinks_ + r, normal_exp2_of(_mm512_sub_ps(before, now)));  // 1, exactly, where nothing is higher than before
    }
  }

  /// Scores to shares in bfloat16.
  void soften(std::int64_t count) {
    for (std::int64_t r = 0; r < live_; ++r) soften_row(r, count);
  }

  /// To what the sums are once a higher score has been found.
  void shrink_sums() const {
    for (std::int64_t r = 0; r < live_; ++r) {
      const __m512 shrink = _mm512_set1_ps(shrinks_[r]);
      for (float* sum = room_.sums + r * width_; sum < room_.sums + (r + 1) * width_; sum += 16) _mm512_store_ps(sum, _mm512_mul_ps(shrink, _mm512_load_ps(sum)));
    }
  }

  /// The sums by the totals.
  void write() const {
    for (std::int64_t r = 0; r < live_; ++r) {
      const __m512 total = _mm512_set1_ps(_mm512_reduce_add_ps(_mm512_load_ps(totals_ + r * 16)));
      std::uint16_t* out = queries_.out + (first_ + r) * queries_.out_stride;
      for (std::int64_t d = 0; d < width_; d += 16) store_bf16(out + d, 0xFFFF, _mm512_div_ps(_mm512_load_ps(room_.sums + r * width_ + d), total));
    }
  }

 private:
  void soften_row(std::int64_t r, std::int64_t count) {
    const float* const row = room_.scores + r * kScoresStride;
    std::uint16_t* const out = room_.shares + r * kSharesStride;
    const __m512 base = _mm512_set1_ps(highest_[r]), factor = _mm512_set1_ps(scale_);
    __m512 total = _mm512_mul_ps(_mm512_load_ps(totals_ + r * 16), _mm512_set1_ps(shrinks_[r]));
    for (std::int64_t s = 0; s < count; s += 32) {
      const __m512 first = short_normal_exp2_of(_mm512_fmsub_ps(_mm512_load_ps(row + s), factor, base));
      const __m512 second = short_normal_exp2_of(_mm512_fmsub_ps(_mm512_load_ps(row + s + 16), factor, base));
      total = _mm512_add_ps(_mm512_add_ps(total, first), second);
      _mm512_store_si512(out + s, reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(second, first)));
    }
    _mm512_store_ps(totals_ + r * 16, total);
  }

  static constexpr float kNone = -1e30F;  ///< lower than any score

  [[nodiscard]] std::int64_t visible(std::int64_t row) const { return keys_visible_to(queries_, first_ + row); }

  const QueriesBf16& queries_;
  AttentionRoomBf16& room_;
  std::int64_t first_, live_, width_;
  float scale_;                                        ///< to units of log 2
  alignas(64) float highest_[kQueriesTogether];        ///< score so far, in these
  alignas(64) float shrinks_[kQueriesTogether] = {};   ///< what the last part made of all before it
  alignas(64) float totals_[kQueriesTogether * 16];    ///< of the shares, sixteen strands, all relative to 2^highest
};

/// All keys that the rows see, `keys_together` at a time.
///   score(room, keys, K, count)           room.scores of `count` packed keys, a multiple of 32
///   mix(room, values, K, padded, count)   adds to room.sums what the shares of as many values give; the packed values of 32 widths are `padded` rows apart
template <typename Score, typename Mix>
void attend_by(SoftRows rows, std::int64_t keys_together, const Score& score, const Mix& mix, const KeysBf16& keys, const PackedKeysBf16& packed,
               AttentionRoomBf16& room) {
  const auto K = keys.width, padded = rounded_up(keys.count, kPanelRows), seen = rows.seen();
  for (std::int64_t begin = 0; begin < seen; begin += keys_together) {
    const auto count = smaller(keys_together, seen - begin);
    score(room, packed.keys + begin * K, K, count);
    rows.find_highest(begin, count);
    rows.shrink_sums();
    rows.soften(count);
    mix(room, packed.values + begin * kPanelRows, K, padded, count);
  }
  rows.write();
}

}  // namespace
}  // namespace assay
