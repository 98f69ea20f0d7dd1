#include "model/tensor/side_stream.h"

#include <ATen/ATen.h>
#include <c10/core/Event.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <torch/version.h>

#include <chrono>
#include <utility>

#include "model/tensor/device.h"

namespace assay {
namespace {

class Done final : public Underway {
 public:
  explicit Done(double ms) : ms_(ms) {}
  [[nodiscard]] bool is_done() const override { return true; }
  double wait() const override { return ms_; }

 private:
  double ms_;
};

SideStream::Started done_at_once(at::Device device, const std::function<at::Tensor()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  auto value = work();
  wait_for(device);
  const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - begin;
  return {std::move(value), std::make_shared<Done>(taken.count())};
}

}  // namespace

#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)

namespace {

class BetweenEvents final : public Underway {
 public:
  explicit BetweenEvents(at::DeviceType device) : begin_(device, c10::EventFlag::BACKEND_DEFAULT), end_(device, c10::EventFlag::BACKEND_DEFAULT) {}
  void begin(const c10::Stream& stream) { begin_.record(stream); }
  void end(const c10::Stream& stream) { end_.record(stream); }
  [[nodiscard]] bool is_done() const override { return end_.query(); }
  double wait() const override {
    end_.synchronize();
    return begin_.elapsedTime(end_);
  }

 private:
  c10::Event begin_, end_;  // with times
};

}  // namespace

struct SideStream::Stream {
  const c10::impl::DeviceGuardImplInterface* device;
  c10::Stream stream;
};

SideStream::SideStream(at::Device device) : device_(device) {
  if (device.is_cpu()) return;
  const auto* const guard = c10::impl::getDeviceGuardImpl(device.type());
  try {
    stream_ = std::make_unique<Stream>(guard, guard->getStreamFromGlobalPool(device, /*isHighPriority=*/false));
  } catch (const c10::Error&) {  // a device that has no streams
  }
}

SideStream::Started SideStream::run(const std::function<at::Tensor()>& work) const {
  if (!stream_) return done_at_once(device_, work);
  const auto& [device, side] = *stream_;
  const auto current = device->getStream(device_);
  c10::Event given(device_.type());
  given.record(current);
  const c10::StreamGuard guard(side);
  given.block(side);
  auto underway = std::make_shared<BetweenEvents>(device_.type());
  underway->begin(side);
  auto value = work();
  underway->end(side);
  // Its memory belongs to the side stream, and must not be given to other work there while the current stream still reads it.
  device->recordDataPtrOnStream(value.storage().data_ptr(), current);
  return {std::move(value), std::move(underway)};
}

#else

struct SideStream::Stream {};
SideStream::SideStream(at::Device device) : device_(device) {}
SideStream::Started SideStream::run(const std::function<at::Tensor()>& work) const { return done_at_once(device_, work); }

#endif

SideStream::~SideStream() = default;

}  // namespace assay
