#pragma once
#include <cstdint>

namespace assay {

// What lies between products, row by row in bfloat16, for machines with AVX-512 BF16. All pointers are to bfloat16 values. A row's bits are its own.

/// Rows to normalise, one after the other.
struct NormRowsBf16 {
  const std::uint16_t* x;       ///< [rows, width]
  std::int64_t rows, width;
  const std::uint16_t* weight;  ///< [width]
  const std::uint16_t* bias;    ///< [width]; layer_norm_bf16 alone, or null
  float eps;
  std::uint16_t* out;           ///< [rows, width]
};
/// x / √(mean x² + eps), rounded, · weight; sums in float32.
void rms_norm_bf16(const NormRowsBf16& rows);
/// (x − mean) / √(variance + eps) · weight + bias, rounded once; sums in float32.
void layer_norm_bf16(const NormRowsBf16& rows);

/// Heads to rotate by their rows' angles.
struct RotatedHeadsBf16 {
  const std::uint16_t* x;  ///< row r, head n at x + r · row_stride + n · head_stride
  std::int64_t row_stride, head_stride;
  std::int64_t rows, heads, width;
  const std::uint16_t *cos, *sin;  ///< [rows, width / 2]
  std::uint16_t* out;              ///< [rows, heads, width]
};
/// (a cos − b sin, b cos + a sin) of a head's halves a and b, each product rounded.
void rotate_bf16(const RotatedHeadsBf16& heads);

}  // namespace assay
