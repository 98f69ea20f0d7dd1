#include "model/image/resample_kernels.h"
#include "model/image/resample_weights.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define ASSAY_AVX2 [[gnu::target("avx2")]]

namespace assay::resample {
namespace {

std::int32_t pair(std::int32_t first, std::int32_t second) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(second & 0xFFFF) << 16 | static_cast<std::uint32_t>(first & 0xFFFF));
}

// A weight as a signed low word and the rest above it: what VPMADDWD multiplies pairs of words by. Samples 0 and 2 of a quad come
// out of one mask, 1 and 3 out of one shift, so these are the pairs.
void split(const std::int32_t* weights, std::int32_t* pieces) {
  std::int32_t low[kQuad], high[kQuad];
  for (int i = 0; i < kQuad; ++i) {
    low[i] = static_cast<std::int16_t>(weights[i] & 0xFFFF);
    high[i] = (weights[i] - low[i]) / 65536;
  }
  pieces[0] = pair(low[0], low[2]);
  pieces[1] = pair(high[0], high[2]);
  pieces[2] = pair(low[1], low[3]);
  pieces[3] = pair(high[1], high[3]);
}

struct Sums {
  __m256i low, high;
};

ASSAY_AVX2 inline Sums start() { return {_mm256_set1_epi32(1 << (kPrecisionBits - 1)), _mm256_setzero_si256()}; }

// Each 32-bit word of `samples` holds four bytes to be weighted.
ASSAY_AVX2 inline void add(Sums& sums, __m256i samples, const std::int32_t* pieces) {
  const __m256i even = _mm256_and_si256(samples, _mm256_set1_epi32(0x00FF00FF)), odd = _mm256_srli_epi16(samples, 8);
  sums.low = _mm256_add_epi32(sums.low, _mm256_madd_epi16(even, _mm256_set1_epi32(pieces[0])));
  sums.high = _mm256_add_epi32(sums.high, _mm256_madd_epi16(even, _mm256_set1_epi32(pieces[1])));
  sums.low = _mm256_add_epi32(sums.low, _mm256_madd_epi16(odd, _mm256_set1_epi32(pieces[2])));
  sums.high = _mm256_add_epi32(sums.high, _mm256_madd_epi16(odd, _mm256_set1_epi32(pieces[3])));
}

ASSAY_AVX2 inline __m256i finish(const Sums& sums) {
  return _mm256_srai_epi32(_mm256_add_epi32(_mm256_slli_epi32(sums.high, 16), sums.low), kPrecisionBits);
}

ASSAY_AVX2 inline __m256i pack(__m256i a, __m256i b, __m256i c, __m256i d) {
  return _mm256_packus_epi16(_mm256_packs_epi32(a, b), _mm256_packs_epi32(c, d));
}

// Four pixels of two rows, red, green and blue gathered: RRRR GGGG BBBB ----.
ASSAY_AVX2 inline __m256i load_quad(const std::uint8_t* upper, const std::uint8_t* lower) {
  const __m256i order = _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11, -1, -1, -1, -1));
  const __m128i first = _mm_loadu_si128(reinterpret_cast<const __m128i*>(upper));
  const __m128i second = _mm_loadu_si128(reinterpret_cast<const __m128i*>(lower));
  return _mm256_shuffle_epi8(_mm256_inserti128_si256(_mm256_castsi128_si256(first), second, 1), order);
}

ASSAY_AVX2 inline __m256i output_of(const std::uint8_t* upper, const std::uint8_t* lower, const QuadTaps& taps, int output) {
  Sums sums = start();
  const std::int32_t* pieces = taps.pieces + std::ptrdiff_t{4} * taps.quads * output;
  std::ptrdiff_t offset = std::ptrdiff_t{3} * taps.first[output];
  for (int quad = 0; quad < taps.quads; ++quad, pieces += 4, offset += 3 * kQuad)
    add(sums, load_quad(upper + offset, lower + offset), pieces);
  return finish(sums);
}

// Four outputs of two rows: the upper row in the lower lane.
ASSAY_AVX2 inline __m256i four_outputs(const std::uint8_t* upper, const std::uint8_t* lower, const QuadTaps& taps, int output) {
  return pack(output_of(upper, lower, taps, output), output_of(upper, lower, taps, output + 1),
              output_of(upper, lower, taps, output + 2), output_of(upper, lower, taps, output + 3));
}

