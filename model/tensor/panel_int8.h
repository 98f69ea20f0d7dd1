#pragma once
#include "model/tensor/panel_bf16.h"

// Panels in 8 bits, for files compiled with AVX-512 BF16 and called only where the machine has it (see panel_bf16.h).
namespace assay {
namespace {

/// Pairs of a panel in 8 bits, widened as they are asked for.
struct PanelInt8 {
  const std::int8_t* at;
  __m512 scales[4];  ///< of eight rows each, every one twice

  PanelInt8(const std::int8_t* panel, const float* of_rows, std::int64_t count) : at(panel) {
    float twice[2 * kPanelRows] = {};
    for (std::int64_t i = 0; i < 2 * smaller(count, kPanelRows); ++i) twice[i] = of_rows[i / 2];
    for (int i = 0; i < 4; ++i) scales[i] = _mm512_loadu_ps(twice + 16 * i);
  }
  [[gnu::always_inline]] [[nodiscard]] __m512bh pair(std::int64_t p, int half) const {
    const auto* bytes = reinterpret_cast<const __m128i*>(at + p * 2 * kPanelRows + half * kPanelRows);
    const auto wide = [](__m128i eight_rows) { return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(eight_rows)); };
    const __m512 low = _mm512_mul_ps(wide(_mm_loadu_si128(bytes)), scales[2 * half]);
    return _mm512_cvtne2ps_pbh(_mm512_mul_ps(wide(_mm_loadu_si128(bytes + 1)), scales[2 * half + 1]), low);
  }
};

void widen_panel(const PanelInt8& panel, std::int64_t pairs, std::uint16_t* wide) {
  for (std::int64_t p = 0; p < pairs; ++p)
    for (int half = 0; half < 2; ++half) _mm512_storeu_si512(wide + p * 2 * kPanelRows + half * kPanelRows, reinterpret_cast<__m512i>(panel.pair(p, half)));
}

}  // namespace
}  // namespace assay
