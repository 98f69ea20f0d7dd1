#include "model/tensor/rows_bf16.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "model/language/rope.h"
#include "model/tensor/norm.h"

namespace assay {
namespace {

/// To the last place of bfloat16 or the one before it.
bool is_close(const at::Tensor& found, const at::Tensor& expected) {
  const auto error = (found.to(at::kDouble) - expected.to(at::kDouble)).abs();
  return (error <= expected.to(at::kDouble).abs() * 0x1.0p-6 + 1e-3).all().item<bool>();
}

class RowsBf16 : public ::testing::TestWithParam<std::int64_t> {};

TEST_P(RowsBf16, NormsAreTheFormulas) {
  const auto width = GetParam();
  const auto x = (at::randn({37, width}) * 3 + 5).to(at::kBFloat16), weight = at::randn({width}).to(at::kBFloat16), bias = at::randn({width}).to(at::kBFloat16);
  const auto wide = x.to(at::kDouble), w = weight.to(at::kDouble), b = bias.to(at::kDouble);
  const auto rms = wide * at::rsqrt(wide.square().mean(-1, true) + 1e-5);
  EXPECT_TRUE(is_close(rms_norm(x, weight, 1e-5), rms.to(at::kBFloat16).to(at::kDouble) * w));
  const auto mean = wide.mean(-1, true), centred = wide - mean;
  const auto layer = centred * at::rsqrt(centred.square().mean(-1, true) + 1e-5) * w + b;
  const Norm norm{Norm::Kind::kLayer, weight, bias, 1e-5};
  EXPECT_TRUE(is_close(norm(x), layer));
  EXPECT_TRUE(at::equal(norm(x.narrow(0, 5, 1)), norm(x).narrow(0, 5, 1))) << "a row's bits are its own";
  EXPECT_TRUE(at::equal(rms_norm(x.view({1, 37, width}), weight, 1e-5)[0], rms_norm(x, weight, 1e-5)));
}
INSTANTIATE_TEST_SUITE_P(Widths, RowsBf16, ::testing::Values(1, 15, 16, 40, 512, 3200));

TEST(RowsBf16, RotationIsThatOfTensors) {
  for (const std::int64_t width : {8, 64, 96}) {
    const auto all = at::randn({6, 5, width}).to(at::kBFloat16), angles = at::randn({6, 1, width / 2});
    const RopeTable table{angles.cos().to(at::kBFloat16), angles.sin().to(at::kBFloat16)};
    const auto x = all.narrow(1, 1, 3);  // as query heads lie among others
    const auto halves = x.chunk(2, -1);
    const auto expected = at::cat({halves[0] * table.cos - halves[1] * table.sin, halves[1] * table.cos + halves[0] * table.sin}, -1);
    EXPECT_TRUE(at::equal(rotate(x, table), expected)) << width;
  }
}

}  // namespace
}  // namespace assay
