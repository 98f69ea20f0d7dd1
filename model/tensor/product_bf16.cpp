#include "model/tensor/product_bf16.h"

#include "model/tensor/after_product_bf16.h"
#include "model/tensor/panel_bf16.h"
#include "model/tensor/panel_int8.h"

namespace assay {
namespace {

static_assert(kPanelOutputs == kPanelRows);

constexpr int kRows = 8;  // together their sums fill half of the registers

/// The outputs from `first` on, which `panel` has.
template <int Rows, typename Panel>
void multiply_rows(const ProductBf16& product, std::int64_t row, std::int64_t first, const Panel& panel) {
  __m512 sums[Rows][2];
  multiply_panel(product.x + row * product.inputs, product.inputs, panel, product.inputs / 2, sums);
#pragma GCC unroll 2
  for (int half = 0; half < 2; ++half) {
    const OutputsBf16 outputs(product, first + half * 16);
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r) outputs.finish(row + r, sums[r][half]);
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
