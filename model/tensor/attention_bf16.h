#pragma once
#include <cstdint>

namespace assay {

// Attention in bfloat16 for machines with AVX-512 BF16. All pointers are to bfloat16 values, rows strided in elements.

/// Keys and values of one head.
struct KeysBf16 {
  const std::uint16_t *k, *v;
  std::int64_t k_stride, v_stride;
  std::int64_t count = 0;  ///< S
  std::int64_t width = 0;  ///< K, a multiple of kHeadWidths, at most kWidestHead
};

/// Some of the queries that look at them.
struct QueriesBf16 {
  const std::uint16_t* q;
  std::uint16_t* out;
  std::int64_t q_stride, out_stride;
  std::int64_t count = 0;         ///< rows at `q` and `out`
  std::int64_t visible_keys = 0;  ///< how many keys the first one sees, at least one
  bool is_causal = false;         ///< each further one sees one key more; else as many
};

inline constexpr std::int64_t kHeadWidths = 32, kWidestHead = 256;
/// Keys that are looked at together, and queries: no kind of kernel takes more.
inline constexpr std::int64_t kKeysTogether = 512, kQueriesTogether = 32;

/// What pack_keys_bf16 or pack_keys_amx fills: room for `packed_size(S, K)` values each.
struct PackedKeysBf16 {
  std::uint16_t *keys, *values;
};
[[nodiscard]] constexpr std::int64_t packed_size(std::int64_t keys, std::int64_t width) { return (keys + 31) / 32 * 32 * width; }

/// From a query's scores and shares to the next one's: a cache line more than they fill, for otherwise all queries' would lie in a few of the cache's sets.
inline constexpr std::int64_t kScoresStride = kKeysTogether + 16, kSharesStride = kKeysTogether + 32;

/// Room that one thread reuses from call to call, some 150 KiB.
struct AttentionRoomBf16 {
  alignas(64) float scores[kQueriesTogether * kScoresStride];
  alignas(64) float sums[kQueriesTogether * kWidestHead];
  alignas(64) std::uint16_t shares[kQueriesTogether * kSharesStride];
  alignas(64) std::uint16_t queries[kQueriesTogether * kWidestHead];
};

/// For attend_bf16.
void pack_keys_bf16(const KeysBf16& keys, const PackedKeysBf16& packed);
/// For attend_amx, where the process may use AMX: values in the order in which it has their shares.
void pack_keys_amx(const KeysBf16& keys, const PackedKeysBf16& packed);

/// softmax(q kᵀ / √K) v, products in bfloat16, sums and softmax in float32; a softmax over up to kKeysTogether keys at a time, rescaled where a later key scores
/// higher. A row's bits depend on its query and on the keys it sees alone: not on the other rows, nor on how many keys come after.
/// Source: Dao et al. 2022, FlashAttention, section 3.1 (the rescaling)
void attend_bf16(const QueriesBf16& queries, const KeysBf16& keys, const PackedKeysBf16& packed, AttentionRoomBf16& room);
/// The same where the process may use AMX (has_amx_bf16()), with other sums; the softmax is relative to a score among the first and never rescaled, and its shares, of
/// which the totals are taken as they are in bfloat16, are right to 0.0063 of them.
void attend_amx(const QueriesBf16& queries, const KeysBf16& keys, const PackedKeysBf16& packed, AttentionRoomBf16& room);

}  // namespace assay
