#pragma once
#include <immintrin.h>

#include <cstdint>

#include "model/tensor/exp_avx512.h"

// Sixteen values of bfloat16 as floats, and functions of them, for files compiled with AVX-512 BF16 and called only where the machine has it (see panel_bf16.h).
namespace assay {
namespace {

inline __m512 widened(__m256i bits) { return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16)); }
inline __m256i narrowed(__m512 values) { return reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(values)); }
/// Rounded to bfloat16, as a tensor in between would have been.
inline __m512 rounded(__m512 values) { return widened(narrowed(values)); }

/// The lanes of a vector that `count` more values fill.
inline __mmask16 lanes(std::int64_t count) { return static_cast<__mmask16>(count >= 16 ? 0xFFFFU : count <= 0 ? 0U : (1U << count) - 1U); }
inline __m512 load_bf16(const std::uint16_t* from, __mmask16 mask) { return widened(_mm256_maskz_loadu_epi16(mask, from)); }
inline __m512 load_bf16(const std::uint16_t* from) { return widened(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from))); }
inline void store_bf16(std::uint16_t* to, __mmask16 mask, __m512 values) { _mm256_mask_storeu_epi16(to, mask, narrowed(values)); }

/// 1 + e⁻ˣ
inline __m512 one_and_exp_of_minus(__m512 x) { return _mm512_add_ps(_mm512_set1_ps(1.0F), exp_of(_mm512_sub_ps(_mm512_setzero_ps(), x))); }
inline __m512 sigmoid_of(__m512 x) { return _mm512_div_ps(_mm512_set1_ps(1.0F), one_and_exp_of_minus(x)); }
inline __m512 silu_of(__m512 x) { return _mm512_div_ps(x, one_and_exp_of_minus(x)); }

/// 1 / x of what is neither zero, tiny nor huge, to a unit in the last place or so.
inline __m512 reciprocal_of(__m512 x) {
  const __m512 about = _mm512_rcp14_ps(x);
  return _mm512_mul_ps(about, _mm512_fnmadd_ps(x, about, _mm512_set1_ps(2.0F)));
}

/// x · Φ(x), the GELU by the error function, within 2e-6 of what it is for either sign, for what is going to be rounded to bfloat16.  Source: Abramowitz & Stegun 7.1.26
inline __m512 gelu_of(__m512 x) {
  const __m512 one = _mm512_set1_ps(1.0F), z = _mm512_mul_ps(_mm512_abs_ps(x), _mm512_set1_ps(0.707106781F));
  const __m512 t = reciprocal_of(_mm512_fmadd_ps(_mm512_min_ps(z, _mm512_set1_ps(100.0F)), _mm512_set1_ps(0.3275911F), one));
  __m512 p = _mm512_set1_ps(0.5F * 1.061405429F);
  constexpr float kRest[] = {0.5F * -1.453152027F, 0.5F * 1.421413741F, 0.5F * -0.284496736F, 0.5F * 0.254829592F, 0.0F};
#pragma GCC unroll 5
  for (const float c : kRest) p = _mm512_fmadd_ps(p, t, _mm512_set1_ps(c));
  const __m512 tail = _mm512_mul_ps(p, short_exp2_of(_mm512_mul_ps(z, _mm512_mul_ps(z, _mm512_set1_ps(-kLog2E)))));  // Φ(-|x|)
  const __mmask16 is_positive = _mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_GT_OQ);
  return _mm512_mul_ps(x, _mm512_mask_sub_ps(tail, is_positive, one, tail));
}

}  // namespace
}  // namespace assay
