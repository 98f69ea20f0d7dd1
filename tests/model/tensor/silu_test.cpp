#include "model/tensor/silu.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

namespace assay {
namespace {

/// Widths of real MLPs; with three threads the parts of 8 rows of 14336 end within a vector.
TEST(SiluByRow, GivesEqualRowsEqualBits) {
  const int before = at::get_num_threads();
  for (const int threads : {1, 3, 4}) {
    at::set_num_threads(threads);
    for (const std::int64_t width : {176, 4864, 8192, 14336}) {
      for (const std::int64_t rows : {8, 16}) {
        const auto row = at::randn({1, 2 * width});
        const auto x = row.expand({rows, 2 * width}).contiguous().chunk(2, -1)[1];
        const auto y = silu_by_row(x);
        EXPECT_TRUE(at::equal(y, y.narrow(0, 0, 1).expand({rows, width}))) << threads << " threads, " << rows << " x " << width;
        EXPECT_TRUE(at::allclose(y, at::silu(x), 1e-6, 1e-7));
      }
    }
  }
  at::set_num_threads(before);
}

}  // namespace
}  // namespace assay
