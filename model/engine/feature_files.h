#pragma once
#include <ATen/core/Tensor.h>

#include <filesystem>
#include <optional>
#include <string>

#include "model/family.h"

namespace assay {

/// Pictures' features in a folder, for the next run with the same encoder. A file's name is a digest of all that its content depends on: the pixels and
/// their tiling, what is done to pixels, the encoder's weights and settings, the dtype, the library and the instructions it computes with. Runs may share a
/// folder at the same time. A file that is damaged or foreign counts as absent and is written anew.
class FeatureFiles {
 public:
  /// Makes the folder. Reads the encoder's weights for their digest.
  /// Throws   ConfigError for a folder that cannot be made
  FeatureFiles(std::filesystem::path folder, const Family& family);

  /// `picture`: digest of the pixels, and the tiling.  -> [tokens, D]
  [[nodiscard]] std::optional<at::Tensor> find(const std::string& picture) const;
  /// Throws   ModelError for a full or broken disk
  void store(const std::string& picture, const at::Tensor& features) const;

 private:
  [[nodiscard]] std::filesystem::path path_of(const std::string& picture) const;

  std::filesystem::path folder_;
  std::string encoder_;  ///< all that features depend on beside the picture
};

}  // namespace assay
