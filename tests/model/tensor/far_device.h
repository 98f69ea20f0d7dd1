#pragma once

/// A device for tests on machines without one: "privateuseone", LibTorch's name for a device of somebody else's. Its memory is the CPU's, its arithmetic too,
/// but an operation on tensors of which some are here and some are there throws, as it does on a GPU, and LibTorch sees a device that is not the CPU.
/// It has streams: work is done at once, but passes for done only once somebody has waited for it, or asked a few times. An operation that reads or writes what
/// another stream may still be at throws. A copy from it that is not waited for is made when its stream passes for done that far.
/// It is there once far_device.cpp is linked into a program; LibTorch 2 and later.
namespace assay {

inline constexpr const char* kFarDevice = "privateuseone";

/// What has happened there since the program began.
struct FarCounts {
  long operations = 0;
  long beside = 0;         ///< of these in other streams than the default one
  long overlapping = 0;    ///< of these in the default stream while work in another was not done
  long staged_copies = 0;  ///< to the device, not waited for, from pinned memory
  long other_copies = 0;   ///< not waited for, from memory that is not pinned
  long early_frees = 0;    ///< of memory that another stream than its own may still have been reading
};
[[nodiscard]] FarCounts far_counts();

}  // namespace assay
