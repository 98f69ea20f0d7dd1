#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/checkpoint/tensor_file.h"
#include "model/language/config.h"
#include "model/vision/clip_vit.h"
#include "model/xcomposer/hd_cut.h"

namespace assay {

/// Everything that the files of an InternLM-XComposer2 checkpoint say. config.json says little: the encoder is always CLIP ViT-L/14-336 with resized
/// positions, built in code, and so are the ranks; what is not said there is told from the tensors.
/// Source: InternLM/InternLM-XComposer 0f70c3e, internlm-xcomposer2d5-ol-7b/base; for XComposer2 and 4KHD the differences that are publicly known.
struct XComposerConfig {
  enum class Version {
    kSquare,  ///< XComposer2 and XComposer2-VL: one square of the whole picture
    k4Khd,    ///< XComposer2-4KHD
    k2d5,     ///< XComposer2.5
  };
  Version version = Version::kSquare;
  ClipVitConfig vision;  ///< of one tile, or of the square
  LanguageConfig language;
  HdCut cut;        ///< not of kSquare
  int budget = 25;  ///< most tiles of one picture, the whole one not counted [hd_num]
  enum class Several {
    kNothing,
    kSix,      ///< six tiles each at the most: the model's own chat()
    kDivided,  ///< the budget divided by their number, and again, four at the least: VLMEvalKit's wrapper of 2.5
  } several = Several::kNothing;  ///< what several pictures in a prompt do to the budget
  std::int64_t most_positions = 0;  ///< where chat() cuts a prompt off; 0: nowhere
  std::string chat_template;
  std::string system_text;
  std::vector<std::int64_t> end_ids;
  std::string stored_dtype;

  [[nodiscard]] bool is_hd() const { return version != Version::kSquare; }
  /// Features along a tile's side; 2 x 2 patches are one in the later models.
  [[nodiscard]] std::int64_t tile_features() const { return vision.image_size / vision.patch_size / (is_hd() ? 2 : 1); }
  /// Channels of what the projector takes.
  [[nodiscard]] std::int64_t feature_width() const { return vision.hidden_size * (is_hd() ? 4 : 1); }
  [[nodiscard]] int budget_of(std::optional<int> max_tiles, std::size_t image_count) const;
};

/// True when config.json is one of this family.
[[nodiscard]] bool is_xcomposer(const json::Value& config);

/// Throws ModelError that names file and key or tensor.
[[nodiscard]] XComposerConfig read_xcomposer_config(const std::filesystem::path& folder, const Checkpoint& checkpoint);

/// The same model asked by another template, with that template's cut of pictures. "vlmevalkit" is the wrapper of the checkpoint's version.
/// Throws ConfigError when there is none of that name.
[[nodiscard]] XComposerConfig with_template(XComposerConfig config, std::string_view name);

/// True for what releases of 2.5 carry and a reply to a question does not take: the LoRA of writing and web modes, the video memory's projector.
[[nodiscard]] bool is_unread_by_xcomposer(std::string_view tensor);

}  // namespace assay