ASSAY_AVX2 void across(const std::uint8_t* const* rows, const QuadTaps& taps, std::uint8_t* quad_row) {
  const __m128i turn = _mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, -1, -1, -1, -1);
  for (int output = 0; output < taps.outputs; output += kQuad) {
    const __m256i upper = four_outputs(rows[0], rows[1], taps, output), lower = four_outputs(rows[2], rows[3], taps, output);
    const __m128i r0 = _mm256_castsi256_si128(upper), r1 = _mm256_extracti128_si256(upper, 1);
    const __m128i r2 = _mm256_castsi256_si128(lower), r3 = _mm256_extracti128_si256(lower, 1);
    const __m128i ab01 = _mm_unpacklo_epi32(r0, r1), ab23 = _mm_unpacklo_epi32(r2, r3);
    const __m128i cd01 = _mm_unpackhi_epi32(r0, r1), cd23 = _mm_unpackhi_epi32(r2, r3);
    const __m128i pixels[kQuad] = {_mm_unpacklo_epi64(ab01, ab23), _mm_unpackhi_epi64(ab01, ab23), _mm_unpacklo_epi64(cd01, cd23),
                                   _mm_unpackhi_epi64(cd01, cd23)};
    // Each store's last four bytes are overwritten by the next one.
    for (int p = 0; p < kQuad; ++p) {
      auto* to = reinterpret_cast<__m128i*>(quad_row + std::ptrdiff_t{12} * (output + p));
      _mm_storeu_si128(to, _mm_shuffle_epi8(pixels[p], turn));
    }
  }
}

ASSAY_AVX2 void down(const std::uint8_t* const* quad_rows, int quads, const std::int32_t* pieces, int columns, std::uint8_t* row) {
  const __m256i turn = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  for (int column = 0; column < columns; column += 32) {
    Sums a = start(), b = start(), c = start(), d = start();
    for (int quad = 0; quad < quads; ++quad) {
      const auto* samples = reinterpret_cast<const __m256i*>(quad_rows[quad] + std::ptrdiff_t{kQuad} * column);
      add(a, _mm256_loadu_si256(samples), pieces + 4 * quad);
      add(b, _mm256_loadu_si256(samples + 1), pieces + 4 * quad);
      add(c, _mm256_loadu_si256(samples + 2), pieces + 4 * quad);
      add(d, _mm256_loadu_si256(samples + 3), pieces + 4 * quad);
    }
    const __m256i bytes = _mm256_permutevar8x32_epi32(pack(finish(a), finish(b), finish(c), finish(d)), turn);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(row + column), bytes);
  }
}

constexpr Kernels kKernels{4, split, across, down};

}  // namespace

// SSE2, which every x86-64 has.
void interleave(const std::uint8_t* const* rows, std::size_t row_bytes, std::uint8_t* quad_row) {
  constexpr std::size_t kStep = sizeof(__m128i);
  for (std::size_t i = 0; i < row_bytes; i += kStep) {
    const auto load = [&](int r) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(rows[r] + i)); };
    const __m128i r0 = load(0), r1 = load(1), r2 = load(2), r3 = load(3);
    const __m128i left01 = _mm_unpacklo_epi8(r0, r1), right01 = _mm_unpackhi_epi8(r0, r1);
    const __m128i left23 = _mm_unpacklo_epi8(r2, r3), right23 = _mm_unpackhi_epi8(r2, r3);
    auto* to = reinterpret_cast<__m128i*>(quad_row + kQuad * i);
    _mm_storeu_si128(to, _mm_unpacklo_epi16(left01, left23));
    _mm_storeu_si128(to + 1, _mm_unpackhi_epi16(left01, left23));
    _mm_storeu_si128(to + 2, _mm_unpacklo_epi16(right01, right23));
    _mm_storeu_si128(to + 3, _mm_unpackhi_epi16(right01, right23));
  }
}

const Kernels* avx2_kernels() { return &kKernels; }

}  // namespace assay::resample
#else
namespace assay::resample {
const Kernels* avx2_kernels() { return nullptr; }
void interleave(const std::uint8_t* const*, std::size_t, std::uint8_t*) {}
}  // namespace assay::resample
#endif
