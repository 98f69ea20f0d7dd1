#pragma once
#include <cstdint>
#include <vector>

#include "model/image/resize.h"

/// Private to this folder.
namespace assay::resample {

constexpr int kPrecisionBits = 32 - 8 - 2;  ///< of a weight's fraction: 8 bits of sample and two of headroom are kept free

/// Which samples make each output along one direction, and how much of each.
struct Weights {
  std::vector<int> first;            ///< per output: the first sample
  std::vector<int> length;           ///< per output: how many samples, at least 1
  std::vector<std::int32_t> values;  ///< per output `stride` weights in units of 2^-kPrecisionBits; zero past `length`
  int stride = 0;

  [[nodiscard]] int count() const noexcept { return static_cast<int>(first.size()); }
  [[nodiscard]] const std::int32_t* of(int output) const noexcept { return values.data() + std::size_t(stride) * output; }
};

/// Pillow's weights for `in_size` samples -> `out_size`; each output is its own sample when the sizes agree (Pillow skips the
/// pass). `filter` is not kNearest.
[[nodiscard]] Weights make_weights(int in_size, int out_size, Filter filter);

/// Whether the pass down comes before the pass across, which shows in the rounding between them: in Pillow 13 it does where the
/// height shrinks by more than twice what the width does; before Pillow 13 it never did.
/// Source   python-pillow/Pillow#9549; the bound was found by comparing 3,916 random sizes with Pillow 13.0.0
[[nodiscard]] constexpr bool goes_down_first(int in_width, int in_height, int width, int height) {
  return in_height > height && in_height - height > 2 * (in_width - width);
}

}  // namespace assay::resample
