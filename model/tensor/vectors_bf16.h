#pragma once
#include <immintrin.h>

#include <cstdint>

#include "model/tensor/exp_avx512.h"
#include "model/tensor/gelu_table.h"

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

/// 1 / x of what is neither zero, tiny nor huge, to a unit in the last place or so.
inline __m512 reciprocal_of(__m512 x) {
  const __m512 about = _mm512_rcp14_ps(x);
  return _mm512_mul_ps(about, _mm512_fnmadd_ps(x, about, _mm512_set1_ps(2.0F)));
}

/// 1 / (1 + e⁻ˣ) to 3e-6 of it, for what is going to be rounded to bfloat16; not less than 7e-37.
inline __m512 sigmoid_of(__m512 x) {
  const __m512 power = short_exp2_of(_mm512_min_ps(_mm512_mul_ps(x, _mm512_set1_ps(-kLog2E)), _mm512_set1_ps(120.0F)));
  return reciprocal_of(_mm512_add_ps(_mm512_set1_ps(1.0F), power));
}
inline __m512 silu_of(__m512 x) { return _mm512_mul_ps(x, sigmoid_of(x)); }

/// x · Φ(x), the GELU by the error function, within 1e-6 of what it is for either sign, for what is going to be rounded to bfloat16.
inline __m512 gelu_of(__m512 x) {
  const __m512 size = _mm512_abs_ps(x), places = _mm512_set1_ps(kGeluPlaces), last = _mm512_set1_ps(31.0F / kGeluPlaces);
  const __m512 in_low_bits = _mm512_set1_ps(0x1.8p23F);  // added to a number it leaves the nearest integer there
  const __m512 within = _mm512_min_ps(size, last), place = _mm512_fmadd_ps(within, places, in_low_bits);
  const __m512 rest = _mm512_fmsub_ps(within, places, _mm512_sub_ps(place, in_low_bits));
  __m512 p = _mm512_setzero_ps();
#pragma GCC unroll 4
  for (int power = 3; power >= 0; --power) {
    const __m512 c = _mm512_permutex2var_ps(_mm512_load_ps(kGeluTable[power]), _mm512_castps_si512(place), _mm512_load_ps(kGeluTable[power] + 16));
    p = power == 3 ? c : _mm512_fmadd_ps(p, rest, c);
  }
  return _mm512_fmadd_ps(size, p, _mm512_mul_ps(x, _mm512_set1_ps(0.5F)));
}

}  // namespace
}  // namespace assay
