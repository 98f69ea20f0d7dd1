#include "model/tensor/attention_bf16.h"

#include <immintrin.h>

#include <cmath>
#include <cstring>

// Compiled for AVX-512 BF16 and called only where the machine has it. No template of the standard library may be used here: the linker
// could take its code, with these instructions in it, for the whole program.
namespace assay {
namespace {

constexpr std::int64_t kRows = kHeadRows, kColumns = kHeadColumns;  // together they fill sixteen of the thirty-two registers

std::int64_t smaller(std::int64_t a, std::int64_t b) { return a < b ? a : b; }
std::int64_t rounded_up(std::int64_t n, std::int64_t multiple) { return (n + multiple - 1) / multiple * multiple; }

/// c[8][32] = a · b over `pairs` pairs of bfloat16.  a: row r at a + r·a_stride; b: [pairs][32][2]; c: row r at c + r·c_stride.
void multiply_block(const std::uint16_t* a, std::int64_t a_stride, const std::uint16_t* b, std::int64_t pairs, float* c, std::int64_t c_stride) {
  __m512 sums[kRows][2];
  for (auto& row : sums) row[0] = row[1] = _mm512_setzero_ps();
  for (std::int64_t p = 0; p < pairs; ++p) {
    const auto left = reinterpret_cast<__m512bh>(_mm512_loadu_si512(b + p * 64));
    const auto right = reinterpret_cast<__m512bh>(_mm512_loadu_si512(b + p * 64 + 32));
    for (std::int64_t r = 0; r < kRows; ++r) {
      std::int32_t pair;
      std::memcpy(&pair, a + r * a_stride + 2 * p, sizeof(pair));
      const auto both = reinterpret_cast<__m512bh>(_mm512_set1_epi32(pair));
      sums[r][0] = _mm512_dpbf16_ps(sums[r][0], both, left);
      sums[r][1] = _mm512_dpbf16_ps(sums[r][1], both, right);
    }
  }
  for (std::int64_t r = 0; r < kRows; ++r) {
    _mm512_storeu_ps(c + r * c_stride, sums[r][0]);
    _mm512_storeu_ps(c + r * c_stride + 16, sums[r][1]);
  }
}

/// Keys to [S / 32][K / 2][32][2], zeros beyond S.
void pack_keys(const HeadBf16& head, std::int64_t padded, std::uint16_t* out) {
  const auto K = head.width;
  std::memset(out, 0, static_cast<std::size_t>(padded * K) * sizeof(*out));
  for (std::int64_t s = 0; s < head.key_count; ++s) {
    const std::uint16_t* row = head.k + s * head.k_stride;
    std::uint16_t* block = out + s / kColumns * kColumns * K + s % kColumns * 2;
    for (std::int64_t p = 0; p < K / 2; ++p) std::memcpy(block + p * kColumns * 2, row + 2 * p, 2 * sizeof(std::uint16_t));
  }
}

/// Values to [K / 32][S / 2][32][2], zeros beyond S.
void pack_values(const HeadBf16& head, std::int64_t padded, std::uint16_t* out) {
  std::memset(out, 0, static_cast<std::size_t>(padded * head.width) * sizeof(*out));
  for (std::int64_t s = 0; s < head.key_count; ++s) {
    const std::uint16_t* row = head.v + s * head.v_stride;
    for (std::int64_t d = 0; d < head.width; ++d) {
      out[d / kColumns * kColumns * padded + s / 2 * kColumns * 2 + d % kColumns * 2 + s % 2] = row[d];
    }
  }
}

/// eˣ for x ≤ 0, to about 1 unit in the last place of float32: 2ⁿ · p(f), ln 2 taken off in two parts.
/// Source: Cephes expf's polynomial.
__m512 exp_of(__m512 x) {
  x = _mm512_max_ps(x, _mm512_set1_ps(-104.0F));  // below, the result is 0 all the same
  const __m512 n = _mm512_roundscale_ps(_mm512_mul_ps(x, _mm512_set1_ps(1.44269504F)), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  __m512 f = _mm512_fnmadd_ps(n, _mm512_set1_ps(0.693359375F), x);
  f = _mm512_fnmadd_ps(n, _mm512_set1_ps(-2.12194440e-4F), f);
  __m512 p = _mm512_set1_ps(1.9875691500e-4F);
  constexpr float kRest[] = {1.3981999507e-3F, 8.3334519073e-3F, 4.1665795894e-2F, 1.6666665459e-1F, 5.0000001201e-1F};
  for (const float c : kRest) p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(c));
  p = _mm512_fmadd_ps(_mm512_mul_ps(f, f), p, _mm512_add_ps(f, _mm512_set1_ps(1.0F)));
  return _mm512_scalef_ps(p, n);
}

/// Turns a row of scores into shares in bfloat16 and returns their sum before rounding. Keys from `visible` on get nothing.
float soften(float* scores, std::int64_t visible, std::int64_t padded, float scale, std::uint16_t* shares) {
  for (std::int64_t s = visible; s < padded; ++s) scores[s] = -INFINITY;
  __m512 highest = _mm512_set1_ps(-INFINITY);
  for (std::int64_t s = 0; s < padded; s += 16) highest = _mm512_max_ps(highest, _mm512_loadu_ps(scores + s));
  const __m512 top = _mm512_set1_ps(_mm512_reduce_max_ps(highest) * scale), factor = _mm512_set1_ps(scale);
  __m512 sum = _mm512_setzero_ps();
  for (std::int64_t s = 0; s < padded; s += 16) {
    const __m512 raw = _mm512_loadu_ps(scores + s);
    const __mmask16 is_visible = _mm512_cmp_ps_mask(raw, _mm512_set1_ps(-INFINITY), _CMP_NEQ_OQ);
    const __m512 share = _mm512_maskz_mov_ps(is_visible, exp_of(_mm512_fmsub_ps(raw, factor, top)));
    sum = _mm512_add_ps(sum, share);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(shares + s), reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(share)));
  }
  return _mm512_reduce_add_ps(sum);
}

