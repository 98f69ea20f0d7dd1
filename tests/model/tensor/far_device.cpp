#include "tests/model/tensor/far_device.h"

#include <ATen/ATen.h>
#include <ATen/EmptyTensor.h>
#include <ATen/detail/PrivateUse1HooksInterface.h>
#include <ATen/native/CPUFallback.h>
#include <ATen/ops/_reshape_alias_native.h>
#include <ATen/ops/as_strided_native.h>
#include <ATen/ops/view_native.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <torch/library.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <utility>

namespace assay {
namespace {

constexpr auto kFar = c10::DeviceType::PrivateUse1;

/// Who has given the device what, and who knows what is done of it. Each stream counts what it was given.
class Streams {
 public:
  using Id = c10::StreamId;
  static constexpr Id kDefault = 0, kSideStreams = 4;

  void begin_operation() {
    const std::lock_guard lock(mutex_);
    ++given_[current()];
    ++counts_.operations;
    counts_.beside += current() != kDefault;
    counts_.overlapping += current() == kDefault && std::ranges::any_of(given_, [&](const auto& one) { return one.first != kDefault && one.second > host_knows_[one.first]; });
  }
  void read(const at::Tensor& t) { touch(t, /*is_write=*/false); }
  void write(const at::Tensor& t) { touch(t, /*is_write=*/true); }

  void allocated(const void* memory) {
    const std::lock_guard lock(mutex_);
    if (memory != nullptr) memory_[memory] = {current(), {}, {}, current(), 0};
  }
  void freed(const void* memory) {
    const std::lock_guard lock(mutex_);
    const auto found = memory_.extract(memory);
    if (found.empty()) return;
    const auto& was = found.mapped();
    for (const auto& [reader, when] : was.readers) counts_.early_frees += reader != was.owner && !is_known(was.owner, reader, when) && !was.recorded.contains(reader);
  }
  void recorded(const void* memory, Id stream) {
    const std::lock_guard lock(mutex_);
    if (const auto found = memory_.find(memory); found != memory_.end()) found->second.recorded.insert(stream);
  }

  [[nodiscard]] long given(Id stream) {
    const std::lock_guard lock(mutex_);
    return given_[stream];
  }
  /// The host knows that what `stream` was given up to then is done.
  void done(Id stream, long up_to) {
    const std::lock_guard lock(mutex_);
    auto& known = host_knows_[stream];
    known = std::max(known, up_to);
    for (auto& copies = copies_[stream]; !copies.empty() && copies.begin()->first <= known; copies.erase(copies.begin())) copies.begin()->second();
  }
  /// `copy` is made once what the current stream has been given is done.
  void copy_later(std::function<void()> copy) {
    const std::lock_guard lock(mutex_);
    copies_[current()].emplace(given_[current()], std::move(copy));
  }
  [[nodiscard]] bool is_done(Id stream, long up_to) {
    const std::lock_guard lock(mutex_);
    return up_to <= host_knows_[stream];
  }
  void all_done() {
    for (Id stream = kDefault; stream <= kSideStreams; ++stream) done(stream, given(stream));
  }
  /// `stream` goes on only behind what `other` was given up to then.
  void wait_for(Id stream, Id other, long up_to) {
    const std::lock_guard lock(mutex_);
    auto& known = knows_[{stream, other}];
    known = std::max(known, up_to);
  }
  void copied(bool is_staged) {
    const std::lock_guard lock(mutex_);
    ++(is_staged ? counts_.staged_copies : counts_.other_copies);
  }

  [[nodiscard]] static Id& current() {
    static thread_local Id id = kDefault;
    return id;
  }
  [[nodiscard]] Id next() { return 1 + next_++ % kSideStreams; }
  [[nodiscard]] FarCounts counts() {
    const std::lock_guard lock(mutex_);
    return counts_;
  }

 private:
  struct Memory {
    Id owner = kDefault;
    std::map<Id, long> readers;
    std::set<Id> recorded;
    Id writer = kDefault;
    long written = 0;
  };

