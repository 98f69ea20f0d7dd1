#include "model/image/resample_kernels.h"
#include "model/image/resample_weights.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include <cstring>

#define ASSAY_AVX512 [[gnu::target("avx512f,avx512bw,avx512vl,avx512vnni,avx512vbmi")]]

namespace assay::resample {
namespace {

// A weight as three signed digits of base 256: what VPDPBUSD multiplies unsigned bytes by, four at a time.
void split(const std::int32_t* weights, std::int32_t* pieces) {
  std::int8_t digits[3][kQuad];
  for (int i = 0; i < kQuad; ++i) {
    std::int32_t rest = weights[i];
    for (auto& digit : digits) {
      digit[i] = static_cast<std::int8_t>(rest & 255);
      rest = (rest - digit[i]) / 256;
    }
  }
  std::memcpy(pieces, digits, sizeof digits);
}

struct Sums {
  __m512i low, middle, high;
};

ASSAY_AVX512 inline Sums start() {
  return {_mm512_set1_epi32(1 << (kPrecisionBits - 1)), _mm512_setzero_si512(), _mm512_setzero_si512()};
}

ASSAY_AVX512 inline void add(Sums& sums, __m512i samples, __m512i low, __m512i middle, __m512i high) {
  sums.low = _mm512_dpbusd_epi32(sums.low, samples, low);
  sums.middle = _mm512_dpbusd_epi32(sums.middle, samples, middle);
  sums.high = _mm512_dpbusd_epi32(sums.high, samples, high);
}

ASSAY_AVX512 inline __m512i finish(const Sums& sums) {
  const __m512i upper = _mm512_add_epi32(_mm512_slli_epi32(sums.high, 8), sums.middle);
  return _mm512_srai_epi32(_mm512_add_epi32(_mm512_slli_epi32(upper, 8), sums.low), kPrecisionBits);
}

// Clips to bytes: in each 128-bit lane the four words of a, of b, of c, of d.
ASSAY_AVX512 inline __m512i pack(__m512i a, __m512i b, __m512i c, __m512i d) {
  return _mm512_packus_epi16(_mm512_packs_epi32(a, b), _mm512_packs_epi32(c, d));
}

// Four pixels of one row in each lane; the shuffle gathers red, green and blue: RRRR GGGG BBBB ----.
ASSAY_AVX512 inline __m512i load_quad(const std::uint8_t* const* rows, std::ptrdiff_t offset, __m512i order) {
  const auto row = [&](int r) { return reinterpret_cast<const __m128i*>(rows[r] + offset); };
  __m512i samples = _mm512_castsi128_si512(_mm_loadu_si128(row(0)));
  samples = _mm512_inserti32x4(samples, _mm_loadu_si128(row(1)), 1);
  samples = _mm512_inserti32x4(samples, _mm_loadu_si128(row(2)), 2);
  samples = _mm512_inserti32x4(samples, _mm_loadu_si128(row(3)), 3);
  return _mm512_shuffle_epi8(samples, order);
}

ASSAY_AVX512 inline __m512i output_of(const std::uint8_t* const* rows, const QuadTaps& taps, int output, __m512i order) {
  Sums sums = start();
  const std::int32_t* piece = taps.pieces + std::ptrdiff_t{3} * taps.quads * output;
  std::ptrdiff_t offset = std::ptrdiff_t{3} * taps.first[output];
  for (int quad = 0; quad < taps.quads; ++quad, piece += 3, offset += 3 * kQuad) {
    add(sums, load_quad(rows, offset, order), _mm512_set1_epi32(piece[0]), _mm512_set1_epi32(piece[1]),
        _mm512_set1_epi32(piece[2]));
  }
  return finish(sums);
}

ASSAY_AVX512 void across(const std::uint8_t* const* rows, const QuadTaps& taps, std::uint8_t* quad_row) {
  const __m512i order = _mm512_broadcast_i32x4(_mm_setr_epi8(0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11, -1, -1, -1, -1));
  // Packed, lane r holds row r: pixel p's channel c at byte 4p + c. Wanted: byte 4 * (3p + c) + r.
  std::uint8_t gather[64] = {};
  for (int p = 0; p < kQuad; ++p) {
    for (int c = 0; c < 3; ++c) {
      for (int r = 0; r < kQuad; ++r) gather[4 * (3 * p + c) + r] = static_cast<std::uint8_t>(16 * r + 4 * p + c);
    }
  }
  const __m512i turn = _mm512_loadu_si512(gather);
  for (int output = 0; output < taps.outputs; output += kQuad) {
    const __m512i a = output_of(rows, taps, output, order), b = output_of(rows, taps, output + 1, order);
    const __m512i c = output_of(rows, taps, output + 2, order), d = output_of(rows, taps, output + 3, order);
    _mm512_storeu_si512(quad_row + std::ptrdiff_t{12} * output, _mm512_permutexvar_epi8(turn, pack(a, b, c, d)));
  }
}

ASSAY_AVX512 void down(const std::uint8_t* const* quad_rows, int quads, const std::int32_t* pieces, int columns,
                       std::uint8_t* row) {
  const __m512i turn = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  for (int column = 0; column < columns; column += 64) {
    Sums a = start(), b = start(), c = start(), d = start();
    for (int quad = 0; quad < quads; ++quad) {
      const std::uint8_t* samples = quad_rows[quad] + std::ptrdiff_t{kQuad} * column;
      const __m512i low = _mm512_set1_epi32(pieces[3 * quad]), middle = _mm512_set1_epi32(pieces[3 * quad + 1]);
      const __m512i high = _mm512_set1_epi32(pieces[3 * quad + 2]);
      add(a, _mm512_loadu_si512(samples), low, middle, high);
      add(b, _mm512_loadu_si512(samples + 64), low, middle, high);
      add(c, _mm512_loadu_si512(samples + 128), low, middle, high);
      add(d, _mm512_loadu_si512(samples + 192), low, middle, high);
    }
    _mm512_storeu_si512(row + column, _mm512_permutexvar_epi32(turn, pack(finish(a), finish(b), finish(c), finish(d))));
  }
}

constexpr Kernels kKernels{3, split, across, down};

}  // namespace

const Kernels* avx512_kernels() { return &kKernels; }

}  // namespace assay::resample
#else
namespace assay::resample {
const Kernels* avx512_kernels() { return nullptr; }
}  // namespace assay::resample
#endif
