#pragma once
#include <cstdint>

#include "model/tensor/product_bf16.h"

namespace assay {

/// Two products, one of which makes the other's x, or three where a gate goes with the first: down(up(x)), or down(silu(gate(x)) · up(x)). What lies in between is never
/// whole: some of its values are made for some rows, used, and overwritten while they are still in a core's second cache. Bits are those of the products one by one.
struct MlpBf16 {
  ProductBf16 gate;  ///< what it makes is not written anywhere, and so with `up`
  ProductBf16 up;    ///< of the same x
  ProductBf16 down;  ///< whose x is not looked at; it is added to its `other`, whatever its `after`
  bool has_gate = false;
};

/// Whether multiply_mlp_amx() can do it: each product takes what the one before makes, weights are in bfloat16, inputs so few that panels stay for them, and all widths
/// multiples of what the tiles take. (x, rows and what is written are not looked at.)
[[nodiscard]] bool fits_mlp_amx(const MlpBf16& mlp);

/// How many rows it takes at a time, at the most, a multiple of kMlpRowsTogether; what begins at another one costs as much as if it began there.
[[nodiscard]] std::int64_t most_rows_mlp_amx(const MlpBf16& mlp);
inline constexpr std::int64_t kMlpRowsTogether = 32;

/// Room that one thread reuses from call to call, some 1 MiB.
struct MlpRoomAmx {
  static constexpr std::int64_t kSums = 1 << 17, kBetween = 1 << 17;
  alignas(64) float sums[kSums], sums_between[2 * kMlpRowsTogether * kPanelOutputs];
  alignas(64) std::uint16_t gate[kBetween], between[kBetween];
};

/// Where the process may use AMX: rows row_begin .. row_end.
void multiply_mlp_amx(const MlpBf16& mlp, std::int64_t row_begin, std::int64_t row_end, MlpRoomAmx& room);

}  // namespace assay
