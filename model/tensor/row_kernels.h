#pragma once
#include <cstdint>

/// The inner loops of a decode step, where few rows meet all weights and the memory sets the pace. One set a kind of instructions; every sum is taken in
/// kRowLanes strands and then pairwise, so that a row's bits depend on the row alone, not on how many stand beside it.
namespace assay {

inline constexpr std::int64_t kRowLanes = 16;

/// out[r][o] = sum over i of x[r][i] · weight[o][i].
template <typename T>
struct FewRows {
  const T* x;             ///< [rows, in]
  std::int64_t rows, in;
  const T* weight;        ///< [outputs, in]; bfloat16 as its bits
  std::int64_t outputs;
  float* out;              ///< row r at out + r · out_stride
  std::int64_t out_stride;
};

/// Keys and values of one head, tokens one after the other.
template <typename T>
struct HeadPiece {
  const T *keys, *values;  ///< [length, width]
  std::int64_t length;
};

/// The query heads that share a key head, over all of its tokens: softmax(q kᵀ) v.
template <typename T>
struct HeadGroup {
  const float* q;  ///< [heads, width], scaled
  std::int64_t heads, width;
  const HeadPiece<T>* pieces;
  std::int64_t piece_count, length;  ///< `length` of all pieces
  float* scores;                     ///< room for [heads, length]
  float* out;                        ///< [heads, width]
};

/// IEEE's 16 bits.
struct HalfBits {
  std::uint16_t bits;
};

/// values[i] · scale, rounded once.
template <typename T>
using Widen = void (*)(const std::int8_t* values, std::int64_t count, float scale, T* wide);

struct RowKernels {
  void (*linear_bf16)(const FewRows<std::uint16_t>& work);
  void (*linear_half)(const FewRows<HalfBits>& work);
  void (*linear_float)(const FewRows<float>& work);
  void (*attend_bf16)(const HeadGroup<std::uint16_t>& group);
  void (*attend_half)(const HeadGroup<HalfBits>& group);
  void (*attend_float)(const HeadGroup<float>& group);
  Widen<std::uint16_t> widen_bf16;
  Widen<HalfBits> widen_half;
  Widen<float> widen_float;
  /// ln of the sum of e to the power of each of 1 or more values, in double; NaN where one is NaN, and -inf counts as nothing.
  double (*log_sum_exp)(const float* values, std::int64_t count);
  /// The first of the highest values; NaN is none of them, and where there is nothing else it is 0.
  std::int64_t (*argmax)(const float* values, std::int64_t count);
};

enum class RowInstructions { kPlain, kAvx2, kAvx512, kAvx512Bf16 };

/// The fastest kind that the machine has.
[[nodiscard]] RowInstructions best_row_instructions();
/// The loops of that kind; null where the machine or the compiler's target has no such instructions.
[[nodiscard]] const RowKernels* row_kernels_for(RowInstructions kind);
/// Those of the fastest kind.
[[nodiscard]] const RowKernels& row_kernels();

/// Private to the files of the kinds.
[[nodiscard]] const RowKernels* avx2_row_kernels();
[[nodiscard]] const RowKernels* avx512_row_kernels();
[[nodiscard]] const RowKernels* avx512_bf16_row_kernels();

}  // namespace assay
