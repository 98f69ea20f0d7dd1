#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/checkpoint/mapped_file.h"
#include "model/checkpoint/stored_tensor.h"

namespace assay {

/// All tensors of a checkpoint, looked at where they lie on disk. Weight files are untrusted input: what they claim is checked, and
/// nothing in them is executed.
class Checkpoint {
 public:
  /// Opens a folder in the Hugging Face layout, or one weight file. In a folder, the first that is there of: model.safetensors,
  /// model.safetensors.index.json with its shards, pytorch_model.bin, pytorch_model.bin.index.json with its shards, the only
  /// *.safetensors, the only *.bin or *.pth. Reads headers only.
  /// Throws   ModelError that names the file, and the tensor where one is at fault
  [[nodiscard]] static Checkpoint open(const std::filesystem::path& path);

  Checkpoint(Checkpoint&&) noexcept;
  Checkpoint& operator=(Checkpoint&&) noexcept;
  ~Checkpoint();

  [[nodiscard]] const StoredTensor* find(std::string_view name) const;              ///< null when there is none
  [[nodiscard]] std::span<const StoredTensor> tensors() const { return tensors_; }  ///< sorted by name
  [[nodiscard]] std::vector<std::filesystem::path> files() const;
  [[nodiscard]] std::uint64_t total_bytes() const;  ///< of all tensors, each counted in full even where two share storage

  /// What is odd but not wrong, in sentences: an index that disagrees about the total size, tensors the index does not list, ...
  [[nodiscard]] std::span<const std::string> warnings() const { return warnings_; }

  /// Identity of the weights: over each tensor's name, dtype, shape and content, whatever the files they lie in. Reads everything,
  /// once; later calls return what the first found.
  [[nodiscard]] std::string digest() const;
  /// The same over the tensors that `is_counted` by name; read anew with each call.
  [[nodiscard]] std::string digest_of_some(const std::function<bool(std::string_view name)>& is_counted) const;

  /// Tells the system that all of it will be read soon, so that the disk works ahead.
  void prefetch() const noexcept;

 private:
  struct DigestOnce;
  Checkpoint();

  std::vector<MappedFile> mappings_;
  std::vector<StoredTensor> tensors_;
  std::vector<std::string> warnings_;
  std::unique_ptr<DigestOnce> digest_;
};

}  // namespace assay
