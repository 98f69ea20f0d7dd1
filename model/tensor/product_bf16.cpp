#include "model/tensor/product_bf16.h"

#include "model/tensor/panel_bf16.h"
#include "model/tensor/vectors_bf16.h"

namespace assay {
namespace {

static_assert(kPanelOutputs == kPanelRows);

constexpr int kRows = 8;  // together their sums fill half of the registers

std::int64_t padded_inputs(std::int64_t inputs) { return rounded_up(inputs, 2 * kVectorPairs); }

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

template <int Rows>
void multiply_rows(const ProductBf16& product, std::int64_t row, std::int64_t panel) {
  __m512 sums[Rows][2];
  multiply_panel<Rows>(product.x + row * product.inputs, product.inputs, product.packed + panel * kPanelRows * padded_inputs(product.inputs), product.inputs / 2, sums);
  const auto first = panel * kPanelRows;
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
void multiply_few(const ProductBf16& product, std::int64_t row, std::int64_t count, std::int64_t panel) {
  switch (count) {
    case 1: return multiply_rows<1>(product, row, panel);
    case 2: return multiply_rows<2>(product, row, panel);
    case 3: return multiply_rows<3>(product, row, panel);
    case 4: return multiply_rows<4>(product, row, panel);
    case 5: return multiply_rows<5>(product, row, panel);
    case 6: return multiply_rows<6>(product, row, panel);
    case 7: return multiply_rows<7>(product, row, panel);
    default: return multiply_rows<8>(product, row, panel);
  }
}

}  // namespace

void pack_weight_bf16(const std::uint16_t* weight, std::int64_t outputs, std::int64_t inputs, std::int64_t first, std::int64_t last, std::uint16_t* packed) {
  for (auto panel = first; panel < last; ++panel) {
    const auto output = panel * kPanelRows;
    pack_panel(weight + output * inputs, inputs, outputs - output, inputs / 2, packed + output * padded_inputs(inputs));
  }
}

void multiply_bf16(const ProductBf16& product, std::int64_t row_begin, std::int64_t row_end, std::int64_t panel_begin, std::int64_t panel_end) {
  for (auto panel = panel_begin; panel < panel_end; ++panel) {
    for (auto row = row_begin; row < row_end; row += kRows) multiply_few(product, row, smaller(kRows, row_end - row), panel);
  }
}

}  // namespace assay