  [[nodiscard]] bool is_known(Id stream, Id other, long when) { return stream == other || when <= host_knows_[other] || when <= knows_[{stream, other}]; }
  void touch(const at::Tensor& t, bool is_write) {
    if (!t.defined() || t.device().type() != kFar) return;
    const std::lock_guard lock(mutex_);
    const auto found = memory_.find(t.storage().data());
    if (found == memory_.end()) return;
    auto& memory = found->second;
    const auto now = current();
    TORCH_CHECK(is_known(now, memory.writer, memory.written), "stream ", now, " is at what stream ", memory.writer, " may still be writing");
    if (!is_write) {
      memory.readers[now] = given_[now];
      return;
    }
    for (const auto& [reader, when] : memory.readers) TORCH_CHECK(is_known(now, reader, when), "stream ", now, " writes what stream ", reader, " may still be reading");
    memory.writer = now;
    memory.written = given_[now];
  }

  std::mutex mutex_;
  std::atomic<Id> next_{0};
  std::map<Id, long> given_, host_knows_;
  std::map<std::pair<Id, Id>, long> knows_;
  std::map<Id, std::multimap<long, std::function<void()>>> copies_;  ///< to be made, by when they were given
  std::map<const void*, Memory> memory_;
  FarCounts counts_;
};
Streams streams;

struct FarAllocator final : at::Allocator {
  static void free_memory(void* memory) {
    streams.freed(memory);
    std::free(memory);  // NOLINT: from allocate()
  }
  at::DataPtr allocate(std::size_t bytes) override {
    void* const memory = bytes == 0 ? nullptr : std::malloc(bytes);  // NOLINT: what raw_deleter() gives back
    streams.allocated(memory);
    return {memory, memory, &free_memory, at::Device(kFar, 0)};
  }
  at::DeleterFnPtr raw_deleter() const override { return &free_memory; }
  void copy_data(void* to, const void* from, std::size_t bytes) const override { std::memcpy(to, from, bytes); }
};
FarAllocator allocator;

/// Memory of the CPU that the device could read by itself.
struct PinnedAllocator final : at::Allocator {
  static inline std::mutex mutex;
  static inline std::map<const char*, std::size_t> sizes;

  static void free_memory(void* memory) {
    {
      const std::lock_guard lock(mutex);
      sizes.erase(static_cast<const char*>(memory));
    }
    std::free(memory);  // NOLINT: from allocate()
  }
  at::DataPtr allocate(std::size_t bytes) override {
    void* const memory = std::aligned_alloc(64, (bytes + 64) / 64 * 64);  // NOLINT: what raw_deleter() gives back
    const std::lock_guard lock(mutex);
    sizes[static_cast<const char*>(memory)] = bytes;
    return {memory, memory, &free_memory, at::Device(at::kCPU)};
  }
  at::DeleterFnPtr raw_deleter() const override { return &free_memory; }
  void copy_data(void* to, const void* from, std::size_t bytes) const override { std::memcpy(to, from, bytes); }

  static bool has(const void* pointer) {
    const std::lock_guard lock(mutex);
    const auto* const at = static_cast<const char*>(pointer);
    auto after = sizes.upper_bound(at);
    return after != sizes.begin() && (--after, at < after->first + after->second);
  }
};
PinnedAllocator pinned_allocator;

struct FarHooks final : at::PrivateUse1HooksInterface {
  bool isBuilt() const override { return true; }
  bool isAvailable() const override { return true; }
  bool hasPrimaryContext(c10::DeviceIndex) const override { return true; }
  bool isPinnedPtr(const void* data) const override { return PinnedAllocator::has(data); }
  at::Allocator* getPinnedMemoryAllocator() const override { return &pinned_allocator; }
};
[[maybe_unused]] const bool has_hooks = [] {
  static FarHooks hooks;
  at::RegisterPrivateUse1HooksInterface(&hooks);
  c10::register_privateuse1_backend(kFarDevice);
  return true;
}();

struct FarEvent {
  Streams::Id stream = Streams::kDefault;
  long given = 0;
  std::chrono::steady_clock::time_point when;
  int questions = 0;  ///< since it was recorded
};

struct FarGuard final : c10::impl::DeviceGuardImplInterface {
  static constexpr int kPatience = 3;  // questions until an event is done by itself

