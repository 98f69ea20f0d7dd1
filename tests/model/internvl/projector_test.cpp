#include "model/internvl/projector.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

namespace assay {
namespace {

/// A direct gather: merged token (r, c), block cell (i, j), channel d.
at::Tensor gather(const at::Tensor& x, std::int64_t side, std::int64_t merge, bool swaps_back) {
  const auto B = x.size(0), D = x.size(2), half = side / merge;
  auto out = at::zeros({B, half * half, merge * merge * D});
  for (std::int64_t r = 0; r < half; ++r) {
    for (std::int64_t c = 0; c < half; ++c) {
      for (std::int64_t i = 0; i < merge; ++i) {
        for (std::int64_t j = 0; j < merge; ++j) {
          const auto token = swaps_back ? r * half + c : c * half + r;
          out.select(1, token).narrow(1, (i * merge + j) * D, D).copy_(x.select(1, (r * merge + i) * side + c * merge + j));
        }
      }
    }
  }
  return out;
}

TEST(PixelShuffle, EqualsADirectGather) {
  const auto x = at::rand({2, 36, 5});
  EXPECT_TRUE(at::equal(pixel_shuffle(x, 2, true), gather(x, 6, 2, true)));
  EXPECT_TRUE(at::equal(pixel_shuffle(x, 2, false), gather(x, 6, 2, false)));
  EXPECT_TRUE(at::equal(pixel_shuffle(x, 3, true), gather(x, 6, 3, true)));
}

}  // namespace
}  // namespace assay
