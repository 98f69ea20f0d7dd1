#include "model/tensor/soft_rows_bf16.h"
#include "model/tensor/tiles_amx.h"

namespace assay {
namespace {

constexpr std::int64_t kQueries = kRowsOfTiles, kKeys = 256;
static_assert(kQueries <= kQueriesTogether && kKeys <= kKeysTogether);

constexpr auto kNothing = [] {};

void score(AttentionRoomBf16& room, const std::uint16_t* keys, std::int64_t K, std::int64_t count) {
  for (std::int64_t s = 0; s < count; s += kPanelRows) {
    zero_sums<2>();
    multiply_tiles<2, OftenRead::kRows>(room.queries, K, keys + s * K, K / kTileValues, kNothing);
    store_sums<2>(room.scores + s, kScoresStride);
  }
}

/// `values`: the first width's; the next one's are `padded` rows on.
void mix(AttentionRoomBf16& room, const std::uint16_t* values, std::int64_t K, std::int64_t padded, std::int64_t count) {
  for (std::int64_t d = 0; d < K; d += kPanelRows) {
    load_sums<2>(room.sums + d, K);
    multiply_tiles<2, OftenRead::kRows>(room.shares, kSharesStride, values + d * padded, count / kTileValues, kNothing);
    store_sums<2>(room.sums + d, K);
  }
}

}  // namespace

void attend_amx(const QueriesBf16& queries, const KeysBf16& keys, const PackedKeysBf16& packed, AttentionRoomBf16& room) {
  const Tiles tiles(kQueries);
  for (std::int64_t first = 0; first < queries.count; first += kQueries)
    attend_by(SoftRows(queries, keys.width, room, first, kQueries), kKeys, score, mix, keys, packed, room);
}

}  // namespace assay
