#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "harness/base/json.h"
#include "model/tensor/weights.h"

namespace assay {

/// Dims of a CLIP vision transformer; the defaults are ViT-L/14 at 336 pixels.
struct ClipVitConfig {
  std::int64_t hidden_size = 1024;
  std::int64_t layer_count = 24;
  std::int64_t head_count = 16;
  std::int64_t intermediate_size = 4096;
  std::int64_t image_size = 336;  ///< side in pixels
  std::int64_t patch_size = 14;
  std::int64_t stored_image_size = 0;  ///< side that the stored position embedding is for, where it is another; 0: image_size
  double norm_eps = 1e-5;
  bool is_quick_gelu = true;  ///< x · sigmoid(1.702 x); else erf GELU

  [[nodiscard]] std::int64_t patch_count() const { return (image_size / patch_size) * (image_size / patch_size); }
};

/// Reads vision_config as transformers writes it. Throws ModelError for what we do not run.
[[nodiscard]] ClipVitConfig read_clip_vit_config(const json::Value& config, std::string_view where);

/// "CLIP ViT: 24 layers of width 1024, ...", for people.
[[nodiscard]] std::string describe(const ClipVitConfig& config);

/// The vision encoder of CLIP, as the LLaVA and XComposer families use it: hidden states, never the pooled output.
/// Source: openai/CLIP clip/model.py, VisionTransformer; transformers models/clip/modeling_clip.py, CLIPVisionTransformer.
class ClipVit {
 public:
  /// `prefix` stands before "embeddings..." ("vision_tower.vision_model.").
  ClipVit(const ClipVitConfig& config, Weights& weights, const std::string& prefix);
  ~ClipVit();
  ClipVit(ClipVit&&) noexcept;

  [[nodiscard]] const ClipVitConfig& config() const;

  /// hidden_states[select_layer] as the reference counts them: 0 is what pre_layrnorm gives, −1 the last layer's output.
  /// Shapes  pixels [B, 3, S, S] -> [B, 1 + (S/patch)², D]
  [[nodiscard]] at::Tensor forward(const at::Tensor& pixels, std::int64_t select_layer) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace assay
