#include "model/tensor/after_product_bf16.h"
#include "model/tensor/panel_int8.h"
#include "model/tensor/product_bf16.h"
#include "model/tensor/tiles_amx.h"

namespace assay {
namespace {

/// Rows of x that a panel meets at once, and what is behind the last whole tile of their values.
struct Rows {
  const std::uint16_t* x;
  std::int64_t first, count, inputs;
  alignas(64) std::uint16_t rest[kRowsOfTiles * kTileValues];  ///< with zeros behind it; not filled where a row is so many whole tiles

  Rows(const ProductBf16& product, std::int64_t first_row, std::int64_t row_count)
      : x(product.x + first_row * product.inputs), first(first_row), count(row_count), inputs(product.inputs) {
    const auto left = inputs % kTileValues;
    if (left == 0) return;
    std::memset(rest, 0, sizeof(rest));
    for (std::int64_t r = 0; r < count; ++r) std::memcpy(rest + r * kTileValues, x + (r + 1) * inputs - left, static_cast<std::size_t>(left) * sizeof(*rest));
  }
};

/// The lines that are going to be written come to the cache while the sums are taken.
void announce(const ProductBf16& product, const Rows& rows, std::int64_t output) {
  for (std::int64_t r = 0; r < rows.count; ++r) {
    const auto at = (rows.first + r) * product.outputs + output;
    if (product.other != nullptr) __builtin_prefetch(product.other + at);
    __builtin_prefetch(product.out + at, /*rw=*/1);
  }
}

template <int Blocks>
void multiply_block(const ProductBf16& product, const Rows& rows, std::int64_t output, const std::uint16_t* panel) {
  alignas(64) float sums[kRowsOfTiles * kPanelRows];
  announce(product, rows, output);
  const auto steps = rows.inputs / kTileValues;
  zero_sums<Blocks>();
  multiply_tiles<Blocks>(rows.x, rows.inputs, panel, steps);
  if (rows.inputs % kTileValues != 0) multiply_tiles<Blocks>(rows.rest, kTileValues, panel + steps * kTileValues * kPanelRows, 1);
  store_sums<Blocks>(sums, kPanelRows);
  for (std::int64_t half = 0; half < kPanelRows && output + half < product.outputs; half += 16) {
    const OutputsBf16 outputs(product, output + half);
    for (std::int64_t r = 0; r < rows.count; ++r) outputs.finish(rows.first + r, _mm512_load_ps(sums + r * kPanelRows + half));
  }
}

}  // namespace

void multiply_amx(const ProductBf16& product, std::int64_t row_begin, std::int64_t row_end, std::int64_t panel_begin, std::int64_t panel_end, std::uint16_t* room) {
  Tiles tiles(smaller(row_end - row_begin, kRowsOfTiles));
  for (auto panel = panel_begin; panel < panel_end; ++panel) {
    const auto output = panel * kPanelRows, at = output * padded_inputs(product.inputs);
    const std::uint16_t* weights = room;
    if (product.packed != nullptr) weights = product.packed + at;
    else widen_panel({product.packed8 + at, product.scales8 + output, product.outputs - output}, padded_inputs(product.inputs) / 2, room);
    for (auto row = row_begin; row < row_end; row += kRowsOfTiles) {
      const Rows rows(product, row, smaller(kRowsOfTiles, row_end - row));
      tiles.shape(rows.count);
      if (rows.count > kTileRows) multiply_block<2>(product, rows, output, weights);
      else multiply_block<1>(product, rows, output, weights);
    }
  }
}

}  // namespace assay
