#pragma once
#include <ATen/core/Tensor.h>

namespace assay {

/// at::silu with bits that do not depend on a row's place among the others. at::silu cuts a large tensor into one part a thread,
/// wherever that falls, and takes the last few elements of a part by another exp than the rest: the same row may get other bits.
/// For the few rows of a decode step.  Shapes  [R, F] -> [R, F]
[[nodiscard]] at::Tensor silu_by_row(const at::Tensor& x);

}  // namespace assay
