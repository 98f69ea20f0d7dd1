#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// What a checkpoint folder holds, told from its config and the headers of its weight files alone.
struct CheckpointReport {
  std::string family;           ///< "internvl"
  std::string layout;           ///< "OpenGVLab" or "transformers"
  std::string vision_model;     ///< "InternViT: 24 layers of width 1024, 16 heads, ..."
  std::string language_model;   ///< "qwen2: 24 layers of width 896, ..."
  std::string dtype;            ///< as the config says
  std::string chat_template;
  std::string system_text;
  std::int64_t image_side = 0;       ///< pixels a tile
  std::int64_t tokens_per_tile = 0;
  int min_tiles = 0, max_tiles = 0;
  std::int64_t parameter_count = 0;
  std::uint64_t weight_bytes = 0;
  std::vector<std::string> files;
  std::vector<std::string> warnings;
  std::string mismatches;  ///< what is missing, surplus or of another shape; empty when every tensor is there and used
};

/// Throws ConfigError for a folder that is not there or of no family we know, ModelError when its files cannot be read.
[[nodiscard]] CheckpointReport inspect_checkpoint(const std::string& path);

/// A family of checkpoints that this build can run.
struct FamilyName {
  std::string_view name;         ///< "internvl"
  std::string_view model_types;  ///< config.json's "model_type" by which it is told
};

/// None in a build without LibTorch.
[[nodiscard]] std::vector<FamilyName> model_families();

}  // namespace assay