  static c10::Stream stream_of(Streams::Id id) { return c10::Stream(c10::Stream::UNSAFE, c10::Device(kFar, 0), id); }
  static FarEvent& event_at(void* event) { return *static_cast<FarEvent*>(event); }

  c10::DeviceType type() const override { return kFar; }
  c10::Device exchangeDevice(c10::Device) const override { return {kFar, 0}; }
  c10::Device getDevice() const override { return {kFar, 0}; }
  void setDevice(c10::Device) const override {}
  void uncheckedSetDevice(c10::Device) const noexcept override {}
  c10::Stream getStream(c10::Device) const override { return stream_of(Streams::current()); }
  c10::Stream getDefaultStream(c10::Device) const override { return stream_of(Streams::kDefault); }
  c10::Stream getStreamFromGlobalPool(c10::Device, bool) const override { return stream_of(streams.next()); }
  c10::Stream exchangeStream(c10::Stream stream) const override { return stream_of(std::exchange(Streams::current(), stream.id())); }
  c10::DeviceIndex deviceCount() const noexcept override { return 1; }
  void synchronizeStream(const c10::Stream& stream) const override { streams.done(stream.id(), streams.given(stream.id())); }
  void synchronizeDevice(c10::DeviceIndex) const override { streams.all_done(); }
  void recordDataPtrOnStream(const c10::DataPtr& memory, const c10::Stream& stream) const override { streams.recorded(memory.get(), stream.id()); }

