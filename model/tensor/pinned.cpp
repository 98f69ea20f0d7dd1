#include "model/tensor/pinned.h"

#include <ATen/ATen.h>
#include <c10/core/Stream.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>

#include <optional>

namespace assay {
namespace {

/// Like `values`, on the CPU. Nothing where none is left, or the device knows none: its driver then copies by way of memory of its own.
std::optional<at::Tensor> pinned_like(const at::Tensor& values) {
  try {
    return at::empty(values.sizes(), at::TensorOptions(values.scalar_type()).device(at::kCPU).pinned_memory(true));
  } catch (const c10::Error&) {
    return {};
  }
}

}  // namespace

at::Tensor staged_for(at::Device device, const at::Tensor& values) {
  if (device.is_cpu()) return values;
  const auto staged = pinned_like(values);
  return staged ? staged->copy_(values) : values;
}

at::Tensor fetched(const at::Tensor& values) {
  if (values.device().is_cpu()) return values;
  const auto here = pinned_like(values);
  if (!here) return values.cpu();
  here->copy_(values, /*non_blocking=*/true);
  c10::impl::getDeviceGuardImpl(values.device().type())->getStream(values.device()).synchronize();
  return *here;
}

}  // namespace assay
