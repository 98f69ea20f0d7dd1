#pragma once
#include <immintrin.h>

#include "model/tensor/exp_avx512.h"
#include "model/tensor/row_kernels_body.h"

// For files compiled with AVX-512 alone.
namespace assay {
namespace {

struct Avx512 {
  using Type = __m512;
  static constexpr int kRows = 8, kOutputs = 3, kHeads = 2;
  static constexpr std::int64_t step(const void*) { return kRowLanes; }
  static Type zero() { return _mm512_setzero_ps(); }
  static Type all(float value) { return _mm512_set1_ps(value); }
  static Type load(const float* from) { return _mm512_loadu_ps(from); }
  static Type load(const std::uint16_t* from) {
    const auto words = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(words), 16));
  }
  static Type load(const HalfBits* from) { return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from))); }
  static Type load(const std::int8_t* from) {
    return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from))));
  }
  static Type factor(const auto* from) { return load(from); }
  static void store(Type value, float* to) { _mm512_storeu_ps(to, value); }
  static void store(Type value, std::uint16_t* to) {
    const __m512i bits = _mm512_castps_si512(value), odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
    const __m512i rounded = _mm512_srli_epi32(_mm512_add_epi32(_mm512_add_epi32(bits, _mm512_set1_epi32(0x7FFF)), odd), 16);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), _mm512_cvtepi32_epi16(rounded));
  }
  static void store(Type value, HalfBits* to) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), _mm512_cvtps_ph(value, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
  }
  static Type fma(Type a, Type b, Type c) { return _mm512_fmadd_ps(a, b, c); }
  static Type max(Type a, Type b) { return _mm512_max_ps(a, b); }
  static Type exp(Type x) { return normal_exp_of(x); }

  /// Lanes i + (i + 8), then i + (i + 4).
  static __m128 quarter(Type value) {
    const __m256 eight = _mm256_add_ps(_mm512_castps512_ps256(value), _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(value), 1)));
    return _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  }
  static float sum(Type value) {
    const __m128 four = quarter(value), two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps(two, two, 1)));
  }
  static void sum_four(const Type* four, float* sums) {
    const __m128 a = quarter(four[0]), b = quarter(four[1]), c = quarter(four[2]), d = quarter(four[3]);
    const __m128 ab = _mm_add_ps(_mm_unpacklo_ps(a, b), _mm_unpackhi_ps(a, b)), cd = _mm_add_ps(_mm_unpacklo_ps(c, d), _mm_unpackhi_ps(c, d));
    _mm_storeu_ps(sums, _mm_add_ps(_mm_movelh_ps(ab, cd), _mm_movehl_ps(cd, ab)));
  }
};

}  // namespace
}  // namespace assay
