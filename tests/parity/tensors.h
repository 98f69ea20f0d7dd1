#pragma once
#include <ATen/ATen.h>

namespace assay::testing {

/// The largest distance of two elements at the same place, in float64.
[[nodiscard]] inline double difference(const at::Tensor& a, const at::Tensor& b) {
  return (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>();
}

}  // namespace assay::testing
