#pragma once
#include <cstdint>

namespace assay {

// x Wᵀ + b in bfloat16 for machines with AVX-512 BF16, from weights packed in panels of 32 outputs (panel_bf16.h), in bfloat16 or in 8 bits. One kernel
// serves the few rows of a decode step, at the pace of the memory, and the many of a prompt, near what the cores can do: by vectors, or by tiles where there is
// AMX. Every sum is taken in float32 in one order of the inputs, the kernel's own, so that a row's bits are its own however many rows stand beside it. Pointers
// to std::uint16_t are to bfloat16 values.

inline constexpr std::int64_t kPanelOutputs = 32;

/// Of a packed row: `inputs` with zeros behind them.
[[nodiscard]] constexpr std::int64_t padded_inputs(std::int64_t inputs) { return (inputs + 31) / 32 * 32; }
/// Values a packed weight takes.  `inputs` must be even.
[[nodiscard]] constexpr std::int64_t packed_weight_size(std::int64_t outputs, std::int64_t inputs) {
  return (outputs + kPanelOutputs - 1) / kPanelOutputs * kPanelOutputs * padded_inputs(inputs);
}

/// Panels first .. last of weight [outputs, inputs]; inputs are padded to a multiple of 32.
void pack_weight_bf16(const std::uint16_t* weight, std::int64_t outputs, std::int64_t inputs, std::int64_t first, std::int64_t last, std::uint16_t* packed);

/// The same panels of a weight in 8 bits.
void pack_weight_int8(const std::int8_t* weight, std::int64_t outputs, std::int64_t inputs, std::int64_t first, std::int64_t last, std::int8_t* packed);

/// What is done with a product before it is written, each step rounded to bfloat16 as a tensor in between would have been.
enum class AfterBf16 {
  kNothing,
  kGelu,         ///< gelu(y), by the error function
  kQuickGelu,    ///< y · sigmoid(1.702 y)
  kAddTo,        ///< other + y, or other + y · scale
  kMultiplySilu  ///< silu(other) · y
};

/// Rows and panels of a product.
struct ProductBf16 {
  const std::uint16_t* x;       ///< [rows, inputs]
  std::int64_t rows, inputs;
  const std::uint16_t* packed;  ///< of the whole weight; null where that is in 8 bits
  const std::uint16_t* bias;    ///< [outputs] or null
  std::int64_t outputs;
  std::uint16_t* out;           ///< [rows, outputs]
  AfterBf16 after = AfterBf16::kNothing;
  const std::uint16_t* other = nullptr;  ///< [rows, outputs]; may be `out`
  const std::uint16_t* scale = nullptr;  ///< [outputs] or null
  const std::int8_t* packed8 = nullptr;  ///< of the whole weight; what is computed with is packed8 · scales8, each rounded once
  const float* scales8 = nullptr;        ///< [outputs]
};

/// Rows that multiply_bf16() takes in one go.
inline constexpr std::int64_t kVectorRows = 8;
/// Rows from which on a panel in 8 bits is widened once for all of them.
inline constexpr std::int64_t kManyRows = 17;

/// Writes out[row_begin .. row_end) of the outputs in panels panel_begin .. panel_end. `room`: of packed_weight_size(kPanelOutputs, inputs) values where there are
/// kManyRows rows and the weight is in 8 bits, else not looked at.
void multiply_bf16(const ProductBf16& product, std::int64_t row_begin, std::int64_t row_end, std::int64_t panel_begin, std::int64_t panel_end, std::uint16_t* room);

/// What of a product a kernel takes at a time, at the most.
struct PieceBf16 {
  std::int64_t rows, panels;
  bool keeps_panels;  ///< the panels stay in a core's second cache, from piece to piece of the same ones, and each row meets all of them; else the rows do
};
/// Inputs of panels that stay, at the most: a block of rows of so many is about what the nearest cache holds.
inline constexpr std::int64_t kAmxInputsOfKept = 1024;
/// multiply_amx()'s.
inline constexpr std::int64_t kAmxInputsTogether = 640, kAmxMostRows = 512, kAmxPanels = 4;  // where the rows stay
[[nodiscard]] PieceBf16 piece_amx(const ProductBf16& product);

/// Room that one thread reuses from call to call.
struct ProductRoomAmx {
  alignas(64) float sums[kAmxMostRows * kAmxPanels * kPanelOutputs];
  alignas(64) std::uint16_t panel[kAmxInputsTogether * kPanelOutputs];  ///< in 8 bits, widened
};

/// The same where the process may use AMX (has_amx_bf16()), with other sums: 32 inputs at a time, those of even and of odd places apart, however
/// the product is cut. At most what piece_amx() says; `inputs` must be padded_inputs() already.
void multiply_amx(const ProductBf16& product, std::int64_t row_begin, std::int64_t row_end, std::int64_t panel_begin, std::int64_t panel_end, ProductRoomAmx& room);

}  // namespace assay
