#include "model/tensor/mlp_bf16.h"
#include "model/tensor/product_blocks_amx.h"

namespace assay {
namespace {

constexpr std::int64_t kMostRows = 256, kWeightsTogether = 1 << 17;  // values of one matrix, 256 KiB: two of them, rows and sums fit the second cache
static_assert(kMlpRowsTogether == kRowsOfTiles && kPanelOutputs == kPanelRows && kTileValues == kPanelRows);
static_assert(MlpRoomAmx::kSums / kAmxInputsOfKept >= kRowsOfTiles && kWeightsTogether / kAmxInputsOfKept >= kTileValues && MlpRoomAmx::kBetween / kMostRows >= kTileValues);

/// Of what lies in between, how many values are made at a time.
std::int64_t width_of(const MlpBf16& mlp) { return smaller(MlpRoomAmx::kBetween / kMostRows, kWeightsTogether / mlp.up.inputs / kTileValues * kTileValues); }

/// The products of one stretch of what lies in between.
class Stretch {
 public:
  Stretch(const MlpBf16& mlp, std::int64_t begin) : mlp_(mlp), begin_(begin), width_(smaller(width_of(mlp), mlp.up.outputs - begin)) {}

  /// Where they are over this has none.
  [[nodiscard]] bool is_none() const { return width_ <= 0; }
  [[nodiscard]] Stretch next() const { return {mlp_, begin_ + width_}; }
  [[nodiscard]] std::int64_t width() const { return width_; }

  /// Its part of gate or up, as a product of its own of `rows` rows from `first` on.
  [[nodiscard]] ProductBf16 part_of(const ProductBf16& whole, std::int64_t first, std::int64_t rows, std::uint16_t* out) const {
    ProductBf16 part = whole;
    part.x += first * whole.inputs, part.rows = rows;
    part.packed += begin_ * whole.inputs;
    if (part.bias != nullptr) part.bias += begin_;
    part.outputs = width_, part.out = out;
    return part;
  }
  /// Those weights, to come in so many steps.
  [[nodiscard]] Coming coming(const ProductBf16& whole, std::int64_t steps) const {
    return is_none() ? Coming() : Coming(whole.packed + begin_ * whole.inputs, width_ * whole.inputs * 2, 1, 0, steps);
  }
  /// Down's: of each panel the inputs that are made here.
  [[nodiscard]] Coming coming_down(std::int64_t steps) const {
    const auto& down = mlp_.down;
    return {down.packed + begin_ * kPanelRows, width_ * kPanelRows * 2, down.outputs / kPanelRows, down.inputs * kPanelRows * 2, steps};
  }

 private:
  const MlpBf16& mlp_;
  std::int64_t begin_, width_;
};

}  // namespace

bool fits_mlp_amx(const MlpBf16& mlp) {
  const auto fits = [](const ProductBf16& product, std::int64_t inputs, std::int64_t outputs) {
    return product.packed != nullptr && product.inputs == inputs && product.outputs == outputs;
  };
  const auto width = mlp.up.inputs, inner = mlp.up.outputs;
  return width % kTileValues == 0 && inner % kTileValues == 0 && width <= kAmxInputsOfKept && fits(mlp.up, width, inner) && fits(mlp.down, inner, width) &&
         (!mlp.has_gate || fits(mlp.gate, width, inner));
}

std::int64_t most_rows_mlp_amx(const MlpBf16& mlp) { return smaller(kMostRows, MlpRoomAmx::kSums / mlp.down.outputs / kRowsOfTiles * kRowsOfTiles); }

void multiply_mlp_amx(const MlpBf16& mlp, std::int64_t row_begin, std::int64_t row_end, MlpRoomAmx& room) {
  const auto rows = row_end - row_begin, blocks = (rows + kRowsOfTiles - 1) / kRowsOfTiles;
  for (std::int64_t begin = 0; begin < mlp.up.outputs; begin += width_of(mlp)) {
    const Stretch some(mlp, begin);
    const auto width = some.width(), panels = width / kPanelRows;
    const auto steps = blocks * panels * mlp.up.inputs / kTileValues, down_steps = blocks * mlp.down.outputs / kPanelRows * width / kTileValues;
    const auto multiply = [&]<AfterBf16 After>(const ProductBf16& part, const Coming& coming) {
      multiply_by_rows<After>(part, {part.x, 0, part.inputs, room.sums_between}, 0, rows, 0, panels, coming);
    };
    if (mlp.has_gate) multiply.operator()<AfterBf16::kNothing>(some.part_of(mlp.gate, row_begin, rows, room.gate), some.coming(mlp.up, steps));
    auto up = some.part_of(mlp.up, row_begin, rows, room.between);
    if (mlp.has_gate) up.other = room.gate;
    with_after(up.after, [&]<AfterBf16 After> { multiply.operator()<After>(up, some.coming_down(steps)); });
    const auto coming = some.next().coming(mlp.has_gate ? mlp.gate : mlp.up, down_steps);
    multiply_by_rows<AfterBf16::kAddTo>(mlp.down, {room.between, begin, width, room.sums}, row_begin, row_end, 0, mlp.down.outputs / kPanelRows, coming);
  }
}

}  // namespace assay
