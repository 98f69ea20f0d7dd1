#pragma once
#include <ATen/core/Tensor.h>

// By way of memory of the CPU's that a device reads and writes by itself (pinned), where there is such: copies then need not be waited for, or take less long.
namespace assay {

/// `values`, which are on the CPU, in such memory for `device`; themselves where that is the CPU.
[[nodiscard]] at::Tensor staged_for(at::Device device, const at::Tensor& values);

/// `values` on the CPU, once their device has done what its current stream was given; themselves where they are there.
[[nodiscard]] at::Tensor fetched(const at::Tensor& values);

}  // namespace assay