/// Rows first .. first + 8 of the queries, zeros beyond T, side by side.
void copy_queries(const HeadBf16& head, std::int64_t first, std::uint16_t* out) {
  std::memset(out, 0, static_cast<std::size_t>(kRows * head.width) * sizeof(*out));
  for (std::int64_t r = 0; r < smaller(kRows, head.query_count - first); ++r) {
    std::memcpy(out + r * head.width, head.q + (first + r) * head.q_stride, static_cast<std::size_t>(head.width) * sizeof(std::uint16_t));
  }
}

void write_rows(const HeadBf16& head, std::int64_t first, std::int64_t channel, const float* sums, const float* totals) {
  for (std::int64_t r = 0; r < smaller(kRows, head.query_count - first); ++r) {
    const __m512 total = _mm512_set1_ps(totals[r]);
    for (std::int64_t half = 0; half < 2; ++half) {
      const auto row = _mm512_cvtneps_pbh(_mm512_div_ps(_mm512_loadu_ps(sums + r * kColumns + half * 16), total));
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(head.out + (first + r) * head.out_stride + channel + half * 16), reinterpret_cast<__m256i>(row));
    }
  }
}

}  // namespace

void attend_head_bf16(const HeadBf16& head, const HeadRoomBf16& room) {
  const auto K = head.width, all = rounded_up(head.key_count, kColumns);
  const auto scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(K)));
  pack_keys(head, all, room.keys);
  pack_values(head, all, room.values);
  for (std::int64_t first = 0; first < head.query_count; first += kRows) {
    const auto last = smaller(first + kRows, head.query_count) - 1;
    const auto seen = head.is_causal ? head.key_count - head.query_count + last + 1 : head.key_count;  // by the block's last query
    const auto padded = rounded_up(seen, kColumns);
    copy_queries(head, first, room.queries);
    for (std::int64_t s = 0; s < padded; s += kColumns) multiply_block(room.queries, K, room.keys + s * K, K / 2, room.scores + s, all);
    float totals[kRows];
    for (std::int64_t r = 0; r < kRows; ++r) {
      const auto visible = head.is_causal ? smaller(head.key_count - head.query_count + first + r + 1, seen) : seen;
      totals[r] = soften(room.scores + r * all, visible, padded, scale, room.shares + r * all);
    }
    for (std::int64_t d = 0; d < K; d += kColumns) {
      float sums[kRows * kColumns];
      multiply_block(room.shares, all, room.values + d * all, padded / 2, sums, kColumns);
      write_rows(head, first, d, sums, totals);
    }
  }
}

}  // namespace assay
