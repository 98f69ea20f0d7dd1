#include "model/tensor/int8_weight.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <type_traits>

#include "harness/base/error.h"
#include "model/tensor/linear.h"

namespace assay {
namespace {

using ::testing::HasSubstr;

TEST(Int8Weight, ScalesEachOutputByItsLargestAndRoundsHalfToEven) {
  const auto weight = at::tensor({127.F, 0.5F, 1.5F, -2.5F, -126.5F,  // scale 1
                                  0.25F, -0.5F, 0.125F, 0.F, 0.49F,   // scale 0.5 / 127
                                  0.F, 0.F, 0.F, 0.F, 0.F})
                          .view({3, 5});
  const auto [values, scales] = quantized(weight, "w");
  EXPECT_TRUE(at::equal(scales, at::tensor({1.F, 0.5F / 127, 0.F})));
  const auto expected = at::tensor({127, 0, 2, -2, -126, 64, -127, 32, 0, 124, 0, 0, 0, 0, 0}).view({3, 5});
  EXPECT_TRUE(at::equal(values.to(at::kLong), expected)) << values;
  EXPECT_EQ(values.scalar_type(), at::kChar);
}

/// Many rows, so that they are taken in several parts.
TEST(Int8Weight, LiesWithinHalfAStepOfEveryWeight) {
  for (const auto stored : {at::kFloat, at::kBFloat16, at::kHalf, at::kDouble}) {
    const auto weight = at::randn({2100, 1024}).to(stored);
    const auto made = quantized(weight, "w");
    EXPECT_TRUE(at::equal(made.scales, weight.to(at::kFloat).abs().amax(1) / 127));
    const auto error = (widened(made, at::kFloat) - weight.to(at::kFloat)).abs();
    EXPECT_TRUE((error <= made.scales.unsqueeze(1) * 0.50001).all().item<bool>());
    EXPECT_EQ(made.values.abs().amax(1).amin().item<int>(), 127) << "every output uses its range";
  }
}

TEST(Int8Weight, KeepsTheSmallestNumbersWithinTheRange) {
  const auto tiny = at::full({1, 3}, std::numeric_limits<float>::denorm_min()) * at::tensor({1.F, 190.F, -200.F});
  const auto made = quantized(tiny, "w");
  EXPECT_LE(made.values.abs().max().item<int>(), 127);
  EXPECT_TRUE(at::isfinite(widened(made, at::kFloat)).all().item<bool>());
}

TEST(Int8Weight, RefusesWhatIsNotFinite) {
  for (const float bad : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    auto weight = at::ones({4, 3});
    weight[2][1] = bad;
    try {
      (void)quantized(weight, "layers.0.w1.weight");
      ADD_FAILURE() << bad;
    } catch (const ModelError& error) {
      EXPECT_THAT(error.what(), HasSubstr("layers.0.w1.weight: holds a weight that is not a finite number"));
      EXPECT_THAT(error.what(), HasSubstr("without --weights int8"));
    }
  }
}

TEST(Int8Weight, IsWidenedByOneRounding) {
  const auto made = quantized(at::randn({70, 77}), "w");
  const auto exact = made.values.to(at::kFloat) * made.scales.unsqueeze(1);
  for (const auto type : {at::kFloat, at::kBFloat16, at::kHalf}) EXPECT_TRUE(at::equal(widened(made, type), exact.to(type))) << type;
}

class Int8Rows : public ::testing::TestWithParam<RowInstructions> {
 protected:
  void SetUp() override {
    kernels_ = row_kernels_for(GetParam());
    if (kernels_ == nullptr) GTEST_SKIP() << "this machine has no such instructions";
  }
  const RowKernels* kernels_ = nullptr;
};

TEST_P(Int8Rows, AreWidenedAtEveryLength) {
  for (const std::int64_t count : {1, 15, 16, 17, 31, 33, 64, 255}) {
    const auto values = at::arange(-127, 128, at::kChar).narrow(0, 255 - count, count).contiguous();
    for (const float scale : {1.F, 0.0037F, 1e-20F, 3e30F, 0.F}) {
      const auto exact = values.to(at::kFloat) * scale;
      auto wide = at::full({count + 1}, 7.F), narrow = at::full({count + 1}, 7.F, at::kBFloat16), half = at::full({count + 1}, 7.F, at::kHalf);
      kernels_->widen_float(values.data_ptr<std::int8_t>(), count, scale, wide.data_ptr<float>());
      kernels_->widen_bf16(values.data_ptr<std::int8_t>(), count, scale, static_cast<std::uint16_t*>(narrow.data_ptr()));
      kernels_->widen_half(values.data_ptr<std::int8_t>(), count, scale, static_cast<HalfBits*>(half.data_ptr()));
      EXPECT_TRUE(at::equal(wide.narrow(0, 0, count), exact)) << count << " at " << scale;
      EXPECT_TRUE(at::equal(narrow.narrow(0, 0, count), exact.to(at::kBFloat16))) << count << " at " << scale;
      EXPECT_TRUE(at::equal(half.narrow(0, 0, count), exact.to(at::kHalf))) << count << " at " << scale;
      EXPECT_EQ(wide[count].item<float>(), 7) << "nothing is written behind the last";
      EXPECT_EQ(half[count].item<float>(), 7);
      EXPECT_EQ(narrow[count].item<float>(), 7);
    }
  }
}

/// Against the product of values and scales in double. In either kind of 16 bits each weight is rounded to it once, and no sum is.
TEST_P(Int8Rows, AreTheProductAtEverySize) {
  for (const auto type : {at::kFloat, at::kBFloat16, at::kHalf}) {
    for (const std::int64_t rows : {1, 2, 3, 7, 8, 9, 16}) {
      for (const std::int64_t in : {1, 15, 16, 17, 47, 64, 500}) {
        for (const std::int64_t out : {1, 5, 12, 13, 70}) {
          const auto x = at::randn({rows, in}).to(type);
          const auto made = quantized(at::randn({out, in}), "w");
          const auto weight = made.values.to(at::kDouble) * made.scales.to(at::kDouble).unsqueeze(1);
          const auto expected = at::matmul(x.to(at::kDouble), weight.t()), sizes = at::matmul(x.to(at::kDouble).abs(), weight.abs().t());
          const auto error = (few_rows_int8(x, made, *kernels_).to(at::kDouble) - expected).abs();
          const double least = type == at::kFloat ? 1e-6 : type == at::kHalf ? 1.0 / 2048 : 1.0 / 256;
          EXPECT_TRUE((error <= sizes * least + 1e-6).all().item<bool>()) << rows << " x " << in << " x " << out;
        }
      }
    }
  }
}

TEST_P(Int8Rows, HaveTheBitsOfTheWidenedWeights) {
  for (const auto type : {at::kFloat, at::kBFloat16, at::kHalf}) {
    const auto x = at::randn({9, 203}).to(type);
    const auto made = quantized(at::randn({101, 203}), "w");
    const auto weight = widened(made, type);
    auto expected = at::empty({9, 101});
    const auto multiply = [&](auto kernel, auto* none) {
      using T = std::remove_pointer_t<decltype(none)>;
      kernel({static_cast<const T*>(x.data_ptr()), 9, 203, static_cast<const T*>(weight.data_ptr()), 101, expected.template data_ptr<float>(), 101});
    };
    if (type == at::kFloat) multiply(kernels_->linear_float, static_cast<float*>(nullptr));
    else if (type == at::kHalf) multiply(kernels_->linear_half, static_cast<HalfBits*>(nullptr));
    else multiply(kernels_->linear_bf16, static_cast<std::uint16_t*>(nullptr));
    EXPECT_TRUE(at::equal(few_rows_int8(x, made, *kernels_), expected)) << type;
  }
}

TEST_P(Int8Rows, HaveBitsOfTheirOwn) {
  for (const auto type : {at::kFloat, at::kBFloat16, at::kHalf}) {
    const auto x = at::randn({17, 200}).to(type);
    const auto made = quantized(at::randn({75, 200}), "w");
    const auto together = few_rows_int8(x, made, *kernels_);
    for (std::int64_t r = 0; r < 17; ++r) EXPECT_TRUE(at::equal(few_rows_int8(x.narrow(0, r, 1), made, *kernels_)[0], together[r])) << r;
    for (const std::int64_t count : {2, 4, 8, 16}) EXPECT_TRUE(at::equal(few_rows_int8(x.narrow(0, 1, count), made, *kernels_), together.narrow(0, 1, count))) << count;
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, Int8Rows, ::testing::Values(RowInstructions::kPlain, RowInstructions::kAvx2, RowInstructions::kAvx512, RowInstructions::kAvx512Bf16),
                         [](const auto& kind) { return std::string(std::array{"plain", "avx2", "avx512", "avx512_bf16"}[static_cast<std::size_t>(kind.param)]); });

TEST(Int8Linear, IsTheProductOfTheWidenedWeightsWithItsBias) {
  for (const auto type : {at::kFloat, at::kBFloat16, at::kHalf}) {
    const auto weight = quantized(at::randn({33, 48}), "w");
    const auto bias = at::randn({33}).to(type);
    const Linear int8(weight, bias, type), wide(widened(weight, type), bias);
    const auto x = at::randn({9, 48}).to(type);
    EXPECT_TRUE(at::equal(int8(x), wide(x))) << type;
    EXPECT_TRUE(at::equal(int8.few_rows(x), wide.few_rows(x))) << type;
    EXPECT_EQ(int8(x).scalar_type(), type);
    EXPECT_EQ(int8.is_packed(), wide.is_packed());
  }
}

/// On and off the sizes of blocks and panels, few rows and many; an odd number of inputs is never packed, and then multiplied by other kernels.
TEST(Int8Linear, HasTheBitsOfTheWidenedWeightsAtEveryShape) {
  for (const std::int64_t in : {2, 30, 64, 514}) {
    for (const std::int64_t out : {1, 31, 32, 65, 130}) {
      const auto weight = quantized(at::randn({out, in}), "w");
      const auto bias = at::randn({out}).to(at::kBFloat16), scale = at::randn({out}).to(at::kBFloat16);
      const Linear int8(weight, bias, at::kBFloat16), wide(widened(weight, at::kBFloat16), bias);
      ASSERT_EQ(int8.is_packed(), wide.is_packed());
      if (!wide.is_packed()) GTEST_SKIP() << "this machine packs no weights";
      for (const std::int64_t rows : {1, 2, 7, 8, 9, 16, 97, 203}) {
        const auto x = at::randn({rows, in}).to(at::kBFloat16), other = at::randn({rows, out}).to(at::kBFloat16);
        const auto where = ::testing::Message() << rows << " x " << in << " x " << out;
        EXPECT_TRUE(at::equal(int8(x), wide(x))) << where;
        EXPECT_TRUE(at::equal(int8.gelu(x), wide.gelu(x))) << where;
        EXPECT_TRUE(at::equal(int8.quick_gelu(x), wide.quick_gelu(x))) << where;
        EXPECT_TRUE(at::equal(int8.added_to(other, x, scale), wide.added_to(other, x, scale))) << where;
        EXPECT_TRUE(at::equal(int8.gated_by(other, x), wide.gated_by(other, x))) << where;
      }
    }
  }
}

/// More weights than are widened at a time.
TEST(Int8Linear, GoesOnWhereItsRoomEnds) {
  constexpr std::int64_t kIn = 4096, kOut = 3 * kWidenedBytes / (kIn * 4) + 100;
  const auto weight = quantized(at::randn({kOut, kIn}), "w");
  const auto bias = at::randn({kOut});
  const Linear int8(weight, bias, at::kFloat);
  const auto x = at::randn({8, kIn});
  const auto expected = at::linear(x.to(at::kDouble), widened(weight, at::kFloat).to(at::kDouble), bias.to(at::kDouble));
  const auto found = int8(x);
  ASSERT_EQ(found.sizes(), expected.sizes());
  EXPECT_LT((found.to(at::kDouble) - expected).abs().max().item<double>(), 1e-2);
  EXPECT_TRUE(at::equal(int8(at::cat({x, x}))[3], found[3])) << "a row's bits stay its own";
}

}  // namespace
}  // namespace assay
