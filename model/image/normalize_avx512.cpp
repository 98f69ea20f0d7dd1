#include "model/image/normalize_avx512.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include <cstring>

#define ASSAY_AVX512 [[gnu::target("avx512f,avx512bw,avx512vl,avx512vbmi")]]

namespace assay {
namespace {

constexpr int kPixels = 16;  // a vector of floats

// a / b, correctly rounded unless b is one of few: q = a * (1 / b), then q + (a - q * b) * (1 / b).
ASSAY_AVX512 inline __m512 divide(__m512 a, __m512 b, __m512 inverse) {
  const __m512 quotient = _mm512_mul_ps(a, inverse);
  return _mm512_fmadd_ps(_mm512_fnmadd_ps(quotient, b, a), inverse, quotient);
}

ASSAY_AVX512 inline __m512 normalized(__m128i bytes, float mean, float deviation) {
  const __m512 x = _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(bytes));
  const __m512 share = divide(x, _mm512_set1_ps(255.0F), _mm512_set1_ps(1.0F / 255.0F));
  return divide(_mm512_sub_ps(share, _mm512_set1_ps(mean)), _mm512_set1_ps(deviation), _mm512_set1_ps(1.0F / deviation));
}

}  // namespace

ASSAY_AVX512 void normalize_row_avx512(const Normalization& normalization, const std::uint8_t* rgb, int count, float* red,
                                       float* green, float* blue) {
  alignas(64) std::uint8_t gather[64] = {};
  for (int c = 0; c < 3; ++c) {
    for (int i = 0; i < kPixels; ++i) gather[kPixels * c + i] = static_cast<std::uint8_t>(3 * i + c);
  }
  const __m512i order = _mm512_load_si512(gather);
  float* const outs[3] = {red, green, blue};
  for (int x = 0; x < count; x += kPixels) {
    const int pixels = count - x < kPixels ? count - x : kPixels;
    const __m512i bytes =
        _mm512_maskz_loadu_epi8(_cvtu64_mask64((std::uint64_t{1} << (3 * pixels)) - 1), rgb + std::ptrdiff_t{3} * x);
    const __m512i planes = _mm512_permutexvar_epi8(order, bytes);
    const __m128i channels[3] = {_mm512_castsi512_si128(planes), _mm512_extracti32x4_epi32(planes, 1),
                                 _mm512_extracti32x4_epi32(planes, 2)};
    const __mmask16 kept = static_cast<__mmask16>((1U << pixels) - 1);
    for (int c = 0; c < 3; ++c) {
      _mm512_mask_storeu_ps(outs[c] + x, kept, normalized(channels[c], normalization.mean[c], normalization.deviation[c]));
    }
  }
}

}  // namespace assay
#else
namespace assay {
void normalize_row_avx512(const Normalization&, const std::uint8_t*, int, float*, float*, float*) {}
}  // namespace assay
#endif
