#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace assay {

inline constexpr std::int64_t kAny = -1;

/// Throws ModelError "what: expected [a, b], got [c, d]" unless `x` has this shape; kAny matches every size.
void check_shape(const at::Tensor& x, std::initializer_list<std::int64_t> shape, std::string_view what);

}  // namespace assay
