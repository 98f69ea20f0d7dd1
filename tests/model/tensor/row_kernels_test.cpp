#include "model/tensor/row_kernels.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>


namespace assay {
namespace {

class FewRowsLinear : public ::testing::TestWithParam<RowInstructions> {
 protected:
  void SetUp() override {
    kernels_ = row_kernels_for(GetParam());
    if (kernels_ == nullptr) GTEST_SKIP() << "this machine has no such instructions";
  }
  /// Shapes  x [R, in], weight [out, in] -> [R, out]
  [[nodiscard]] at::Tensor multiply(const at::Tensor& x, const at::Tensor& weight) const {
    auto out = at::empty({x.size(0), weight.size(0)});
    const auto multiply_as = [&](auto kernel, auto* none) {
      using T = std::remove_pointer_t<decltype(none)>;
      const auto rows = x.contiguous();
      kernel({static_cast<const T*>(rows.data_ptr()), rows.size(0), rows.size(1), static_cast<const T*>(weight.data_ptr()), weight.size(0), out.data_ptr<float>(), weight.size(0)});
    };
    if (weight.scalar_type() == at::kFloat) multiply_as(kernels_->linear_float, static_cast<float*>(nullptr));
    else if (weight.scalar_type() == at::kHalf) multiply_as(kernels_->linear_half, static_cast<HalfBits*>(nullptr));
    else multiply_as(kernels_->linear_bf16, static_cast<std::uint16_t*>(nullptr));
    return out;
  }
  const RowKernels* kernels_ = nullptr;
};

/// Against the product in double.
TEST_P(FewRowsLinear, IsTheProductAtEverySize) {
  for (const auto type : {at::kFloat, at::kBFloat16, at::kHalf}) {
    for (const std::int64_t rows : {1, 2, 3, 7, 8, 9, 16}) {
      for (const std::int64_t in : {1, 15, 16, 17, 32, 47, 64, 500}) {
        for (const std::int64_t out : {1, 2, 5, 8}) {
          const auto x = at::randn({rows, in}).to(type), weight = at::randn({out, in}).to(type);
          const auto expected = at::matmul(x.to(at::kDouble), weight.to(at::kDouble).t());
          const auto error = (multiply(x, weight).to(at::kDouble) - expected).abs().max().item<double>();
          EXPECT_LT(error, 2e-6 * std::sqrt(static_cast<double>(in)) * 8) << rows << " x " << in << " x " << out;
        }
      }
    }
  }
}

TEST_P(FewRowsLinear, ARowsBitsAreItsOwn) {
  for (const auto type : {at::kFloat, at::kBFloat16, at::kHalf}) {
    const auto x = at::randn({13, 200}).to(type), weight = at::randn({37, 200}).to(type);
    const auto together = multiply(x, weight);
    for (std::int64_t r = 0; r < 13; ++r) EXPECT_TRUE(at::equal(multiply(x.narrow(0, r, 1), weight)[0], together[r])) << r;
    for (const std::int64_t count : {2, 4, 8, 11}) EXPECT_TRUE(at::equal(multiply(x.narrow(0, 1, count), weight), together.narrow(0, 1, count))) << count;
  }
}

/// Softmax and sum in double; several pieces, several heads, widths with and without a rest.
TEST_P(FewRowsLinear, GroupsAttendAsTheFormulaSays) {
  for (const std::int64_t width : {4, 16, 24, 64, 128}) {
    constexpr std::int64_t kHeads = 3, kFirst = 5, kSecond = 40, kLength = kFirst + kSecond;
    const auto q = at::randn({kHeads, width}), keys = at::randn({kLength, width}), values = at::randn({kLength, width});
    const float *k = keys.data_ptr<float>(), *v = values.data_ptr<float>();
    const HeadPiece<float> pieces[] = {{k, v, kFirst}, {k + kFirst * width, v + kFirst * width, kSecond}};
    std::vector<float> scores(kHeads * kLength);
    auto out = at::empty({kHeads, width});
    kernels_->attend_float({q.data_ptr<float>(), kHeads, width, pieces, 2, kLength, scores.data(), out.data_ptr<float>()});
    const auto expected = at::matmul(at::softmax(at::matmul(q.to(at::kDouble), keys.to(at::kDouble).t()), -1), values.to(at::kDouble));
    EXPECT_LT((out.to(at::kDouble) - expected).abs().max().item<double>(), 2e-5) << width;
    const HeadPiece<float> whole[] = {{k, v, kLength}};
    auto again = at::empty({kHeads, width});
    kernels_->attend_float({q.data_ptr<float>(), kHeads, width, whole, 1, kLength, scores.data(), again.data_ptr<float>()});
    EXPECT_TRUE(at::equal(out, again)) << "pieces change no bit";
  }
}

/// Each token's value is a channel of its own, so that what comes out are the shares.
TEST_P(FewRowsLinear, SharesAreRightFarBelowTheHighestScore) {
  constexpr std::int64_t kWidth = 48;
  const std::vector<float> kBelow = {0, 1e-6F, 0.3F, 5, 20, 60, 86, 88, 104, 200, 1e4F, 1e30F};
  for (const std::int64_t length : {1, 2, 15, 16, 17, 31, 33, 48}) {
    auto keys = at::zeros({length, kWidth}), q = at::zeros({1, kWidth});
    q[0][0] = 1;
    for (std::int64_t s = 0; s < length; ++s) keys[s][0] = 70 - kBelow[static_cast<std::size_t>(s * 5) % kBelow.size()];
    const auto values = at::eye(length, kWidth);
    const HeadPiece<float> pieces[] = {{keys.data_ptr<float>(), values.data_ptr<float>(), length}};
    std::vector<float> scores(static_cast<std::size_t>(length));
    auto out = at::empty({1, kWidth});
    kernels_->attend_float({q.data_ptr<float>(), 1, kWidth, pieces, 1, length, scores.data(), out.data_ptr<float>()});
    const auto expected = at::softmax(keys.select(1, 0).to(at::kDouble), 0), found = out[0].narrow(0, 0, length).to(at::kDouble);
    EXPECT_TRUE(((found - expected).abs() <= expected * 1e-5 + 1e-37).all().item<bool>()) << length << ": " << found << " in place of " << expected;
  }
}

/// Against the sum in double, over few values and many, close together and far apart.
TEST_P(FewRowsLinear, LogSumExpIsThatOfTheFormula) {
  for (const std::int64_t count : {1, 2, 15, 16, 17, 255, 256, 257, 300, 151'655}) {
    for (const float spread : {0.F, 1.F, 4.F, 30.F, 1e4F}) {
      const auto values = at::randn({count}) * spread + 17;
      EXPECT_NEAR(kernels_->log_sum_exp(values.data_ptr<float>(), count), at::logsumexp(values.to(at::kDouble), 0).item<double>(), 1e-10) << count << " spread by " << spread;
    }
  }
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const std::int64_t at : {0, 3, 16, 40}) {
    auto values = at::zeros({41});
    values[at] = -kInfinity;
    EXPECT_NEAR(kernels_->log_sum_exp(values.data_ptr<float>(), 41), std::log(40), 1e-12) << at;
    values[at] = std::numeric_limits<float>::quiet_NaN();
    EXPECT_TRUE(std::isnan(kernels_->log_sum_exp(values.data_ptr<float>(), 41))) << at;
  }
}

TEST_P(FewRowsLinear, ArgmaxIsTheFirstOfTheHighest) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity(), kNan = std::numeric_limits<float>::quiet_NaN();
  const auto of = [&](const std::vector<float>& values) { return kernels_->argmax(values.data(), static_cast<std::int64_t>(values.size())); };
  for (const std::size_t count : {1, 15, 16, 17, 1023, 1024, 1025, 3000}) {
    for (const std::size_t at : {std::size_t{0}, count / 3, count / 2, count - 1}) {
      std::vector<float> values(count, -2);
      values[at] = values[count - 1] = -1;
      EXPECT_EQ(of(values), static_cast<std::int64_t>(at)) << count;
      for (std::size_t i = 0; i < at; ++i) values[i] = i % 2 == 0 ? kNan : -kInfinity;
      EXPECT_EQ(of(values), static_cast<std::int64_t>(at)) << count << ", with others that do not count";
    }
    EXPECT_EQ(of(std::vector<float>(count, -kInfinity)), 0);
    EXPECT_EQ(of(std::vector<float>(count, kNan)), 0);
    EXPECT_EQ(of(std::vector<float>(count, kInfinity)), 0);
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, FewRowsLinear, ::testing::Values(RowInstructions::kPlain, RowInstructions::kAvx2, RowInstructions::kAvx512,
                                           RowInstructions::kAvx512Bf16),
                         [](const auto& kind) { return std::string(std::array{"plain", "avx2", "avx512", "avx512_bf16"}[static_cast<std::size_t>(kind.param)]); });

}  // namespace
}  // namespace assay
