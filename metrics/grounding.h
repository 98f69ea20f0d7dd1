#pragma once
#include <optional>
#include <string_view>

/// Reading a box out of a reply and comparing it with the right one, as each toolkit does. A rule belongs to a published number: they are
/// not exchangeable.
namespace assay {

/// Corners: left, top, right, bottom.
struct Box {
  double x1 = 0, y1 = 0, x2 = 0, y2 = 0;
};

/// A picture's size in pixels.
struct PictureSize {
  double width = 0, height = 0;
};

enum class GroundingRule {
  kInternVl,    ///< first `[a,b,c,d]`, any number of brackets; thousandths where the four add up to 4 or more, else shares; in float32
  kQwen,        ///< first `(a,b),(c,d)`; of 999; in float32
  kMiniGpt4,    ///< the first four whole numbers; hundredths; areas counted in pixels, edges included
  kVlmEvalKit,  ///< first `[a b c d]` or `[a, b, c, d]`, else the first four numbers; shares up to 1.5, thousandths up to 1000, else pixels
  kLmmsEval,    ///< first `[a, b, c, d]`; compared as it is with the right box in shares of the picture
};

/// The numbers that the rule reads out of the reply, on the reply's own scale; nothing where it reads none (the rules then take four zeros).
///
/// Source   OpenGVLab/InternVL 2410d1db internvl_chat/eval/refcoco/evaluate_grounding.py; QwenLM/Qwen-VL aa00ed04
///          eval_mm/evaluate_grounding.py; Vision-CAIR/MiniGPT-4 d94738a7 eval_scripts/eval_ref.py; open-compass/VLMEvalKit e8e78f05
///          vlmeval/dataset/refcoco.py, _parse_prediction; EvolvingLMMs-Lab/lmms-eval 75571cfe lmms_eval/tasks/refcoco/utils_rec.py
[[nodiscard]] std::optional<Box> read_box(std::string_view reply, GroundingRule rule);

/// Intersection over union of the box read and the `right` one, which is in pixels.
///
/// Range    [0, 1] for boxes that are not turned inside out; NaN, which hits nothing, where two boxes without area meet
/// Source   as above; MiniGPT-4's minigpt4/common/eval_utils.py, computeIoU
[[nodiscard]] double grounding_iou(const std::optional<Box>& read, const Box& right, const PictureSize& picture, GroundingRule rule);

/// Whether an IoU counts as found: from .5 on; for MiniGPT-4 above it.
[[nodiscard]] bool is_grounding_hit(double iou, GroundingRule rule);

/// Whether the middle of the box read lies in the right one (lmms-eval's Center_ACC).
[[nodiscard]] bool has_center_inside(const std::optional<Box>& read, const Box& right, const PictureSize& picture);

}  // namespace assay
