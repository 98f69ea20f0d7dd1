#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace assay {

/// An array in C order. T is float or std::int64_t.
template <typename T>
struct NpyArray {
  std::vector<std::int64_t> shape;
  std::vector<T> values;
};

/// Writes NumPy's .npy, version 1.0, little-endian, C order; whole or not at all.
/// Throws   DataError when it cannot be written; InternalError when `values` does not fill `shape`
/// Source   numpy.org/doc/stable/reference/generated/numpy.lib.format.html
void write_npy(const std::filesystem::path& path, std::span<const std::int64_t> shape, std::span<const float> values);
void write_npy(const std::filesystem::path& path, std::span<const std::int64_t> shape, std::span<const std::int64_t> values);

/// Reads what write_npy writes, from any version of the format.
/// Throws   DataError for another dtype or order, and for a file that breaks its own header's word
template <typename T>
[[nodiscard]] NpyArray<T> read_npy(const std::filesystem::path& path);

}  // namespace assay
