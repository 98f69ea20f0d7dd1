#include "model/tensor/product_bf16.h"

#include "model/tensor/panel_bf16.h"
#include "model/tensor/vectors_bf16.h"

namespace assay {
namespace {

static_assert(kPanelOutputs == kPanelRows);

constexpr int kRows = 8;  // together their sums fill half of the registers

std::int64_t padded_inputs(std::int64_t inputs) { return rounded_up(inputs, 2 * kVectorPairs); }

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

/// y, rounded, of sixteen outputs of a row that begin at `at` of it and at `output` of the outputs.
__m512 finished(const ProductBf16& product, __m512 y, std::int64_t at, std::int64_t output, __mmask16 mask) {
  switch (product.after) {
    case AfterBf16::kGelu: return gelu_of(y);
    case AfterBf16::kQuickGelu: return _mm512_mul_ps(y, rounded(sigmoid_of(rounded(_mm512_mul_ps(y, _mm512_set1_ps(1.702F))))));
    case AfterBf16::kMultiplySilu: return _mm512_mul_ps(rounded(silu_of(load_bf16(product.other + at, mask))), y);
    case AfterBf16::kAddTo:
      if (product.scale != nullptr) y = rounded(_mm512_mul_ps(y, load_bf16(product.scale + output, mask)));
      return _mm512_add_ps(load_bf16(product.other + at, mask), y);
    case AfterBf16::kNothing: break;
  }
  return y;
}

/// The outputs from `first` on, which `panel` has.
template <int Rows, typename Panel>
void multiply_rows(const ProductBf16& product, std::int64_t row, std::int64_t first, const Panel& panel) {
  __m512 sums[Rows][2];
  multiply_panel(product.x + row * product.inputs, product.inputs, panel, product.inputs / 2, sums);
#pragma GCC unroll 2
  for (int half = 0; half < 2; ++half) {
    const auto output = first + half * 16;
    const auto mask = lanes(product.outputs - output);
    const __m512 bias = product.bias == nullptr ? _mm512_setzero_ps() : load_bf16(product.bias + output, mask);
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r) {
      const auto at = (row + r) * product.outputs + output;
      const __m512 y = _mm512_add_ps(sums[r][half], bias);
      store_bf16(product.out + at, mask, product.after == AfterBf16::kNothing ? y : finished(product, rounded(y), at, output, mask));
    }
  }
}

/// What is left over, in one go: a panel's pairs are loaded once for all rows.
template <typename Panel>
void multiply_few(const ProductBf16& product, std::int64_t row, std::int64_t count, std::int64_t first, const Panel& panel) {
  switch (count) {
    case 1: return multiply_rows<1>(product, row, first, panel);
    case 2: return multiply_rows<2>(product, row, first, panel);
    case 3: return multiply_rows<3>(product, row, first, panel);
    case 4: return multiply_rows<4>(product, row, first, panel);
    case 5: return multiply_rows<5>(product, row, first, panel);
    case 6: return multiply_rows<6>(product, row, first, panel);
    case 7: return multiply_rows<7>(product, row, first, panel);
    default: return multiply_rows<8>(product, row, first, panel);
  }
}

template <typename Panel>
void multiply_all(const ProductBf16& product, std::int64_t row_begin, std::int64_t row_end, std::int64_t first, const Panel& panel) {
  for (auto row = row_begin; row < row_end; row += kRows) multiply_few(product, row, smaller(kRows, row_end - row), first, panel);
}

}  // namespace

void pack_weight_bf16(const std::uint16_t* weight, std::int64_t outputs, std::int64_t inputs, std::int64_t first, std::int64_t last, std::uint16_t* packed) {
  for (auto panel = first; panel < last; ++panel) {
    const auto output = panel * kPanelRows;
    pack_panel(weight + output * inputs, inputs, outputs - output, inputs / 2, packed + output * padded_inputs(inputs));
  }
}

void pack_weight_int8(const std::int8_t* weight, std::int64_t outputs, std::int64_t inputs, std::int64_t first, std::int64_t last, std::int8_t* packed) {
  const auto padded = padded_inputs(inputs);
  for (auto output = first * kPanelRows; output < last * kPanelRows; ++output) {
    auto* const to = packed + output / kPanelRows * kPanelRows * padded + output % kPanelRows * 2;
    for (std::int64_t i = 0; i < padded; ++i) to[i / 2 * 2 * kPanelRows + i % 2] = output < outputs && i < inputs ? weight[output * inputs + i] : std::int8_t{0};
  }
}

void multiply_bf16(const ProductBf16& product, std::int64_t row_begin, std::int64_t row_end, std::int64_t panel_begin, std::int64_t panel_end, std::uint16_t* room) {
  for (auto panel = panel_begin; panel < panel_end; ++panel) {
    const auto first = panel * kPanelRows, at = first * padded_inputs(product.inputs);
    if (product.packed != nullptr) {
      multiply_all(product, row_begin, row_end, first, PanelBf16{product.packed + at});
      continue;
    }
    const PanelInt8 narrow(product.packed8 + at, product.scales8 + first, product.outputs - first);
    if (row_end - row_begin < kManyRows) {
      multiply_all(product, row_begin, row_end, first, narrow);
      continue;
    }
    widen_panel(narrow, product.inputs / 2, room);
    multiply_all(product, row_begin, row_end, first, PanelBf16{room});
  }
}

}  // namespace assay
