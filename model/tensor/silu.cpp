#include "model/tensor/silu.h"

#include <ATen/ATen.h>

namespace assay {

at::Tensor silu_by_row(const at::Tensor& x) {
  auto out = at::empty(x.sizes(), x.options());
  for (std::int64_t r = 0; r < x.size(0); ++r) {
    auto row = out.select(0, r);
    at::silu_out(row, x.select(0, r));
  }
  return out;
}

}  // namespace assay
