#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>

namespace assay {

/// How many images a packed encoder takes at once on this machine's threads: one for each eight of them, so that what a layer hands to the next one stays in the
/// caches. Thirteen images at once took 6 % longer than one by one on two cores.
[[nodiscard]] std::int64_t images_together();

/// forward() of `part` images at a time.  Shapes  pixels [B, ...] -> what forward gives, [B, ...]
[[nodiscard]] at::Tensor by_parts(const at::Tensor& pixels, std::int64_t part, const std::function<at::Tensor(const at::Tensor& some)>& forward);

}  // namespace assay
