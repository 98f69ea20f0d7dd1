#pragma once
#include <immintrin.h>

#include <cstdint>
#include <cstring>

// What the kernels for AVX-512 BF16 have in common: products with panels. A panel holds 32 rows of a matrix, pair by pair of their values: [pairs][32][2], so that
// a vector has the same pair of sixteen rows, and one pair of the other matrix meets all of them at once.
//
// For files compiled with AVX-512 BF16 and called only where the machine has it. No template of the standard library may be used here: the linker could take its
// code, with these instructions in it, for the whole program.
namespace assay {
namespace {

constexpr std::int64_t kPanelRows = 32, kVectorPairs = 16;  // pairs of bfloat16 in a vector

inline std::int64_t smaller(std::int64_t a, std::int64_t b) { return a < b ? a : b; }
inline std::int64_t rounded_up(std::int64_t n, std::int64_t multiple) { return (n + multiple - 1) / multiple * multiple; }

/// Pair p of a panel's first or second sixteen rows.
struct PanelBf16 {
  const std::uint16_t* at;
  [[gnu::always_inline]] [[nodiscard]] __m512bh pair(std::int64_t p, int half) const {
    return reinterpret_cast<__m512bh>(_mm512_loadu_si512(at + p * 2 * kPanelRows + half * kPanelRows));
  }
};

/// Cache lines that are brought to the second cache while something else is multiplied, one with every power of two of pairs.
class LinesAhead {
 public:
  LinesAhead() = default;
  LinesAhead(const char* first, std::int64_t lines, std::int64_t pairs_a_line) : next_(first), end_(first + lines * kLine), others_(pairs_a_line - 1) {}
  [[gnu::always_inline]] void at_pair(std::int64_t p) {
    if ((p & others_) != 0 || next_ == end_) return;
    _mm_prefetch(next_, _MM_HINT_T1);
    next_ += kLine;
  }
  static constexpr std::int64_t kLine = 64;  ///< bytes

 private:
  const char *next_ = nullptr, *end_ = nullptr;
  std::int64_t others_ = -1;  ///< the low bits of other pairs
};

/// sums[r] = x[r] · the panel's rows, pair after pair: each sum is taken in the order of the values, whatever stands beside it.
/// x: row r at x + r · stride, `pairs` pairs each; with eight rows the sums fill sixteen of the thirty-two registers. `panel` has pair().
template <int Rows, typename Panel>
[[gnu::always_inline]] inline void multiply_panel(const std::uint16_t* x, std::int64_t stride, const Panel& panel, std::int64_t pairs, __m512 (&sums)[Rows][2],
                                                  LinesAhead ahead = {}) {
#pragma GCC unroll 8
  for (int r = 0; r < Rows; ++r) sums[r][0] = sums[r][1] = _mm512_setzero_ps();
  for (std::int64_t p = 0; p < pairs; ++p) {
    ahead.at_pair(p);
    const auto left = panel.pair(p, 0), right = panel.pair(p, 1);
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r) {
      std::int32_t pair;
      std::memcpy(&pair, x + r * stride + 2 * p, sizeof(pair));
      const auto all = reinterpret_cast<__m512bh>(_mm512_set1_epi32(pair));
      sums[r][0] = _mm512_dpbf16_ps(sums[r][0], all, left);
      sums[r][1] = _mm512_dpbf16_ps(sums[r][1], all, right);
    }
  }
}

/// Sixteen pairs of each of sixteen rows, of which `count` are there, the others zeros, to sixteen vectors a panel's row apart.
inline void transpose_pairs(const std::uint16_t* rows, std::int64_t stride, std::int64_t count, __mmask16 pairs, std::uint16_t* out) {
  __m512i a[16], b[16];
#pragma GCC unroll 16
  for (int i = 0; i < 16; ++i) a[i] = i < count ? _mm512_maskz_loadu_epi32(pairs, rows + i * stride) : _mm512_setzero_si512();
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i) {
    b[2 * i] = _mm512_unpacklo_epi32(a[2 * i], a[2 * i + 1]);
    b[2 * i + 1] = _mm512_unpackhi_epi32(a[2 * i], a[2 * i + 1]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {  // then a[4 i + c] has, in its quarter q, column 4 q + c of rows 4 i to 4 i + 3
    a[4 * i] = _mm512_unpacklo_epi64(b[4 * i], b[4 * i + 2]);
    a[4 * i + 1] = _mm512_unpackhi_epi64(b[4 * i], b[4 * i + 2]);
    a[4 * i + 2] = _mm512_unpacklo_epi64(b[4 * i + 1], b[4 * i + 3]);
    a[4 * i + 3] = _mm512_unpackhi_epi64(b[4 * i + 1], b[4 * i + 3]);
  }
#pragma GCC unroll 4
  for (int c = 0; c < 4; ++c) {
    const __m512i low = _mm512_shuffle_i32x4(a[c], a[4 + c], 0x44), low_rest = _mm512_shuffle_i32x4(a[8 + c], a[12 + c], 0x44);
    const __m512i high = _mm512_shuffle_i32x4(a[c], a[4 + c], 0xEE), high_rest = _mm512_shuffle_i32x4(a[8 + c], a[12 + c], 0xEE);
    _mm512_storeu_si512(out + c * 2 * kPanelRows, _mm512_shuffle_i32x4(low, low_rest, 0x88));
    _mm512_storeu_si512(out + (4 + c) * 2 * kPanelRows, _mm512_shuffle_i32x4(low, low_rest, 0xDD));
    _mm512_storeu_si512(out + (8 + c) * 2 * kPanelRows, _mm512_shuffle_i32x4(high, high_rest, 0x88));
    _mm512_storeu_si512(out + (12 + c) * 2 * kPanelRows, _mm512_shuffle_i32x4(high, high_rest, 0xDD));
  }
}

/// Up to 32 rows of `pairs` pairs each to a panel whose room is `pairs` rounded up to sixteen; zeros where rows or pairs are missing.
inline void pack_panel(const std::uint16_t* rows, std::int64_t stride, std::int64_t count, std::int64_t pairs, std::uint16_t* panel) {
  for (std::int64_t half = 0; half < kPanelRows; half += 16) {
    for (std::int64_t p = 0; p < pairs; p += kVectorPairs) {
      const auto mask = static_cast<__mmask16>(pairs - p < kVectorPairs ? (1U << (pairs - p)) - 1U : 0xFFFFU);
      transpose_pairs(rows + half * stride + 2 * p, stride, count - half, mask, panel + p * 2 * kPanelRows + half * 2);
    }
  }
}

}  // namespace
}  // namespace assay
