#include "model/tensor/mlp.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <cmath>
#include <tuple>

namespace assay {
namespace {

/// A layer's MLP of a width, an inner width and a dtype, and what runs through it.
class MlpShapes : public ::testing::TestWithParam<std::tuple<std::int64_t, std::int64_t, at::ScalarType>> {
 protected:
  MlpShapes() : threads_(at::get_num_threads()) { at::manual_seed(1); }
  ~MlpShapes() override { at::set_num_threads(threads_); }

  [[nodiscard]] Linear linear(std::int64_t out, std::int64_t in, bool has_bias) const {
    return Linear(made({out, in}) / std::sqrt(static_cast<double>(in)), has_bias ? made({out}) : at::Tensor());
  }
  [[nodiscard]] at::Tensor made(at::IntArrayRef shape) const { return at::randn(shape).to(std::get<2>(GetParam())); }

  /// Calls check(residual, x) for rows on and off the sizes of blocks and pieces, by one thread and by two.
  template <typename Check>
  void for_rows_and_threads(const Check& check) const {
    for (const int threads : {1, 2}) {
      at::set_num_threads(threads);
      for (const std::int64_t rows : {0, 1, 33, 96, 200, 215, 257, 1025}) {
        SCOPED_TRACE(::testing::Message() << rows << " rows, " << threads << " threads");
        const auto width = std::get<0>(GetParam());
        check(made({rows, width}), made({rows, width}));
      }
    }
  }

 private:
  int threads_;
};

TEST_P(MlpShapes, HasTheBitsOfTheProductsOneByOne) {
  const auto [width, inner, dtype] = GetParam();
  const auto up = linear(inner, width, true), down = linear(width, inner, true), plain_up = linear(inner, width, false), plain_down = linear(width, inner, false);
  const auto scale = made({width});
  for_rows_and_threads([&](const at::Tensor& residual, const at::Tensor& x) {
    EXPECT_TRUE(at::equal(add_mlp(residual, x, up, Activation::kGelu, down, scale), down.added_to(residual, up.gelu(x), scale)));
    EXPECT_TRUE(at::equal(add_mlp(residual, x, up, Activation::kQuickGelu, down), down.added_to(residual, up.quick_gelu(x))));
    EXPECT_TRUE(at::equal(add_mlp(residual, x, plain_up, Activation::kGelu, plain_down), plain_down.added_to(residual, plain_up.gelu(x))));
  });
}

TEST_P(MlpShapes, HasTheBitsOfTheProductsOneByOneWithAGate) {
  const auto [width, inner, dtype] = GetParam();
  for (const bool has_bias : {false, true}) {
    const auto gate = linear(inner, width, has_bias), up = linear(inner, width, has_bias), down = linear(width, inner, has_bias);
    for_rows_and_threads([&](const at::Tensor& residual, const at::Tensor& x) {
      EXPECT_TRUE(at::equal(add_gated_mlp(residual, x, gate, up, down), down.added_to(residual, up.gated_by(gate(x), x))));
    });
  }
}

TEST_P(MlpShapes, TakesRowsAsTheyLie) {
  const auto [width, inner, dtype] = GetParam();
  at::set_num_threads(1);
  const auto up = linear(inner, width, true), down = linear(width, inner, true);
  const auto all = made({2, 230, 3 * width});
  const auto x = all.narrow(2, width, width), residual = all.narrow(2, 0, width);  // [2, 230, D], strided
  const auto sum = add_mlp(residual, x, up, Activation::kGelu, down);
  EXPECT_EQ(sum.sizes(), x.sizes());
  EXPECT_TRUE(at::equal(sum, down.added_to(residual, up.gelu(x))));
}

// The last two are not done stretch by stretch anywhere: widths that fill no tiles, and another dtype.
INSTANTIATE_TEST_SUITE_P(Widths, MlpShapes,
                         ::testing::Values(std::tuple{64, 32, at::kBFloat16}, std::tuple{96, 1376, at::kBFloat16}, std::tuple{512, 2048, at::kBFloat16},
                                           std::tuple{1024, 1056, at::kBFloat16}, std::tuple{40, 100, at::kBFloat16}, std::tuple{64, 128, at::kFloat}));

}  // namespace
}  // namespace assay
