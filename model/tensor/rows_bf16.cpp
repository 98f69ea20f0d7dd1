#include "model/tensor/rows_bf16.h"

#include <cmath>

#include "model/tensor/vectors_bf16.h"

namespace assay {
namespace {

constexpr std::int64_t kVector = 16;

/// Sums of x − shift and of its square.
struct Moments {
  float sum, squares;
};
Moments moments(const std::uint16_t* x, std::int64_t width, float shift) {
  __m512 sum = _mm512_setzero_ps(), squares = _mm512_setzero_ps();
  for (std::int64_t i = 0; i < width; i += kVector) {
    const auto mask = lanes(width - i);
    const __m512 moved = _mm512_maskz_sub_ps(mask, load_bf16(x + i, mask), _mm512_set1_ps(shift));
    sum = _mm512_add_ps(sum, moved);
    squares = _mm512_fmadd_ps(moved, moved, squares);
  }
  return {_mm512_reduce_add_ps(sum), _mm512_reduce_add_ps(squares)};
}

}  // namespace

void rms_norm_bf16(const NormRowsBf16& rows) {
  const auto width = rows.width;
  for (std::int64_t r = 0; r < rows.rows; ++r) {
    const std::uint16_t* x = rows.x + r * width;
    const __m512 factor = _mm512_set1_ps(1.0F / std::sqrt(moments(x, width, 0).squares / static_cast<float>(width) + rows.eps));
    for (std::int64_t i = 0; i < width; i += kVector) {
      const auto mask = lanes(width - i);
      const __m512 scaled = rounded(_mm512_mul_ps(load_bf16(x + i, mask), factor));
      store_bf16(rows.out + r * width + i, mask, _mm512_mul_ps(scaled, load_bf16(rows.weight + i, mask)));
    }
  }
}

void layer_norm_bf16(const NormRowsBf16& rows) {
  const auto width = rows.width;
  const auto count = static_cast<float>(width);
  for (std::int64_t r = 0; r < rows.rows; ++r) {
    const std::uint16_t* x = rows.x + r * width;
    const float mean = moments(x, width, 0).sum / count;
    const float scale = 1.0F / std::sqrt(moments(x, width, mean).squares / count + rows.eps);
    const __m512 factor = _mm512_set1_ps(scale), shift = _mm512_set1_ps(mean);
    for (std::int64_t i = 0; i < width; i += kVector) {
      const auto mask = lanes(width - i);
      const __m512 normal = _mm512_mul_ps(_mm512_sub_ps(load_bf16(x + i, mask), shift), factor);
      const __m512 bias = rows.bias == nullptr ? _mm512_setzero_ps() : load_bf16(rows.bias + i, mask);
      store_bf16(rows.out + r * width + i, mask, _mm512_fmadd_ps(normal, load_bf16(rows.weight + i, mask), bias));
    }
  }
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
