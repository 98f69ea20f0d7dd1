#include "model/checkpoint/stored_tensor.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "harness/base/error.h"

namespace assay {
namespace {

static_assert(std::endian::native == std::endian::little, "weight files are little-endian and are read in place");

constexpr std::size_t kHighestRank = 64;

struct TypeRow {
  StoredType type;
  std::string_view name;  ///< in safetensors
  std::size_t size;
};

constexpr TypeRow kTypes[] = {
    {StoredType::kFloat64, "F64", 8},
    {StoredType::kFloat32, "F32", 4},
    {StoredType::kFloat16, "F16", 2},
    {StoredType::kBFloat16, "BF16", 2},
    {StoredType::kFloat8E4M3, "F8_E4M3", 1},
    {StoredType::kFloat8E5M2, "F8_E5M2", 1},
    {StoredType::kComplex64, "C64", 8},
    {StoredType::kInt64, "I64", 8},
    {StoredType::kInt32, "I32", 4},
    {StoredType::kInt16, "I16", 2},
    {StoredType::kInt8, "I8", 1},
    {StoredType::kUInt64, "U64", 8},
    {StoredType::kUInt32, "U32", 4},
    {StoredType::kUInt16, "U16", 2},
    {StoredType::kUInt8, "U8", 1},
    {StoredType::kBool, "BOOL", 1},
};

const TypeRow& row_of(StoredType type) { return kTypes[static_cast<std::size_t>(type)]; }

/// Calls visit(offset in elements) for each element in row-major order.
template <typename Visit>
void for_each_element(const StoredTensor& tensor, Visit&& visit) {
  const auto rank = tensor.shape.size();
  std::vector<std::int64_t> index(rank, 0);
  std::int64_t offset = 0;
  for (std::int64_t left = tensor.element_count(); left > 0; --left) {
    visit(static_cast<std::size_t>(offset));
    for (auto axis = rank; axis-- > 0;) {  // the odometer
      offset += tensor.strides[axis];
      if (++index[axis] < tensor.shape[axis]) break;
      offset -= tensor.strides[axis] * tensor.shape[axis];
      index[axis] = 0;
    }
  }
}

template <typename T>
T load(const std::byte* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

/// A small float: sign, `kExponentBits`, `kMantissaBits`; IEEE specials, unless `kHasInfinity` is false: then only the all-ones
/// pattern is NaN (OCP 8-bit floating point specification 1.0, table 1: E4M3).
template <int kExponentBits, int kMantissaBits, bool kHasInfinity>
float small_float(unsigned bits) {
  constexpr int kBias = (1 << (kExponentBits - 1)) - 1;
  constexpr unsigned kExponentMask = (1U << kExponentBits) - 1, kMantissaMask = (1U << kMantissaBits) - 1;
  const float sign = (bits >> (kExponentBits + kMantissaBits)) & 1U ? -1.0F : 1.0F;
  const unsigned exponent = (bits >> kMantissaBits) & kExponentMask, mantissa = bits & kMantissaMask;
  if (exponent == kExponentMask) {
    if (mantissa == kMantissaMask || (kHasInfinity && mantissa != 0)) return std::numeric_limits<float>::quiet_NaN();
    if (kHasInfinity) return sign * std::numeric_limits<float>::infinity();
  }
  const unsigned significand = exponent == 0 ? mantissa : mantissa + kMantissaMask + 1;
  return sign *
         std::ldexp(static_cast<float>(significand), (exponent == 0 ? 1 : static_cast<int>(exponent)) - kBias - kMantissaBits);
}

float element_as_float(const std::byte* at, StoredType type) {
  switch (type) {
    case StoredType::kFloat64:
      return static_cast<float>(load<double>(at));
    case StoredType::kFloat32:
      return load<float>(at);
    case StoredType::kFloat16:
      return small_float<5, 10, true>(load<std::uint16_t>(at));
    case StoredType::kBFloat16:
      return std::bit_cast<float>(static_cast<std::uint32_t>(load<std::uint16_t>(at)) << 16U);
    case StoredType::kFloat8E4M3:
      return small_float<4, 3, false>(load<std::uint8_t>(at));
    case StoredType::kFloat8E5M2:
      return small_float<5, 2, true>(load<std::uint8_t>(at));
    case StoredType::kInt64:
      return static_cast<float>(load<std::int64_t>(at));
    case StoredType::kInt32:
      return static_cast<float>(load<std::int32_t>(at));
    case StoredType::kInt16:
      return static_cast<float>(load<std::int16_t>(at));
    case StoredType::kInt8:
      return static_cast<float>(load<std::int8_t>(at));
    case StoredType::kUInt64:
      return static_cast<float>(load<std::uint64_t>(at));
    case StoredType::kUInt32:
      return static_cast<float>(load<std::uint32_t>(at));
    case StoredType::kUInt16:
      return static_cast<float>(load<std::uint16_t>(at));
    case StoredType::kUInt8:
      return static_cast<float>(load<std::uint8_t>(at));
    case StoredType::kBool:
      return load<std::uint8_t>(at) != 0 ? 1.0F : 0.0F;
    case StoredType::kComplex64:
      break;
  }
  throw InternalError("element_as_float: complex numbers are refused before");
}

}  // namespace

std::string_view name_of(StoredType type) { return row_of(type).name; }
std::size_t size_of(StoredType type) { return row_of(type).size; }

std::optional<StoredType> stored_type_named(std::string_view name) {
  const auto* const row = std::find_if(std::begin(kTypes), std::end(kTypes), [&](const TypeRow& r) { return r.name == name; });
  return row == std::end(kTypes) ? std::nullopt : std::optional(row->type);
}

std::int64_t StoredTensor::element_count() const {
  std::int64_t count = 1;
  for (const auto size : shape) count *= size;
  return count;
}

std::uint64_t StoredTensor::logical_bytes() const { return static_cast<std::uint64_t>(element_count()) * size_of(type); }

bool StoredTensor::is_contiguous() const {
  if (element_count() == 0) return true;
  std::int64_t expected = 1;
  for (auto axis = shape.size(); axis-- > 0;) {
    if (shape[axis] != 1 && strides[axis] != expected) return false;
    expected *= shape[axis];
  }
  return true;
}

bool StoredTensor::is_aligned() const {
  const auto unit = type == StoredType::kComplex64 ? sizeof(float) : size_of(type);
  return std::bit_cast<std::uintptr_t>(bytes.data()) % unit == 0;
}

std::vector<std::int64_t> contiguous_strides(std::span<const std::int64_t> shape) {
  std::vector<std::int64_t> strides(shape.size());
  std::int64_t stride = 1;
  for (auto axis = shape.size(); axis-- > 0;) {
    strides[axis] = stride;
    stride *= std::max<std::int64_t>(shape[axis], 1);
  }
  return strides;
}

std::string shape_text(std::span<const std::int64_t> shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

std::optional<std::uint64_t> checked_bytes(std::span<const std::int64_t> shape, StoredType type) {
  if (shape.size() > kHighestRank) return std::nullopt;
  auto bytes = static_cast<std::int64_t>(size_of(type));
  bool is_empty = false;
  for (const auto size : shape) {
    if (size < 0 || __builtin_mul_overflow(bytes, std::max<std::int64_t>(size, 1), &bytes)) return std::nullopt;
    is_empty = is_empty || size == 0;
  }
  return is_empty ? 0 : static_cast<std::uint64_t>(bytes);
}

std::vector<std::byte> contiguous_bytes(const StoredTensor& tensor) {
  if (tensor.is_contiguous()) return {tensor.bytes.begin(), tensor.bytes.end()};
  const auto size = size_of(tensor.type);
  std::vector<std::byte> out(tensor.logical_bytes());
  auto* to = out.data();
  for_each_element(tensor, [&](std::size_t offset) {
    std::memcpy(to, tensor.bytes.data() + offset * size, size);
    to += size;
  });
  return out;
}

std::vector<float> to_float32(const StoredTensor& tensor) {
  if (tensor.type == StoredType::kComplex64)
    throw ModelError(fmt::format("{}: complex numbers cannot be read as floats", tensor.name));
  const auto size = size_of(tensor.type);
  std::vector<float> out;
  out.reserve(static_cast<std::size_t>(tensor.element_count()));
  for_each_element(tensor,
                   [&](std::size_t offset) { out.push_back(element_as_float(tensor.bytes.data() + offset * size, tensor.type)); });
  return out;
}

}  // namespace assay
