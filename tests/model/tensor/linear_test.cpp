#include "model/tensor/linear.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

#include "model/tensor/silu.h"

namespace assay {
namespace {

double difference(const at::Tensor& a, const at::Tensor& b) { return (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>(); }

/// Whether `found` is `expected` to the last place of bfloat16 or the one before it.
void expect_close(const at::Tensor& found, const at::Tensor& expected) {
  ASSERT_EQ(found.sizes(), expected.sizes());
  ASSERT_EQ(found.scalar_type(), expected.scalar_type());
  const auto error = (found.to(at::kDouble) - expected.to(at::kDouble)).abs();
  EXPECT_TRUE((error <= expected.to(at::kDouble).abs() * 0x1.0p-6 + 2e-3).all().item<bool>()) << error.max().item<double>();
}

/// Shapes on and off the sizes of blocks and panels; an odd number of inputs, which is never packed.
class LinearShapes : public ::testing::TestWithParam<std::array<std::int64_t, 3>> {
 protected:
  LinearShapes() {
    at::manual_seed(1);
    const auto [rows, in, out] = GetParam();
    weight_ = (at::randn({out, in}) / std::sqrt(static_cast<double>(in))).to(at::kBFloat16), bias_ = at::randn({out}).to(at::kBFloat16);
    x_ = at::randn({rows, in}).to(at::kBFloat16), other_ = at::randn({rows, out}).to(at::kBFloat16), scale_ = at::randn({out}).to(at::kBFloat16);
    linear_ = Linear(weight_, bias_);
  }
  at::Tensor weight_, bias_, x_, other_, scale_;
  Linear linear_;
};

TEST_P(LinearShapes, IsTheProductAndItsBias) {
  const auto exact = at::linear(x_.to(at::kDouble), weight_.to(at::kDouble), bias_.to(at::kDouble));
  expect_close(linear_(x_), exact.to(at::kBFloat16));
  expect_close(Linear(weight_)(x_), (exact - bias_.to(at::kDouble)).to(at::kBFloat16));
}

TEST_P(LinearShapes, DoesWhatFollowsAsTensorsInBetweenWould) {
  const auto y = linear_(x_);
  expect_close(linear_.gelu(x_), at::gelu(y));
  expect_close(linear_.quick_gelu(x_), y * at::sigmoid(y * 1.702));
  EXPECT_TRUE(at::equal(linear_.added_to(other_, x_), other_ + y));
  EXPECT_TRUE(at::equal(linear_.added_to(other_, x_, scale_), other_ + y * scale_));
  expect_close(linear_.gated_by(other_, x_), silu_by_row(other_) * y);
}

TEST_P(LinearShapes, GivesARowTheSameBitsInAnyCompany) {
  if (!linear_.is_packed()) GTEST_SKIP() << "LibTorch multiplies here";
  const auto whole = linear_(x_), gelu = linear_.gelu(x_), added = linear_.added_to(other_, x_, scale_), gated = linear_.gated_by(other_, x_);
  const auto rows = x_.size(0);
  for (const std::int64_t count : {1, 2, 3, 7, 8, 9, 16, 17, 20, 33, 300}) {
    if (count > rows) break;
    for (const auto first : {std::int64_t{0}, rows - count}) {
      const auto x = x_.narrow(0, first, count), other = other_.narrow(0, first, count);
      EXPECT_TRUE(at::equal(linear_(x), whole.narrow(0, first, count))) << count << " from " << first;
      EXPECT_TRUE(at::equal(linear_.few_rows(x), whole.narrow(0, first, count)));
      EXPECT_TRUE(at::equal(linear_.gelu(x), gelu.narrow(0, first, count)));
      EXPECT_TRUE(at::equal(linear_.added_to(other, x, scale_), added.narrow(0, first, count)));
      EXPECT_TRUE(at::equal(linear_.gated_by(other, x), gated.narrow(0, first, count)));
    }
  }
}

/// Every value between -1000 and 1000, by a weight that leaves it as it is.
TEST(Linear, RoundsWhatTheFunctionsBehindItAre) {
  constexpr std::int64_t kWidth = 32;
  const auto all = at::arange(-0x8000, 0x8000, at::kInt).to(at::kShort).view(at::kBFloat16).to(at::kDouble);
  const auto values = all.masked_select(at::isfinite(all) & (all.abs() <= 1000));
  const auto x = values.slice(0, 0, values.size(0) / kWidth * kWidth).reshape({-1, kWidth});
  const Linear same(at::eye(kWidth).to(at::kBFloat16));
  const auto is_within = [](const at::Tensor& found, const at::Tensor& exact, double more) {
    return ((found.to(at::kDouble) - exact).abs() <= exact.abs() * (0x1.0p-8 + more) + 1e-6).all().item<bool>();
  };
  const auto typed = x.to(at::kBFloat16);
  EXPECT_TRUE(is_within(same.gelu(typed), x * at::special_ndtr(x), 0));
  EXPECT_TRUE(is_within(same.gated_by(typed, at::ones_like(typed)), x * at::sigmoid(x), 1e-5));
  // By way of its argument and the sigmoid, rounded.
  EXPECT_TRUE(is_within(same.quick_gelu(typed), x * at::sigmoid((x * 1.702).to(at::kBFloat16).to(at::kDouble)).to(at::kBFloat16).to(at::kDouble), 0x1.0p-7));
}

INSTANTIATE_TEST_SUITE_P(Shapes, LinearShapes,
                         ::testing::Values(std::array<std::int64_t, 3>{1, 2, 1}, std::array<std::int64_t, 3>{5, 30, 31}, std::array<std::int64_t, 3>{8, 32, 32},
                                           std::array<std::int64_t, 3>{9, 588, 65}, std::array<std::int64_t, 3>{97, 64, 130}, std::array<std::int64_t, 3>{203, 514, 48},
                                           std::array<std::int64_t, 3>{601, 672, 40}, std::array<std::int64_t, 3>{70, 1412, 200},
                                           std::array<std::int64_t, 3>{300, 96, 1100}, std::array<std::int64_t, 3>{290, 1060, 330},
                                           std::array<std::int64_t, 3>{6, 33, 40}));

TEST(Linear, KeepsTheLeadingDims) {
  const Linear linear(at::randn({24, 16}).to(at::kBFloat16));
  const auto x = at::randn({2, 5, 16}).to(at::kBFloat16);
  const auto y = linear(x);
  EXPECT_EQ(y.sizes(), at::IntArrayRef({2, 5, 24}));
  EXPECT_TRUE(at::equal(y[1], linear(x[1])));
  EXPECT_TRUE(at::equal(linear(x.transpose(0, 1)), y.transpose(0, 1))) << "whatever the strides";
}

/// What prompts in float32 stand on: LibTorch multiplies, by kernels that it chooses by processor and number of rows.
TEST(Linear, GivesARowOfFloatsTheSameBitsInAnyCompanyByEights) {
  for (const auto& [in, out] : std::vector<std::array<std::int64_t, 2>>{{32, 16}, {64, 97}, {128, 128}, {512, 512}}) {
    const Linear linear(at::randn({out, in}));
    const auto x = at::randn({208, in}), whole = linear(x);
    for (const std::int64_t count : {8, 16, 24, 32, 40, 48, 72, 104, 136, 200})
      EXPECT_TRUE(at::equal(linear(x.narrow(0, 0, count)), whole.narrow(0, 0, count))) << count << " x " << in << " x " << out;
  }
}

TEST(Linear, FewRowsAreThoseOfTheProductWithItsBias) {
  for (const auto type : {at::kFloat, at::kBFloat16, at::kHalf}) {
    const Linear linear(at::randn({33, 48}).to(type), at::randn({33}).to(type));
    const auto x = at::randn({3, 48}).to(type);
    const auto expected = linear(x), found = linear.few_rows(x);
    ASSERT_EQ(found.sizes(), expected.sizes());
    ASSERT_EQ(found.scalar_type(), type);
    EXPECT_LT(difference(found, expected), type == at::kFloat ? 1e-4 : 0.13) << type;
  }
}

TEST(Linear, DoesWhatFollowsInEveryDtype) {
  for (const auto type : {at::kFloat, at::kHalf}) {
    const Linear linear(at::randn({12, 10}).to(type));
    const auto x = at::randn({3, 10}).to(type), other = at::randn({3, 12}).to(type), scale = at::randn({12}).to(type), y = linear(x);
    EXPECT_TRUE(at::equal(linear.gelu(x), at::gelu(y)));
    EXPECT_TRUE(at::equal(linear.quick_gelu(x), y * at::sigmoid(y * 1.702)));
    EXPECT_TRUE(at::equal(linear.added_to(other, x, scale), other + y * scale));
    EXPECT_TRUE(at::equal(linear.gated_by(other, x), silu_by_row(other) * y));
  }
}

}  // namespace
}  // namespace assay
