#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "model/language/config.h"
#include "model/vision/intern_vit.h"

namespace assay {

/// How several pictures stand before a question.
enum class AttachedImages {
  kNumbered,  ///< a line "Image-k: <image>" each: model.chat's documentation and VLMEvalKit's wrapper
  kPlain,     ///< a line "<image>" each: the chat template of transformers' layout
  kJoined,    ///< all tiles of all pictures in one block: the first V1-5 release
};

/// Everything config.json and its neighbours say about an InternVL checkpoint, in either layout.
struct InternVlConfig {
  VitNaming naming = VitNaming::kOriginal;  ///< kOriginal: OpenGVLab's releases; kNative: transformers'
  InternVitConfig vision;
  LanguageConfig language;
  std::int64_t select_layer = -1;
  std::int64_t tile_side = 448;    ///< pixels
  std::int64_t merge = 2;          ///< patches a side that pixel shuffle puts into one token: 1 / downsample_ratio
  bool swaps_back = true;          ///< pixel shuffle v2; v1 leaves the grid transposed
  bool is_dynamic = true;          ///< dynamic tiling; else one square resize
  bool has_thumbnail = true;
  bool pads_to_square = false;
  int min_tiles = 1, max_tiles = 12;
  std::string chat_template;
  std::string system_text;         ///< empty: no system turn
  AttachedImages attached = AttachedImages::kNumbered;
  std::vector<std::int64_t> end_ids;  ///< of config and generation_config
  std::string stored_dtype;        ///< "bfloat16"

  /// Tokens one tile becomes.
  [[nodiscard]] std::int64_t tokens_per_tile() const;
};

/// True when config.json is one of this family, in either layout.
[[nodiscard]] bool is_internvl(const json::Value& config);

/// Throws ModelError that names file and key.
[[nodiscard]] InternVlConfig read_internvl_config(const std::filesystem::path& folder);

}  // namespace assay
