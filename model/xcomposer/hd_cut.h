#pragma once
#include <cstdint>
#include <optional>

#include "model/image/image.h"

/// XComposer2-4KHD's and 2.5's pictures of high resolution: scaled to a width of whole tiles, white below or around, and cut into square tiles.
namespace assay {

struct HdCut {
  int tile = 336;          ///< side in pixels
  double enlargement = 0;  ///< no more tiles across than ceil(width · this / tile); 0: as many as the budget has [id_scale of VLMEvalKit]
  bool centres = true;     ///< white above and below; else below alone
};

/// Widths and heights are the picture's as it stands when it is wider than high, or turned by transposition when not.
struct HdPlan {
  bool is_transposed = false;
  int width = 0, height = 0;  ///< pixels, of the resized picture as it lies
  int top = 0;                ///< white rows above it
  int columns = 1, rows = 1;  ///< of tiles, as the picture stands
  [[nodiscard]] int tile_count() const noexcept { return columns * rows; }
  friend bool operator==(const HdPlan&, const HdPlan&) = default;
};

/// As many tiles across as leave no more than `budget` in all. None for a picture so thin that nothing of it would be left.
/// Source   InternLM/InternLM-XComposer 0f70c3e, HD_transform of InternLM-XComposer-2.0/finetune/ixc_utils.py and Image_transform of
///          InternLM-XComposer-2.5-OmniLive/internlm-xcomposer2d5-ol-7b/base/ixc_utils.py; VLMEvalKit e8e78f0 vlmeval/vlm/xcomposer
[[nodiscard]] std::optional<HdPlan> plan_hd(int width, int height, const HdCut& cut, int budget);

/// The resized picture on its white canvas of whole tiles, as it stands. Bilinear: what torchvision's resize takes where nothing is said.
[[nodiscard]] Image lay_out_hd(const Image& image, const HdPlan& plan, const HdCut& cut);

}  // namespace assay
