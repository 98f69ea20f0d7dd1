#if defined(__AVX2__) && defined(__FMA__) && defined(__F16C__)
#include <immintrin.h>

#include "model/tensor/exp2_polynomial.h"
#include "model/tensor/row_kernels_body.h"

namespace assay {
namespace {

struct Avx2 {
  struct Type {
    __m256 low, high;
  };
  static constexpr int kRows = 2, kOutputs = 2, kHeads = 1;
  static constexpr std::int64_t step(const void*) { return kRowLanes; }
  static Type factor(const auto* from) { return load(from); }
  static __m256 widened(const std::uint16_t* from) {
    const auto words = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(words), 16));
  }
  static Type zero() { return {_mm256_setzero_ps(), _mm256_setzero_ps()}; }
  static Type all(float value) { return {_mm256_set1_ps(value), _mm256_set1_ps(value)}; }
  static Type load(const float* from) { return {_mm256_loadu_ps(from), _mm256_loadu_ps(from + 8)}; }
  static Type load(const std::uint16_t* from) { return {widened(from), widened(from + 8)}; }
  static Type load(const HalfBits* from) {
    const auto* eight = reinterpret_cast<const __m128i*>(from);
    return {_mm256_cvtph_ps(_mm_loadu_si128(eight)), _mm256_cvtph_ps(_mm_loadu_si128(eight + 1))};
  }
  static __m256 widened(const std::int8_t* from) {
    return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(from))));
  }
  static Type load(const std::int8_t* from) { return {widened(from), widened(from + 8)}; }
  static __m256i rounded(__m256 value) {
    const __m256i bits = _mm256_castps_si256(value), odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
    return _mm256_srli_epi32(_mm256_add_epi32(_mm256_add_epi32(bits, _mm256_set1_epi32(0x7FFF)), odd), 16);
  }
  static void store(Type value, std::uint16_t* to) {
    const __m256i words = _mm256_packus_epi32(rounded(value.low), rounded(value.high));  // within each half
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), _mm256_permute4x64_epi64(words, _MM_SHUFFLE(3, 1, 2, 0)));
  }
  static void store(Type value, HalfBits* to) {
    constexpr int kToEven = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;
    auto* eight = reinterpret_cast<__m128i*>(to);
    _mm_storeu_si128(eight, _mm256_cvtps_ph(value.low, kToEven)), _mm_storeu_si128(eight + 1, _mm256_cvtps_ph(value.high, kToEven));
  }
  static void store(Type value, float* to) { _mm256_storeu_ps(to, value.low), _mm256_storeu_ps(to + 8, value.high); }
  static Type fma(Type a, Type b, Type c) { return {_mm256_fmadd_ps(a.low, b.low, c.low), _mm256_fmadd_ps(a.high, b.high, c.high)}; }
  static Type max(Type a, Type b) { return {_mm256_max_ps(a.low, b.low), _mm256_max_ps(a.high, b.high)}; }
  /// As exp_avx512.h's; 0 below -87, where float32's own numbers grow short of digits.
  static __m256 exp(__m256 x) {
    const __m256 two = _mm256_mul_ps(x, _mm256_set1_ps(kLog2E));
    const __m256 n = _mm256_round_ps(two, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC), f = _mm256_sub_ps(two, n);
    __m256 p = _mm256_set1_ps(kExp2First);
#pragma GCC unroll 6
    for (const float c : kExp2Rest) p = _mm256_fmadd_ps(p, f, _mm256_set1_ps(c));
    const __m256i exponent = _mm256_slli_epi32(_mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127)), 23);
    return _mm256_andnot_ps(_mm256_cmp_ps(x, _mm256_set1_ps(-87.0F), _CMP_LT_OQ), _mm256_mul_ps(p, _mm256_castsi256_ps(exponent)));
  }
  static Type exp(Type x) { return {exp(x.low), exp(x.high)}; }
  static float sum(Type value) {
    const __m256 eight = _mm256_add_ps(value.low, value.high);
    const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps(two, two, 1)));
  }
  static void sum_four(const Type* four, float* sums) {
    for (int i = 0; i < 4; ++i) sums[i] = sum(four[i]);
  }
};

constexpr RowKernels kKernels = kernels_over<Avx2>();

}  // namespace

const RowKernels* avx2_row_kernels() { return &kKernels; }

}  // namespace assay
#else
#include "model/tensor/row_kernels.h"

namespace assay {
const RowKernels* avx2_row_kernels() { return nullptr; }
}  // namespace assay
#endif
