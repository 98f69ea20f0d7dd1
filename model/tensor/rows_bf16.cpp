#include "model/tensor/rows_bf16.h"

#include <cmath>

#include "model/tensor/vectors_bf16.h"

namespace assay {
namespace {

constexpr std::int64_t kVector = 16;

/// Calls work.operator()<Rows>(first) for some rows at a time, whose sums do not wait for one another. A row's sums are taken in one order, whatever stands beside it.
template <typename Work>
void for_some_rows(std::int64_t rows, const Work& work) {
  constexpr int kTogether = 4;
  std::int64_t r = 0;
  for (; r + kTogether <= rows; r += kTogether) work.template operator()<kTogether>(r);
  for (; r < rows; ++r) work.template operator()<1>(r);
}

/// Rows' sums of x − shift, and of its square.
template <int Rows>
struct Moments {
  float sums[Rows], squares[Rows];

  Moments(const std::uint16_t* x, std::int64_t width, const float (&shifts)[Rows]) {
    __m512 sum[Rows], square[Rows];
    for (int r = 0; r < Rows; ++r) sum[r] = square[r] = _mm512_setzero_ps();
    for (std::int64_t i = 0; i < width; i += kVector) {
      const auto mask = lanes(width - i);
#pragma GCC unroll 4
      for (int r = 0; r < Rows; ++r) {
        const __m512 moved = _mm512_maskz_sub_ps(mask, load_bf16(x + r * width + i, mask), _mm512_set1_ps(shifts[r]));
        sum[r] = _mm512_add_ps(sum[r], moved);
        square[r] = _mm512_fmadd_ps(moved, moved, square[r]);
      }
    }
    for (int r = 0; r < Rows; ++r) sums[r] = _mm512_reduce_add_ps(sum[r]), squares[r] = _mm512_reduce_add_ps(square[r]);
  }
};

}  // namespace

void rms_norm_bf16(const NormRowsBf16& rows) {
  const auto width = rows.width;
  for_some_rows(rows.rows, [&]<int Rows>(std::int64_t first) {
    const Moments<Rows> moments(rows.x + first * width, width, {});
    for (int r = 0; r < Rows; ++r) {
      const std::uint16_t* x = rows.x + (first + r) * width;
      const __m512 factor = _mm512_set1_ps(1.0F / std::sqrt(moments.squares[r] / static_cast<float>(width) + rows.eps));
      for (std::int64_t i = 0; i < width; i += kVector) {
        const auto mask = lanes(width - i);
        const __m512 scaled = rounded(_mm512_mul_ps(load_bf16(x + i, mask), factor));
        store_bf16(rows.out + (first + r) * width + i, mask, _mm512_mul_ps(scaled, load_bf16(rows.weight + i, mask)));
      }
    }
  });
}

void layer_norm_bf16(const NormRowsBf16& rows) {
  const auto width = rows.width;
  const auto count = static_cast<float>(width);
  for_some_rows(rows.rows, [&]<int Rows>(std::int64_t first) {
    const std::uint16_t* const all = rows.x + first * width;
    const Moments<Rows> raw(all, width, {});
    float means[Rows];
    for (int r = 0; r < Rows; ++r) means[r] = raw.sums[r] / count;
    const Moments<Rows> moved(all, width, means);
    for (int r = 0; r < Rows; ++r) {
      const std::uint16_t* x = all + r * width;
      const float scale = 1.0F / std::sqrt(moved.squares[r] / count + rows.eps);
      const __m512 factor = _mm512_set1_ps(scale), shift = _mm512_set1_ps(means[r]);
      for (std::int64_t i = 0; i < width; i += kVector) {
        const auto mask = lanes(width - i);
        const __m512 normal = _mm512_mul_ps(_mm512_sub_ps(load_bf16(x + i, mask), shift), factor);
        const __m512 bias = rows.bias == nullptr ? _mm512_setzero_ps() : load_bf16(rows.bias + i, mask);
        store_bf16(rows.out + (first + r) * width + i, mask, _mm512_fmadd_ps(normal, load_bf16(rows.weight + i, mask), bias));
      }
    }
  });
}

void rotate_bf16(const RotatedHeadsBf16& heads) {
  const auto half = heads.width / 2;
  for (std::int64_t r = 0; r < heads.rows; ++r) {
    for (std::int64_t n = 0; n < heads.heads; ++n) {
      const std::uint16_t* x = heads.x + r * heads.row_stride + n * heads.head_stride;
      std::uint16_t* out = heads.out + (r * heads.heads + n) * heads.width;
      for (std::int64_t i = 0; i < half; i += kVector) {
        const auto mask = lanes(half - i);
        const __m512 a = load_bf16(x + i, mask), b = load_bf16(x + half + i, mask);
        const __m512 cos = load_bf16(heads.cos + r * half + i, mask), sin = load_bf16(heads.sin + r * half + i, mask);
        store_bf16(out + i, mask, _mm512_sub_ps(rounded(_mm512_mul_ps(a, cos)), rounded(_mm512_mul_ps(b, sin))));
        store_bf16(out + half + i, mask, _mm512_add_ps(rounded(_mm512_mul_ps(b, cos)), rounded(_mm512_mul_ps(a, sin))));
      }
    }
  }
}

}  // namespace assay
