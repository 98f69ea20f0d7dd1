#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/checkpoint/stored_tensor.h"

namespace assay {

/// The tensors of a safetensors file whose bytes are `file`, in the file's order of names. The file is untrusted: a header that is
/// too long, not JSON, or lies about a dtype, a shape or a place is an error, and so are overlaps, holes and trailing bytes.
///
/// Throws   ModelError with the file's and the tensor's name
/// Source   github.com/huggingface/safetensors, safetensors/src/tensor.rs (`Metadata::validate`, `read_metadata`). Differs: a name
///          that occurs twice is refused, where the source keeps the last
[[nodiscard]] std::vector<StoredTensor> read_safetensors(std::span<const std::byte> file, const std::filesystem::path& path);

/// One tensor to write; `bytes` holds its elements, contiguous.
struct TensorToWrite {
  std::string name;
  StoredType type = StoredType::kFloat32;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;
};

/// A safetensors file as the source above lays it out: wide types first, then by name; the header padded to 8 bytes.
/// Throws   ModelError if a name occurs twice or the bytes do not fit the shape
[[nodiscard]] std::string safetensors_bytes(std::span<const TensorToWrite> tensors,
                                            const std::map<std::string, std::string>& metadata = {});

/// The same into a file, whole or not at all.
void write_safetensors(const std::filesystem::path& path, std::span<const TensorToWrite> tensors,
                       const std::map<std::string, std::string>& metadata = {});

}  // namespace assay
