#pragma once
#include <immintrin.h>

#include "model/tensor/exp2_polynomial.h"

// For files compiled with AVX-512.
namespace assay {
namespace {

template <int Count>
inline __m512 exp2_by(float first, const float (&rest)[Count], __m512 x) {
  const __m512 n = _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC), f = _mm512_sub_ps(x, n);
  __m512 p = _mm512_set1_ps(first);
#pragma GCC unroll 6
  for (const float c : rest) p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(c));
  return _mm512_scalef_ps(p, n);
}
/// 2ˣ, to about 2 units in the last place of float32; 0 where x is below -150, infinite where it is above 128.
inline __m512 exp2_of(__m512 x) { return exp2_by(kExp2First, kExp2Rest, x); }
/// To 2.6e-6 of it, for what is going to be rounded to bfloat16.
inline __m512 short_exp2_of(__m512 x) { return exp2_by(kShortExp2First, kShortExp2Rest, x); }

/// by(x), and 0 where x is below -125: where a number smaller than float32's normal ones arises or goes into a sum it costs more than a hundred cycles, and a softmax of far
/// apart scores is full of them.
template <typename By>
inline __m512 normal_or_0(__m512 x, const By& by) {
  const __m512 lowest = _mm512_set1_ps(-125.0F);  // a short power of -126 is a little less than the least normal number
  return _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(x, lowest, _CMP_NLT_UQ), by(_mm512_max_ps(lowest, x)));
}
inline __m512 normal_exp2_of(__m512 x) {
  return normal_or_0(x, [](__m512 y) { return exp2_of(y); });
}
inline __m512 short_normal_exp2_of(__m512 x) {
  return normal_or_0(x, [](__m512 y) { return short_exp2_of(y); });
}
inline __m512 normal_exp_of(__m512 x) { return normal_exp2_of(_mm512_mul_ps(x, _mm512_set1_ps(kLog2E))); }

}  // namespace
}  // namespace assay
