#pragma once
#include <ATen/core/Tensor.h>

#include <string>

namespace assay {

/// The device of that name: "cpu", "cuda" (the first), "cuda:1". Throws ConfigError for one that LibTorch or the machine does not have.
[[nodiscard]] at::Device find_device(const std::string& name);

/// Waits until `device` has done what it was given, so that a time taken now is the work's. The CPU always has.
void wait_for(at::Device device);

}  // namespace assay
