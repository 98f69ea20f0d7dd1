#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "model/image/image.h"
#include "model/image/normalize.h"
#include "model/language/config.h"
#include "model/llava/any_resolution.h"
#include "model/vision/clip_vit.h"

namespace assay {

/// How a picture becomes the encoder's square.
struct SquareCut {
  bool pads = true;             ///< to a square in CLIP's mean colour; else the shorter side is resized and the middle cut out
  std::int64_t resize_side = 336;  ///< pixels; of the square, or of the shorter side
  std::int64_t crop_side = 336;    ///< pixels; at most resize_side
  Normalization normalization = kClipNormalization;
};

/// Everything that the files of a LLaVA 1.0, 1.5 or LLaVA-NeXT (1.6) checkpoint say, in either layout.
/// Source: haotian-liu/LLaVA llava/model/llava_arch.py and llava/model/multimodal_encoder/clip_encoder.py at c121f04; transformers models/llava and
/// models/llava_next.
struct LlavaConfig {
  enum class Layout { kOriginal, kNative };  ///< haotian-liu's releases, or transformers'
  Layout layout = Layout::kOriginal;
  ClipVitConfig vision;
  LanguageConfig language;
  std::int64_t select_layer = -2;
  bool keeps_class_token = false;   ///< select_feature "cls_patch" or "full"
  std::int64_t projector_layers = 2;  ///< linear ones, erf GELU between them
  bool has_projector_bias = true;
  SquareCut cut;                    ///< of each tile's side where there is an `any`
  std::optional<AnyResolution> any;  ///< LLaVA-NeXT
  bool marks_images = false;        ///< <im_start> and <im_end> around each picture
  std::int64_t image_id = 0;        ///< native: the id of "<image>"
  std::string chat_template;
  std::string system_text;
  std::vector<std::int64_t> end_ids;
  std::string stored_dtype;
  std::filesystem::path tower;      ///< original: the folder or file that holds the encoder; empty: it lies in the checkpoint itself

  /// Of one tile.
  [[nodiscard]] std::int64_t tokens_per_tile() const { return vision.patch_count() + (keeps_class_token ? 1 : 0); }
};

/// True when config.json is one of this family, in either layout.
[[nodiscard]] bool is_llava(const json::Value& config);

/// Throws ModelError that names file and key, and says what is missing.
[[nodiscard]] LlavaConfig read_llava_config(const std::filesystem::path& folder);

}  // namespace assay
