#include "tests/model/tensor/far_device.h"

#include <ATen/ATen.h>
#include <ATen/EmptyTensor.h>
#include <ATen/native/CPUFallback.h>
#include <ATen/ops/_reshape_alias_native.h>
#include <ATen/ops/as_strided_native.h>
#include <ATen/ops/view_native.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <torch/library.h>

#include <atomic>
#include <cstdlib>
#include <cstring>

namespace assay {
namespace {

constexpr auto kFar = c10::DeviceType::PrivateUse1;
std::atomic<long> operations{0};

struct FarAllocator final : at::Allocator {
  at::DataPtr allocate(std::size_t bytes) override {
    void* const memory = bytes == 0 ? nullptr : std::malloc(bytes);  // NOLINT: what raw_deleter() gives back
    return {memory, memory, &std::free, at::Device(kFar, 0)};
  }
  at::DeleterFnPtr raw_deleter() const override { return &std::free; }
  void copy_data(void* to, const void* from, std::size_t bytes) const override { std::memcpy(to, from, bytes); }
};
FarAllocator allocator;

struct FarGuard final : c10::impl::DeviceGuardImplInterface {
  c10::DeviceType type() const override { return kFar; }
  c10::Device exchangeDevice(c10::Device) const override { return {kFar, 0}; }
  c10::Device getDevice() const override { return {kFar, 0}; }
  void setDevice(c10::Device) const override {}
  void uncheckedSetDevice(c10::Device) const noexcept override {}
  c10::Stream getStream(c10::Device) const override { return c10::Stream(c10::Stream::DEFAULT, c10::Device(kFar, 0)); }
  c10::Stream exchangeStream(c10::Stream) const override { return c10::Stream(c10::Stream::DEFAULT, c10::Device(kFar, 0)); }
  c10::DeviceIndex deviceCount() const noexcept override { return 1; }
  void synchronizeDevice(c10::DeviceIndex) const override {}
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

at::Tensor copy_from(const at::Tensor& self, const at::Tensor& to, bool) {
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

at::Scalar local_scalar(const at::Tensor& self) { return near_view(self).item(); }

void check_is_there(const at::Tensor& t, const c10::OperatorHandle& op) {
  TORCH_CHECK(!t.defined() || t.dim() == 0 || t.device().type() == kFar, op.schema().operator_name(), ": a tensor of ", t.sizes(), " is on ", t.device(), ", others are on the far device");
}

void check_all_there(const c10::IValue& value, const c10::OperatorHandle& op) {
  if (value.isTensor()) check_is_there(value.toTensor(), op);
  if (value.isTensorList())
    for (const auto& t : value.toTensorVector()) check_is_there(t, op);
  if (value.isOptionalTensorList())
    for (const auto& t : value.toOptionalTensorVector())
      if (t) check_is_there(*t, op);
}

void by_the_cpu(const c10::OperatorHandle& op, torch::jit::Stack* stack) {
  ++operations;
  for (const auto& value : torch::jit::last(*stack, op.schema().arguments().size())) check_all_there(value, op);
  at::native::cpu_fallback(op, stack);
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

long far_operations() { return operations; }

}  // namespace assay
