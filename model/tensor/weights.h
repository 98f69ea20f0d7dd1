#pragma once
#include <ATen/core/Tensor.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/checkpoint/name_check.h"
#include "model/checkpoint/tensor_file.h"

namespace assay {

/// Hands out a checkpoint's tensors by name and keeps count, so that every parameter is filled and every stored tensor is used once.
/// A tensor whose stored dtype is the one asked for is a view of the mapped file, others are converted copies; off the CPU all are copies there.
class Weights {
 public:
  /// kShapes reads no contents: every tensor taken is empty. For looking at a checkpoint without loading it. kMadeUp reads none either
  /// and fills each tensor with one small number: what it computes means nothing and takes the time of the real ones.
  enum class Mode { kLoad, kShapes, kMadeUp };

  /// `checkpoint` must outlive every tensor taken.
  Weights(const Checkpoint& checkpoint, at::ScalarType dtype, Mode mode = Mode::kLoad, at::Device device = at::kCPU)
      : checkpoint_(checkpoint), dtype_(dtype), mode_(mode), device_(device) {}

  /// The tensor `name`, on the device. One that is missing or has another shape is remembered for check(), and zeros stand in for it until then.
  [[nodiscard]] at::Tensor take(const std::string& name, at::IntArrayRef shape);
  /// The same in the dtype in which it is stored and in the CPU's memory, which costs nothing.
  [[nodiscard]] at::Tensor take_as_stored(const std::string& name, at::IntArrayRef shape);
  [[nodiscard]] at::ScalarType dtype() const { return dtype_; }
  [[nodiscard]] at::Device device() const { return device_; }
  [[nodiscard]] bool has(std::string_view name) const { return checkpoint_.find(name) != nullptr; }

  /// Names tensors that a checkpoint may hold and nothing here reads: they are no surplus.
  void leave_unread(bool (*is_unread)(std::string_view name)) { is_unread_ = is_unread; }

  /// Empty when everything fits; else what is missing, what is surplus and what has another shape.
  [[nodiscard]] std::string mismatches() const;
  /// Throws ModelError with mismatches(), unless that is empty.
  void check(std::string_view where) const;

  /// The same for files that may hold more than is used: only what is missing or of another shape counts.
  [[nodiscard]] std::string absences() const;
  void check_present(std::string_view where) const;

 private:
  [[nodiscard]] at::Tensor take(const std::string& name, at::IntArrayRef shape, std::optional<at::ScalarType> dtype);
  [[nodiscard]] std::vector<NamedShape> stored_shapes() const;
  [[nodiscard]] std::vector<NamedShape> taken_shapes() const;

  const Checkpoint& checkpoint_;
  at::ScalarType dtype_;
  Mode mode_;
  at::Device device_;
  bool (*is_unread_)(std::string_view name) = nullptr;
  std::vector<NamedShape> expected_;
};

}  // namespace assay
