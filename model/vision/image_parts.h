#pragma once
#include <ATen/core/Tensor.h>

#include <functional>

namespace assay {

/// forward() of some images after the others: of one for each eight threads, so that what a layer hands to the next one stays in the caches. Thirteen images at
/// once took 6 % longer than one by one on two cores. For encoders of packed weights, whose rows' bits are their own.
/// Shapes  pixels [B, ...] -> what forward gives, [B, ...]
[[nodiscard]] at::Tensor by_parts(const at::Tensor& pixels, const std::function<at::Tensor(const at::Tensor& some)>& forward);

}  // namespace assay
