#pragma once
#include <cstdint>

namespace assay {

/// One attention head in bfloat16, for machines with AVX-512 BF16. All pointers are to bfloat16 values, rows strided in elements.
struct HeadBf16 {
  const std::uint16_t *q, *k, *v;
  std::uint16_t* out;
  std::int64_t q_stride, k_stride, v_stride, out_stride;
  std::int64_t query_count = 0;  ///< T
  std::int64_t key_count = 0;    ///< S
  std::int64_t width = 0;        ///< K, a multiple of kHeadColumns
  bool is_causal = false;        ///< query t sees keys up to S − T + t
};

/// Queries a block, and keys or channels a block. A head's width must be a multiple of kHeadColumns.
inline constexpr std::int64_t kHeadRows = 8, kHeadColumns = 32;

/// Room that one thread reuses from head to head, owned by the caller. With S' = S rounded up to kHeadColumns:
struct HeadRoomBf16 {
  std::uint16_t* keys;     ///< [S' · K]
  std::uint16_t* values;   ///< [S' · K]
  std::uint16_t* queries;  ///< [kHeadRows · K]
  std::uint16_t* shares;   ///< [kHeadRows · S']
  float* scores;           ///< [kHeadRows · S']
};

/// True when this machine can run attend_head_bf16.
[[nodiscard]] bool has_avx512_bf16();

/// softmax(q kᵀ / √K) v, products in bfloat16, sums and softmax in float32. A row's bits depend on its query and on the keys it sees
/// alone: not on the other rows, nor on how many keys come after.
void attend_head_bf16(const HeadBf16& head, const HeadRoomBf16& room);

}  // namespace assay
