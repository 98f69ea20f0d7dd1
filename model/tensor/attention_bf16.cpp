#include "model/tensor/attention_bf16.h"

#include "model/tensor/pack_keys_bf16.h"
#include "model/tensor/soft_rows_bf16.h"

namespace assay {
namespace {

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
  pack_keys(keys, [](std::int64_t pair) { return pair; }, packed);
}

void attend_bf16(const QueriesBf16& queries, const KeysBf16& keys, const PackedKeysBf16& packed, AttentionRoomBf16& room) {
  for (std::int64_t first = 0; first < queries.count; first += kQueries)
    attend_by(SoftRows(queries, keys.width, room, first, kQueries), kKeys, score, mix, keys, packed, room);
}

}  // namespace assay
