#include "model/tensor/attention_bf16.h"

#include "model/tensor/soft_rows_bf16.h"

namespace assay {
namespace {

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

constexpr std::int64_t kQueries = 8, kKeys = 512;
static_assert(kQueries <= kQueriesTogether && kKeys <= kKeysTogether);

void score(AttentionRoomBf16& room, const std::uint16_t* keys, std::int64_t K, std::int64_t count) {
  __m512 products[kQueries][2];
  for (std::int64_t s = 0; s < count; s += kPanelRows) {
    multiply_panel(room.queries, K, PanelBf16{keys + s * K}, K / 2, products);
    for (std::int64_t r = 0; r < kQueries; ++r) {
      _mm512_store_ps(room.scores + r * kScoresStride + s, products[r][0]);
      _mm512_store_ps(room.scores + r * kScoresStride + s + 16, products[r][1]);
    }
  }
}

/// `values`: the first width's; the next one's are `padded` rows on.
void mix(AttentionRoomBf16& room, const std::uint16_t* values, std::int64_t K, std::int64_t padded, std::int64_t count) {
  __m512 products[kQueries][2];
  for (std::int64_t d = 0; d < K; d += kPanelRows) {
    multiply_panel(room.shares, kSharesStride, PanelBf16{values + d * padded}, count / 2, products);
    for (std::int64_t r = 0; r < kQueries; ++r) {
      float* sums = room.sums + r * K + d;
      _mm512_store_ps(sums, _mm512_add_ps(_mm512_load_ps(sums), products[r][0]));
      _mm512_store_ps(sums + 16, _mm512_add_ps(_mm512_load_ps(sums + 16), products[r][1]));
    }
  }
}

}  // namespace

void pack_keys_bf16(const KeysBf16& keys, const PackedKeysBf16& packed) {
  for (std::int64_t s = 0; s < keys.count; s += kPanelRows)
    pack_panel(keys.k + s * keys.k_stride, keys.k_stride, keys.count - s, keys.width / 2, packed.keys + s * keys.width);
  pack_values(keys, packed.values);
}

void attend_bf16(const QueriesBf16& queries, const KeysBf16& keys, const PackedKeysBf16& packed, AttentionRoomBf16& room) {
  for (std::int64_t first = 0; first < queries.count; first += kQueries)
    attend_by(SoftRows(queries, keys.width, room, first, kQueries), kKeys, score, mix, keys, packed, room);
}

}  // namespace assay