  void record(void** event, const c10::Stream& stream, c10::DeviceIndex, c10::EventFlag) const override {
    if (*event == nullptr) *event = new FarEvent;  // NOLINT: destroyEvent() gives it back
    event_at(*event) = {stream.id(), streams.given(stream.id()), std::chrono::steady_clock::now(), 0};
  }
  void block(void* event, const c10::Stream& stream) const override { streams.wait_for(stream.id(), event_at(event).stream, event_at(event).given); }
  bool queryEvent(void* event) const override {
    if (++event_at(event).questions >= kPatience) synchronizeEvent(event);
    return streams.is_done(event_at(event).stream, event_at(event).given);
  }
  void synchronizeEvent(void* event) const override { streams.done(event_at(event).stream, event_at(event).given); }
  double elapsedTime(void* begin, void* end, c10::DeviceIndex) const override {
    return std::chrono::duration<double, std::milli>(event_at(end).when - event_at(begin).when).count();
  }
  void destroyEvent(void* event, c10::DeviceIndex) const noexcept override { delete static_cast<FarEvent*>(event); }  // NOLINT: from record()
};
C10_REGISTER_GUARD_IMPL(PrivateUse1, FarGuard)

at::Tensor empty(c10::IntArrayRef size, std::optional<at::ScalarType> type, std::optional<at::Layout>, std::optional<at::Device>, std::optional<bool>,
                 std::optional<at::MemoryFormat> format) {
  return at::detail::empty_generic(size, &allocator, c10::DispatchKeySet(c10::DispatchKey::PrivateUse1), type.value_or(at::kFloat), format);
}

at::Tensor empty_strided(c10::IntArrayRef size, c10::IntArrayRef strides, std::optional<at::ScalarType> type, std::optional<at::Layout>, std::optional<at::Device>,
                         std::optional<bool>) {
  return at::detail::empty_strided_generic(size, strides, &allocator, c10::DispatchKeySet(c10::DispatchKey::PrivateUse1), type.value_or(at::kFloat));
}

/// The same memory as a tensor of the CPU.
at::Tensor near_view(const at::Tensor& t) {
  if (t.device().is_cpu()) return t;
  return at::from_blob(t.data_ptr(), t.sizes(), t.strides(), at::TensorOptions(t.scalar_type()));
}

/// True while an operation is done by the CPU's kernel, whose copies there and back are no work of anybody's.
thread_local bool is_by_the_cpu = false;

at::Tensor copy_from(const at::Tensor& self, const at::Tensor& to, bool non_blocking) {
  if (!is_by_the_cpu) {
    streams.begin_operation();
    streams.read(self);
    streams.write(to);
    if (to.is_cpu() && !non_blocking) streams.done(Streams::current(), streams.given(Streams::current()));
    if (self.is_cpu() && non_blocking) streams.copied(PinnedAllocator::has(self.data_ptr()));
    if (to.is_cpu() && non_blocking) {
      streams.copy_later([to, values = near_view(self).clone()] { to.copy_(values); });
      return to;
    }
  }
  near_view(to).copy_(near_view(self));
  return to;
}

/// What was in it is gone.
const at::Tensor& resize(const at::Tensor& self, c10::IntArrayRef size, std::optional<at::MemoryFormat>) {
  auto* const tensor = self.unsafeGetTensorImpl();
  tensor->set_storage_keep_dtype(empty(size, self.scalar_type(), {}, {}, {}, {}).storage());
  tensor->set_sizes_contiguous(size);
  return self;
}

/// What the fallback writes results with.
at::Tensor copy_from_and_resize(const at::Tensor& self, const at::Tensor& to) {
  if (to.sizes() != self.sizes()) to.resize_(self.sizes());
  return copy_from(self, to, false);
}

at::Scalar local_scalar(const at::Tensor& self) {
  streams.read(self);
  streams.done(Streams::current(), streams.given(Streams::current()));
  return near_view(self).item();
}

void check_is_there(const at::Tensor& t, const c10::OperatorHandle& op) {
  TORCH_CHECK(!t.defined() || t.dim() == 0 || t.device().type() == kFar, op.schema().operator_name(), ": a tensor of ", t.sizes(), " is on ", t.device(), ", others are on the far device");
}

/// Calls use(tensor) for those in a value.
template <typename Use>
void for_tensors(const c10::IValue& value, const Use& use) {
  if (value.isTensor()) use(value.toTensor());
  if (value.isTensorList())
    for (const auto& t : value.toTensorVector()) use(t);
  if (value.isOptionalTensorList())
    for (const auto& t : value.toOptionalTensorVector())
      if (t) use(*t);
}

void by_the_cpu(const c10::OperatorHandle& op, torch::jit::Stack* stack) {
  streams.begin_operation();
  const auto& arguments = op.schema().arguments();
  const auto given = torch::jit::last(*stack, arguments.size());
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const bool is_written = arguments[i].alias_info() != nullptr && arguments[i].alias_info()->isWrite();
    for_tensors(given[i], [&](const at::Tensor& t) {
      check_is_there(t, op);
      if (is_written) streams.write(t);
      else streams.read(t);
    });
  }
  is_by_the_cpu = true;
  try {
    at::native::cpu_fallback(op, stack);
  } catch (...) {
    is_by_the_cpu = false;
    throw;
  }
  is_by_the_cpu = false;
  for (const auto& value : torch::jit::last(*stack, op.schema().returns().size())) for_tensors(value, [](const at::Tensor& t) { streams.write(t); });
}

TORCH_LIBRARY_IMPL(_, PrivateUse1, m) { m.fallback(torch::CppFunction::makeFromBoxedFunction<&by_the_cpu>()); }

TORCH_LIBRARY_IMPL(aten, PrivateUse1, m) {
  m.impl("empty.memory_format", empty);
  m.impl("empty_strided", empty_strided);
  m.impl("_copy_from", copy_from);
  m.impl("_copy_from_and_resize", copy_from_and_resize);
  m.impl("resize_", resize);
  m.impl("_local_scalar_dense", local_scalar);
  m.impl("as_strided", at::native::as_strided_tensorimpl);
  m.impl("view", at::native::view);
  m.impl("_reshape_alias", at::native::_reshape_alias);
}

}  // namespace

FarCounts far_counts() { return streams.counts(); }

}  // namespace assay
