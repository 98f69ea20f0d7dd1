#pragma once
#include <cstddef>
#include <cstdint>

#include "model/image/resize.h"

/// The inner loops of resampling, one set a kind of instructions. Private to this folder.
///
/// Rows travel in fours. A *quad row* holds four rows with the four bytes of a column side by side: byte 4 * (3x + c) + r belongs
/// to row r. Both directions then multiply four neighbouring samples by four weights at a time, and the second pass needs no
/// shuffling. Weights have 24 bits, more than vector units multiply by bytes or words, so they are split into pieces that do
/// (`split`), each piece is summed apart, and the sums are put together again: exact, as every step wraps at 2^32.
namespace assay::resample {

constexpr int kQuad = 4;           ///< rows or samples taken together
constexpr int kBytePadding = 256;  ///< that kernels may read or write past the end of a quad row or an output row

struct QuadTaps {
  const int* first = nullptr;            ///< per output: the first sample
  const std::int32_t* pieces = nullptr;  ///< per output and quad of samples: the split weights
  int quads = 0;                         ///< per output, alike for all
  int outputs = 0;                       ///< a multiple of kQuad
};

struct Kernels {
  int pieces_per_quad = 0;
  /// Splits four weights into `pieces_per_quad` words.
  void (*split)(const std::int32_t* weights, std::int32_t* pieces) = nullptr;
  /// Four rows of RGB, each readable for 4 bytes past the last sample of its last quad  ->  one quad row.
  void (*across)(const std::uint8_t* const* rows, const QuadTaps& taps, std::uint8_t* quad_row) = nullptr;
  /// `quads` quad rows of `columns` columns, weighted  ->  one row of bytes.
  void (*down)(const std::uint8_t* const* quad_rows, int quads, const std::int32_t* pieces, int columns,
               std::uint8_t* row) = nullptr;
};

/// Four rows of bytes, as they are  ->  one quad row. Reads and writes in steps of 16 bytes of each row.
void interleave(const std::uint8_t* const* rows, std::size_t row_bytes, std::uint8_t* quad_row);

/// Null where the compiler's target has no such instructions. Whether the machine has them is has_instructions' business.
[[nodiscard]] const Kernels* avx2_kernels();
[[nodiscard]] const Kernels* avx512_kernels();

/// The inner loops of that kind, which the machine must run; null: the plain path.
[[nodiscard]] const Kernels* kernels_for(Instructions kind);

}  // namespace assay::resample
