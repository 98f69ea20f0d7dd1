#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// A sharded checkpoint's table of contents (`model.safetensors.index.json`).
struct ShardIndex {
  std::filesystem::path path;
  std::map<std::string, std::string, std::less<>> file_of;  ///< tensor name -> file name, relative to the index's folder
  std::optional<std::uint64_t> total_size;                  ///< what `metadata.total_size` claims, in bytes
};

/// Throws ModelError for an index that is no JSON, names a tensor twice, or names a file outside its folder.
[[nodiscard]] ShardIndex read_shard_index(const std::filesystem::path& path);

/// The files that hold a checkpoint's weights.
struct WeightFiles {
  std::vector<std::filesystem::path> files;
  std::optional<ShardIndex> index;
  std::vector<std::string> warnings;
};

/// Chooses in the order that Checkpoint::open tells.
/// Throws   ModelError when there are none, when several stand side by side without an index, or when shards are missing (all
/// named)
[[nodiscard]] WeightFiles find_weight_files(const std::filesystem::path& path);

}  // namespace assay
