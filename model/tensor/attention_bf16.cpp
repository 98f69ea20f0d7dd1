#include "model/tensor/attention_bf16.h"

#include <cmath>

#include "model/tensor/panel_bf16.h"
#include "model/tensor/vectors_bf16.h"

namespace assay {
namespace {

constexpr std::int64_t kRows = kQueriesTogether;

/// Values to [K / 32][S' / 2][32][2], S' = S rounded up to 32, zeros beyond S: pairs are of two keys' values.
void pack_values(const KeysBf16& keys, std::uint16_t* out) {
  alignas(64) static constexpr std::uint16_t kLow[32] = {0, 32, 1, 33, 2, 34, 3, 35, 4, 36, 5, 37, 6, 38, 7, 39, 8, 40, 9, 41, 10, 42, 11, 43, 12, 44, 13, 45, 14, 46, 15, 47};
  const __m512i low = _mm512_load_si512(kLow), high = _mm512_add_epi16(low, _mm512_set1_epi16(16));
  const auto padded = rounded_up(keys.count, kPanelRows);
  const auto row = [&](std::int64_t s, std::int64_t d) { return s < keys.count ? _mm512_loadu_si512(keys.v + s * keys.v_stride + d) : _mm512_setzero_si512(); };
  for (std::int64_t d = 0; d < keys.width; d += kPanelRows) {
    for (std::int64_t s = 0; s < padded; s += 2) {
      const __m512i first = row(s, d), second = row(s + 1, d);
      std::uint16_t* pairs = out + d * padded + s * kPanelRows;
      _mm512_storeu_si512(pairs, _mm512_permutex2var_epi16(first, low, second));
      _mm512_storeu_si512(pairs + kPanelRows, _mm512_permutex2var_epi16(first, high, second));
    }
  }
}

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

/// Eight queries over all keys that the last of them sees; rows beyond `live` are zeros and nobody reads them.
class Block {
 public:
  Block(const QueriesBf16& queries, const KeysBf16& keys, const PackedKeysBf16& packed, AttentionRoomBf16& room, std::int64_t first)
      : queries_(queries), keys_(keys), packed_(packed), room_(room), first_(first), live_(smaller(kRows, queries.count - first)) {}

  void run() {
    const auto K = keys_.width;
    std::memset(room_.queries, 0, static_cast<std::size_t>(kRows * K) * sizeof(*room_.queries));
    std::memset(room_.sums, 0, static_cast<std::size_t>(kRows * K) * sizeof(*room_.sums));
    for (std::int64_t r = 0; r < live_; ++r)
      std::memcpy(room_.queries + r * K, queries_.q + (first_ + r) * queries_.q_stride, static_cast<std::size_t>(K) * sizeof(*room_.queries));
    const auto seen = rounded_up(visible(live_ - 1), kPanelRows);
    for (std::int64_t begin = 0; begin < seen; begin += kKeysTogether) look_at(begin, smaller(kKeysTogether, seen - begin));
    write();
  }

 private:
  [[nodiscard]] std::int64_t visible(std::int64_t row) const { return queries_.visible_keys + (queries_.is_causal ? first_ + smaller(row, live_ - 1) : 0); }

  void look_at(std::int64_t begin, std::int64_t count) {
    const auto K = keys_.width, padded = rounded_up(keys_.count, kPanelRows);
    const auto scale = static_cast<float>(1.4426950408889634 / std::sqrt(static_cast<double>(K)));  // log2 e
    __m512 products[kRows][2];
    for (std::int64_t s = 0; s < count; s += kPanelRows) {
      multiply_panel(room_.queries, K, PanelBf16{packed_.keys + (begin + s) * K}, K / 2, products);
      for (std::int64_t r = 0; r < kRows; ++r) {
        _mm512_store_ps(room_.scores + r * kKeysTogether + s, products[r][0]);
        _mm512_store_ps(room_.scores + r * kKeysTogether + s + 16, products[r][1]);
      }
    }
    for (std::int64_t r = 0; r < kRows; ++r) {
      float* scores = room_.scores + r * kKeysTogether;
      const auto hidden = visible(r) - begin;
      for (std::int64_t s = hidden < 0 ? 0 : hidden; s < count; ++s) scores[s] = -1e30F;  // its share is 0, exactly
      soften(scores, count, scale, running_[r], room_.sums + r * K, K, room_.shares + r * kKeysTogether);
    }
    for (std::int64_t d = 0; d < K; d += kPanelRows) {
      multiply_panel(room_.shares, kKeysTogether, PanelBf16{packed_.values + d * padded + begin * kPanelRows}, count / 2, products);
      for (std::int64_t r = 0; r < kRows; ++r) {
        float* sums = room_.sums + r * K + d;
        _mm512_store_ps(sums, _mm512_add_ps(_mm512_load_ps(sums), products[r][0]));
        _mm512_store_ps(sums + 16, _mm512_add_ps(_mm512_load_ps(sums + 16), products[r][1]));
      }
    }
  }

  void write() const {
    const auto K = keys_.width;
    for (std::int64_t r = 0; r < live_; ++r) {
      const __m512 total = _mm512_set1_ps(running_[r].total);
      std::uint16_t* out = queries_.out + (first_ + r) * queries_.out_stride;
      for (std::int64_t d = 0; d < K; d += 16) {
        const auto values = _mm512_cvtneps_pbh(_mm512_div_ps(_mm512_load_ps(room_.sums + r * K + d), total));
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + d), reinterpret_cast<__m256i>(values));
      }
    }
  }

  const QueriesBf16& queries_;
  const KeysBf16& keys_;
  const PackedKeysBf16& packed_;
  AttentionRoomBf16& room_;
  std::int64_t first_, live_;
  Running running_[kRows];
};

}  // namespace

void pack_keys_bf16(const KeysBf16& keys, const PackedKeysBf16& packed) {
  for (std::int64_t s = 0; s < keys.count; s += kPanelRows)
    pack_panel(keys.k + s * keys.k_stride, keys.k_stride, keys.count - s, keys.width / 2, packed.keys + s * keys.width);
  pack_values(keys, packed.values);
}

void attend_bf16(const QueriesBf16& queries, const KeysBf16& keys, const PackedKeysBf16& packed, AttentionRoomBf16& room) {
  for (std::int64_t first = 0; first < queries.count; first += kRows) Block(queries, keys, packed, room, first).run();
}

}  // namespace assay
