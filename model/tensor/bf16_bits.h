#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>

namespace assay {

/// Where a bfloat16 tensor's values lie, as kernels take them; null for an undefined one.
[[nodiscard]] inline std::uint16_t* bf16_bits(const at::Tensor& t) { return t.defined() ? static_cast<std::uint16_t*>(t.data_ptr()) : nullptr; }

[[nodiscard]] inline bool is_bf16_on_cpu(const at::Tensor& t) { return t.scalar_type() == at::kBFloat16 && t.device().is_cpu(); }

}  // namespace assay
