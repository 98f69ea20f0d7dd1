#include "model/tensor/weights.h"

#include <ATen/ATen.h>

#include "harness/base/error.h"

namespace assay {
namespace {

constexpr double kMadeUpWeight = 0.01;

std::optional<at::ScalarType> scalar_type_of(StoredType type) {
  switch (type) {
    case StoredType::kFloat64: return at::kDouble;
    case StoredType::kFloat32: return at::kFloat;
    case StoredType::kFloat16: return at::kHalf;
    case StoredType::kBFloat16: return at::kBFloat16;
    case StoredType::kInt64: return at::kLong;
    case StoredType::kInt32: return at::kInt;
    case StoredType::kInt16: return at::kShort;
    case StoredType::kInt8: return at::kChar;
    case StoredType::kUInt8: return at::kByte;
    case StoredType::kBool: return at::kBool;
    default: return std::nullopt;
  }
}

/// In `asked`, or as it is stored.
at::Tensor view_of(const StoredTensor& stored, std::optional<at::ScalarType> asked) {
  const auto type = scalar_type_of(stored.type);
  if (!type) throw ModelError(fmt::format("{}: dtype {} does not run here", stored.name, name_of(stored.type)));
  const auto dtype = asked.value_or(*type);
  if (stored.is_aligned() && !stored.is_contiguous()) {
    // The mapping is read-only and nothing here writes through it.
    const auto view = at::from_blob(const_cast<std::byte*>(stored.bytes.data()), stored.shape, stored.strides, at::TensorOptions(*type));
    return view.to(dtype).contiguous();
  }
  if (stored.is_aligned()) return at::from_blob(const_cast<std::byte*>(stored.bytes.data()), stored.shape, at::TensorOptions(*type)).to(dtype);
  auto bytes = contiguous_bytes(stored);
  return at::from_blob(bytes.data(), stored.shape, at::TensorOptions(*type)).clone().to(dtype);
}

}  // namespace

at::Tensor Weights::take(const std::string& name, at::IntArrayRef shape) { return take(name, shape, dtype_).to(device_); }

at::Tensor Weights::take_as_stored(const std::string& name, at::IntArrayRef shape) { return take(name, shape, std::nullopt); }

at::Tensor Weights::take(const std::string& name, at::IntArrayRef shape, std::optional<at::ScalarType> dtype) {
  expected_.push_back({name, shape.vec(), ""});
  if (mode_ == Mode::kMadeUp) return at::full(shape, kMadeUpWeight, dtype.value_or(dtype_));
  const auto* stored = checkpoint_.find(name);
  if (mode_ == Mode::kShapes || stored == nullptr || at::IntArrayRef(stored->shape) != shape) {
    return at::zeros({1}, dtype.value_or(dtype_)).expand(shape);  // takes no room
  }
  return view_of(*stored, dtype);
}

std::string Weights::mismatches() const { return mismatch_text(expected_, stored_shapes()); }

std::string Weights::absences() const { return mismatch_text(expected_, taken_shapes()); }

void Weights::check_present(std::string_view where) const { check_all_used(where, expected_, taken_shapes()); }

std::vector<NamedShape> Weights::stored_shapes() const {
  std::vector<NamedShape> shapes;
  for (const auto& tensor : checkpoint_.tensors())
    if (is_unread_ == nullptr || !is_unread_(tensor.name)) shapes.push_back({tensor.name, tensor.shape, tensor.file.filename().string()});
  return shapes;
}

std::vector<NamedShape> Weights::taken_shapes() const {
  std::vector<NamedShape> shapes;
  for (const auto& one : expected_)
    if (const auto* stored = checkpoint_.find(one.name)) shapes.push_back({stored->name, stored->shape, stored->file.filename().string()});
  return shapes;
}

void Weights::check(std::string_view where) const { check_all_used(where, expected_, stored_shapes()); }

}  // namespace assay
