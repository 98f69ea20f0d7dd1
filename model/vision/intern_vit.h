#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>

#include "harness/base/json.h"
#include "model/tensor/norm.h"
#include "model/tensor/weights.h"

namespace assay {

/// Dims of an InternViT, of the 6B kind (RMSNorm, normalised queries and keys) or the 300M kind (LayerNorm, biases).
struct InternVitConfig {
  std::int64_t hidden_size = 0;
  std::int64_t layer_count = 0;
  std::int64_t head_count = 0;
  std::int64_t intermediate_size = 0;
  std::int64_t image_size = 448;  ///< side in pixels that the position embedding was trained for
  std::int64_t patch_size = 14;
  Norm::Kind norm_kind = Norm::Kind::kLayer;
  bool has_qkv_bias = true;
  bool normalizes_queries_and_keys = false;  ///< RMSNorm over all heads' channels together
  bool has_final_norm = false;               ///< transformers' layout with use_mean_pooling false
  double norm_eps = 1e-6;
};

/// Whose tensor names the checkpoint uses: OpenGVLab's releases or transformers'.
enum class VitNaming { kOriginal, kNative };

/// Reads vision_config in either layout. Throws ModelError for what we do not run.
[[nodiscard]] InternVitConfig read_intern_vit_config(const json::Value& config, VitNaming naming, std::string_view where);

/// The vision encoder of the InternVL family.
/// Source: OpenGVLab/InternVL internvl_chat/internvl/model/internvl_chat/modeling_intern_vit.py; transformers models/internvl.
class InternVit {
 public:
  /// `prefix` stands before "embeddings..." ("vision_model.").
  InternVit(const InternVitConfig& config, VitNaming naming, Weights& weights, const std::string& prefix);
  ~InternVit();
  InternVit(InternVit&&) noexcept;

  [[nodiscard]] const InternVitConfig& config() const;

  /// hidden_states[select_layer] as the reference counts them: 0 is the embeddings, −1 the last layer's output.
  /// Shapes  pixels [B, 3, S, S] -> [B, 1 + (S/patch)², D]
  [[nodiscard]] at::Tensor forward(const at::Tensor& pixels, std::int64_t select_layer) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace assay
