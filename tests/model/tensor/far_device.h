#pragma once

/// A device for tests on machines without one: "privateuseone", LibTorch's name for a device of somebody else's. Its memory is the CPU's, its arithmetic too,
/// but an operation on tensors of which some are here and some are there throws, as it does on a GPU, and LibTorch sees a device that is not the CPU.
/// It is there once far_device.cpp is linked into a program; LibTorch 2 and later.
namespace assay {

inline constexpr const char* kFarDevice = "privateuseone";

/// How often an operation has run there.
[[nodiscard]] long far_operations();

}  // namespace assay
