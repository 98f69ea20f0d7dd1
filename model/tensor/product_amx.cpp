#include "model/tensor/panel_int8.h"
#include "model/tensor/product_blocks_amx.h"

namespace assay {
namespace {

static_assert(kAmxInputsTogether % kTileValues == 0 && kAmxMostRows % kRowsOfTiles == 0);

/// Panel after panel, each with all rows; of many inputs, some of them after the others.
template <AfterBf16 After>
void multiply_by_panels(const ProductBf16& product, std::int64_t row_begin, std::int64_t row_end, std::int64_t panel_begin, std::int64_t panel_end, ProductRoomAmx& room) {
  const auto inputs = product.inputs, row_blocks = (row_end - row_begin + kRowsOfTiles - 1) / kRowsOfTiles;
  const auto parts = (inputs + kAmxInputsTogether - 1) / kAmxInputsTogether, together = rounded_up((inputs + parts - 1) / parts, kTileValues);
  Blocks<After> blocks(product, row_end - row_begin);
  for (std::int64_t begin = 0; begin < inputs; begin += together) {
    const auto count = smaller(together, inputs - begin), steps = count / kTileValues;
    const bool is_last = begin + count == inputs;
    std::int64_t block = 0;
    for (auto panel = panel_begin; panel < panel_end; ++panel) {
      const auto output = panel * kPanelRows, at = output * inputs + begin * kPanelRows;
      const std::uint16_t* weights = room.panel;
      finish_writing();  // the tiles have read the panel before
      if (product.packed != nullptr) weights = product.packed + at;
      else widen_panel({product.packed8 + at, product.scales8 + output, product.outputs - output}, count / 2, room.panel);
      const auto next = at + inputs * kPanelRows;
      const auto values = count * kPanelRows, all_steps = steps * row_blocks;
      auto coming = product.packed != nullptr ? Coming(product.packed + next, values * 2, 1, 0, all_steps) : Coming(product.packed8 + next, values, 1, 0, all_steps);
      for (auto row = row_begin; row < row_end; row += kRowsOfTiles, ++block) {
        const Rows rows{product.x + row * inputs + begin, row, smaller(kRowsOfTiles, row_end - row), inputs, steps};
        float* const sums = room.sums + (parts == 1 ? block % 2 : block) * kRowsOfTiles * kPanelRows;  // of one block, while another's are taken, or of all
        blocks.template add<OftenRead::kPanel>(rows, weights, begin == 0, sums, is_last ? output : Blocks<After>::kNotYet, coming);
      }
    }
  }
  blocks.finish();
}

bool keeps_panels(const ProductBf16& product) { return product.packed != nullptr && product.inputs <= kAmxInputsOfKept && product.rows > kRowsOfTiles; }

}  // namespace

PieceBf16 piece_amx(const ProductBf16& product) {
  if (keeps_panels(product)) return {128, 16, true};
  constexpr std::int64_t kLeastRows = 256, kValues = 1 << 19;  // of rows that stay in the second cache: 1 MiB
  const auto rows = kValues / product.inputs / kRowsOfTiles * kRowsOfTiles;
  return {smaller(rows < kLeastRows ? kLeastRows : rows, kAmxMostRows), kAmxPanels, false};
}

void multiply_amx(const ProductBf16& product, std::int64_t row_begin, std::int64_t row_end, std::int64_t panel_begin, std::int64_t panel_end, ProductRoomAmx& room) {
  with_after(product.after, [&]<AfterBf16 After> {
    if (keeps_panels(product)) multiply_by_rows<After>(product, {product.x + row_begin * product.inputs, 0, product.inputs, room.sums}, row_begin, row_end, panel_begin, panel_end, {});
    else multiply_by_panels<After>(product, row_begin, row_end, panel_begin, panel_end, room);
  });
}

}  // namespace assay
