#include "model/tensor/device.h"

#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <torch/version.h>

#include <algorithm>
#include <optional>

#include "harness/base/error.h"

namespace assay {
namespace {

/// PrivateUse1 is a name for any other device, by a library that brings it.
constexpr at::DeviceType kComputing[] = {at::kCPU, at::kCUDA, at::kXPU, at::kPrivateUse1};

std::optional<at::Device> parse(const std::string& name) {
  try {
    const at::Device device(name);
    if (std::ranges::find(kComputing, device.type()) != std::end(kComputing)) return device;
  } catch (const c10::Error&) {  // no name that LibTorch knows
  }
  return std::nullopt;
}

}  // namespace

at::Device find_device(const std::string& name) {
  const auto device = parse(name);
  if (!device) throw ConfigError(fmt::format("device \"{}\" is none to compute on; name \"cpu\", \"cuda\", or one of several by its number: \"cuda:1\"", name));
  if (device->is_cpu()) return at::kCPU;
  const auto kind = at::DeviceTypeName(device->type(), /*lower_case=*/true);
  if (!c10::impl::hasDeviceGuardImpl(device->type()))
    throw ConfigError(fmt::format("device \"{}\": this program's LibTorch {} cannot compute on {}; build against one that can (cmake -DASSAY_WITH_CUDA=ON), or "
                                  "use \"cpu\"", name, TORCH_VERSION, kind));
  const int count = c10::impl::getDeviceGuardImpl(device->type())->deviceCount(), index = device->has_index() ? device->index() : 0;
  if (count == 0) throw ConfigError(fmt::format("device \"{}\": LibTorch finds no {} device on this machine, or none that it may use; use \"cpu\"", name, kind));
  if (index >= count) throw ConfigError(fmt::format("device \"{}\" is not there: this machine has {}:0 to {}:{}", name, kind, kind, count - 1));
  return {device->type(), static_cast<at::DeviceIndex>(index)};
}

void wait_for([[maybe_unused]] at::Device device) {
#if TORCH_VERSION_MAJOR >= 2
  if (!device.is_cpu()) c10::impl::getDeviceGuardImpl(device.type())->synchronizeDevice(device.index());
#endif
}

}  // namespace assay
