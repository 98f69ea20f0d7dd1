#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// How one element lies in a weight file; always little-endian.
enum class StoredType : std::uint8_t {
  kFloat64,
  kFloat32,
  kFloat16,
  kBFloat16,
  kFloat8E4M3,
  kFloat8E5M2,
  kComplex64,
  kInt64,
  kInt32,
  kInt16,
  kInt8,
  kUInt64,
  kUInt32,
  kUInt16,
  kUInt8,
  kBool,
};

/// The word that safetensors has for it: "BF16".
[[nodiscard]] std::string_view name_of(StoredType type);
[[nodiscard]] std::optional<StoredType> stored_type_named(std::string_view name);
[[nodiscard]] std::size_t size_of(StoredType type);

/// One tensor of a weight file, looked at where it lies: nothing is copied. Valid as long as the Checkpoint it came from.
struct StoredTensor {
  std::string name;
  StoredType type = StoredType::kFloat32;
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> strides;  ///< in elements, never negative; contiguous for safetensors
  std::span<const std::byte> bytes;   ///< from the first element to the end of the last one; may be unaligned, see is_aligned
  std::filesystem::path file;

  [[nodiscard]] std::int64_t element_count() const;
  [[nodiscard]] std::uint64_t logical_bytes() const;  ///< element_count × size_of(type), whatever the strides
  [[nodiscard]] bool is_contiguous() const;           ///< row-major without gaps, so that `bytes` is the tensor
  [[nodiscard]] bool is_aligned() const;              ///< false: copy the bytes before reading them as numbers
};

/// Row-major strides.  Units  elements
[[nodiscard]] std::vector<std::int64_t> contiguous_strides(std::span<const std::int64_t> shape);

/// "[1152, 2048]"
[[nodiscard]] std::string shape_text(std::span<const std::int64_t> shape);

/// The bytes `shape` takes when it is contiguous, or nothing when a size is negative, the rank is over 64, or the count of
/// elements or bytes (a size of 0 counted as 1, as strides do) does not fit in 63 bits.
[[nodiscard]] std::optional<std::uint64_t> checked_bytes(std::span<const std::int64_t> shape, StoredType type);

/// The elements in row-major order without gaps.
[[nodiscard]] std::vector<std::byte> contiguous_bytes(const StoredTensor& tensor);

/// The elements as float32 in row-major order; exact for every type up to 16 bits wide, rounded to nearest above. For looking
/// at weights and for tests; the engine reads `bytes` itself.
/// Throws   ModelError for complex numbers
[[nodiscard]] std::vector<float> to_float32(const StoredTensor& tensor);

}  // namespace assay
