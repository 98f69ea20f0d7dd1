#include "model/tensor/product_bf16.h"

#include "model/tensor/after_product_bf16.h"
#include "model/tensor/panel_bf16.h"
#include "model/tensor/panel_int8.h"

namespace assay {
namespace {

static_assert(kPanelOutputs == kPanelRows);

constexpr int kRows = kVectorRows;  // together their sums fill half of the registers

/// The outputs from `first` on, which `panel` has.
template <int Rows, typename Panel>
void multiply_rows(const ProductBf16& product, std::int64_t row, std::int64_t first, const Panel& panel, const LinesAhead& ahead) {
  __m512 sums[Rows][2];
  multiply_panel(product.x + row * product.inputs, product.inputs, panel, product.inputs / 2, sums, ahead);
#pragma GCC unroll 2
  for (int half = 0; half < 2; ++half) {
    const OutputsBf16 outputs(product, first + half * 16);
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r) outputs.finish(row + r, sums[r][half]);
  }
}

/// Up to kRows, in one go: a panel's pairs are loaded once for all of them.
template <typename Panel>
void multiply_few(const ProductBf16& product, std::int64_t row, std::int64_t count, std::int64_t first, const Panel& panel, const LinesAhead& ahead) {
  switch (count) {
    case 1: return multiply_rows<1>(product, row, first, panel, ahead);
    case 2: return multiply_rows<2>(product, row, first, panel, ahead);
    case 3: return multiply_rows<3>(product, row, first, panel, ahead);
    case 4: return multiply_rows<4>(product, row, first, panel, ahead);
    case 5: return multiply_rows<5>(product, row, first, panel, ahead);
    case 6: return multiply_rows<6>(product, row, first, panel, ahead);
    case 7: return multiply_rows<7>(product, row, first, panel, ahead);
    default: return multiply_rows<8>(product, row, first, panel, ahead);
  }
}

constexpr std::int64_t passes_over(std::int64_t rows) { return (rows + kRows - 1) / kRows; }

/// The panel behind one, of which every pass of rows over that one asks for its share. The processor fetches ahead while a panel is read from memory, not while it is read
/// from a cache again: without this a product of sixteen rows takes what its memory takes and half of what its sums take, one after the other.
class NextPanel {
 public:
  /// `lines` cache lines from `at` on, while rows meet a panel of `pairs`.
  NextPanel(const void* at, std::int64_t lines, std::int64_t pairs, std::int64_t rows) : at_(static_cast<const char*>(at)), pairs_(pairs) {
    const auto passes = passes_over(rows);
    if (lines == 0 || passes * pairs < lines || rows < kLeastRows) return;
    lines_ = lines;
    while (passes * pairs >= 2 * pairs_a_line_ * lines) pairs_a_line_ *= 2;
  }
  [[nodiscard]] LinesAhead share_of(std::int64_t pass) const {
    const auto a_pass = pairs_ / pairs_a_line_, begin = smaller(pass * a_pass, lines_);
    return {at_ + begin * LinesAhead::kLine, smaller(a_pass, lines_ - begin), pairs_a_line_};
  }

 private:
  static constexpr std::int64_t kLeastRows = 5;  // fewer wait for the memory alone

  const char* at_;
  std::int64_t pairs_, lines_ = 0, pairs_a_line_ = 1;
};

/// Rows by passes of about as many.
template <typename Panel>
void multiply_all(const ProductBf16& product, std::int64_t row_begin, std::int64_t row_end, std::int64_t first, const Panel& panel, const NextPanel& next) {
  const auto rows = row_end - row_begin, passes = passes_over(rows);
  for (std::int64_t pass = 0; pass < passes; ++pass) {
    const auto begin = row_begin + pass * rows / passes, end = row_begin + (pass + 1) * rows / passes;
    multiply_few(product, begin, end - begin, first, panel, next.share_of(pass));
  }
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
  const auto rows = row_end - row_begin, pairs = product.inputs / 2;
  for (auto panel = panel_begin; panel < panel_end; ++panel) {
    const auto first = panel * kPanelRows, at = first * padded_inputs(product.inputs), next = (panel + 1) * kPanelRows * padded_inputs(product.inputs);
    const bool is_last = first + kPanelRows >= product.outputs;
    if (product.packed != nullptr) {
      const NextPanel behind(product.packed + next, is_last ? 0 : 2 * pairs, pairs, rows);
      multiply_all(product, row_begin, row_end, first, PanelBf16{product.packed + at}, behind);
      continue;
    }
    const PanelInt8 narrow(product.packed8 + at, product.scales8 + first, product.outputs - first);
    const NextPanel behind(product.packed8 + next, is_last ? 0 : pairs, pairs, rows);
    if (rows < kManyRows) {
      multiply_all(product, row_begin, row_end, first, narrow, behind);
      continue;
    }
    widen_panel(narrow, pairs, room);
    multiply_all(product, row_begin, row_end, first, PanelBf16{room}, behind);
  }
}

}  // namespace assay
