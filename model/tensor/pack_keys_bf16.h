#pragma once
#include "model/tensor/attention_bf16.h"
#include "model/tensor/panel_bf16.h"

// How a head's keys and values are packed, for files compiled with AVX-512 BF16 and called only where the machine has it (see panel_bf16.h).
namespace assay {
namespace {

/// Values to [K / 32][S' / 2][32][2], S' = S rounded up to 32, zeros beyond S: pairs are of two keys' values. Of 32 keys pair n goes to place_of(n), each 0 to 15.
template <typename PlaceOf>
inline void pack_values(const KeysBf16& keys, const PlaceOf& place_of, std::uint16_t* out) {
  alignas(64) static constexpr std::uint16_t kLow[32] = {0, 32, 1, 33, 2, 34, 3, 35, 4, 36, 5, 37, 6, 38, 7, 39, 8, 40, 9, 41, 10, 42, 11, 43, 12, 44, 13, 45, 14, 46, 15, 47};
  const __m512i low = _mm512_load_si512(kLow), high = _mm512_add_epi16(low, _mm512_set1_epi16(16));
  const auto padded = rounded_up(keys.count, kPanelRows);
  const auto row = [&](std::int64_t s, std::int64_t d) { return s < keys.count ? _mm512_loadu_si512(keys.v + s * keys.v_stride + d) : _mm512_setzero_si512(); };
  for (std::int64_t d = 0; d < keys.width; d += kPanelRows) {
    for (std::int64_t s = 0; s < padded; s += kPanelRows) {
      for (std::int64_t n = 0; n < kPanelRows / 2; ++n) {
        const __m512i first = row(s + 2 * n, d), second = row(s + 2 * n + 1, d);
        std::uint16_t* pairs = out + d * padded + (s + 2 * place_of(n)) * kPanelRows;
        _mm512_storeu_si512(pairs, _mm512_permutex2var_epi16(first, low, second));
        _mm512_storeu_si512(pairs + kPanelRows, _mm512_permutex2var_epi16(first, high, second));
      }
    }
  }
}

/// Keys as panels, and values.
template <typename PlaceOf>
inline void pack_keys(const KeysBf16& keys, const PlaceOf& place_of, const PackedKeysBf16& packed) {
  for (std::int64_t s = 0; s < keys.count; s += kPanelRows)
    pack_panel(keys.k + s * keys.k_stride, keys.k_stride, keys.count - s, keys.width / 2, packed.keys + s * keys.width);
  pack_values(keys, place_of, packed.values);
}

}  // namespace
}  // namespace assay
