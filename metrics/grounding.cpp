#include "metrics/grounding.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace assay {
namespace {

/// torch.max and torch.min: what is no number stays so.
float larger(float a, float b) { return std::isnan(a) || std::isnan(b) ? std::numeric_limits<float>::quiet_NaN() : std::max(a, b); }
float smaller(float a, float b) { return std::isnan(a) || std::isnan(b) ? std::numeric_limits<float>::quiet_NaN() : std::min(a, b); }

/// torchvision's box_iou, step by step in float32.
double iou_in_float32(const float (&read)[4], const Box& right) {
  const float target[4] = {static_cast<float>(right.x1), static_cast<float>(right.y1), static_cast<float>(right.x2), static_cast<float>(right.y2)};
  const float read_area = (read[2] - read[0]) * (read[3] - read[1]), target_area = (target[2] - target[0]) * (target[3] - target[1]);
  const float width = larger(smaller(read[2], target[2]) - larger(read[0], target[0]), 0);
  const float height = larger(smaller(read[3], target[3]) - larger(read[1], target[1]), 0);
  const float intersection = width * height;
  return intersection / (read_area + target_area - intersection);
}

void scale(float (&box)[4], const PictureSize& picture) {
  box[0] *= static_cast<float>(picture.width), box[2] *= static_cast<float>(picture.width);
  box[1] *= static_cast<float>(picture.height), box[3] *= static_cast<float>(picture.height);
}

double iou_internvl(const Box& read, const Box& right, const PictureSize& picture) {
  float box[4] = {static_cast<float>(read.x1), static_cast<float>(read.y1), static_cast<float>(read.x2), static_cast<float>(read.y2)};
  if (box[0] + box[1] + box[2] + box[3] >= 4) {
    for (float& corner : box) corner /= 1000;
  }
  scale(box, picture);
  return iou_in_float32(box, right);
}

double iou_qwen(const Box& read, const Box& right, const PictureSize& picture) {
  float box[4] = {static_cast<float>(read.x1), static_cast<float>(read.y1), static_cast<float>(read.x2), static_cast<float>(read.y2)};
  for (float& corner : box) corner /= 999;
  scale(box, picture);
  return iou_in_float32(box, right);
}

/// `edge` is 1 where areas count pixels, 0 where they are continuous.
double plain_iou(const Box& a, const Box& b, double edge) {
  const double width = std::max(0.0, std::min(a.x2, b.x2) - std::max(a.x1, b.x1) + edge);
  const double height = std::max(0.0, std::min(a.y2, b.y2) - std::max(a.y1, b.y1) + edge);
  const double intersection = width * height;
  const double area_a = (a.x2 - a.x1 + edge) * (a.y2 - a.y1 + edge), area_b = (b.x2 - b.x1 + edge) * (b.y2 - b.y1 + edge);
  return intersection / (area_a + area_b - intersection);
}

double iou_minigpt4(const Box& read, const Box& right, const PictureSize& picture) {
  constexpr double kResolution = 100;
  const Box box{read.x1 / kResolution * picture.width, read.y1 / kResolution * picture.height, read.x2 / kResolution * picture.width,
                read.y2 / kResolution * picture.height};
  return plain_iou(box, right, 1);
}

Box in_pixels_vlmevalkit(Box box, const PictureSize& picture) {
  const double largest = std::max({std::abs(box.x1), std::abs(box.y1), std::abs(box.x2), std::abs(box.y2)});
  if (largest <= 1.5) {
    box = {box.x1 * picture.width, box.y1 * picture.height, box.x2 * picture.width, box.y2 * picture.height};
  } else if (largest <= 1000) {
    box = {box.x1 / 1000.0 * picture.width, box.y1 / 1000.0 * picture.height, box.x2 / 1000.0 * picture.width, box.y2 / 1000.0 * picture.height};
  }
  box.x1 = std::clamp(box.x1, 0.0, picture.width), box.x2 = std::clamp(box.x2, 0.0, picture.width);
  box.y1 = std::clamp(box.y1, 0.0, picture.height), box.y2 = std::clamp(box.y2, 0.0, picture.height);
  if (box.x2 < box.x1) std::swap(box.x1, box.x2);
  if (box.y2 < box.y1) std::swap(box.y1, box.y2);
  return box;
}

double iou_vlmevalkit(const Box& read, const Box& right, const PictureSize& picture) {
  if (picture.width <= 0 || picture.height <= 0) return 0;
  const Box box = in_pixels_vlmevalkit(read, picture);
  const double left = std::max(box.x1, right.x1), top = std::max(box.y1, right.y1);
  const double end = std::min(box.x2, right.x2), bottom = std::min(box.y2, right.y2);
  if (end <= left || bottom <= top) return 0;
  const double intersection = (end - left) * (bottom - top);
  const double box_area = std::max(box.x2 - box.x1, 0.0) * std::max(box.y2 - box.y1, 0.0);
  const double right_area = std::max(right.x2 - right.x1, 0.0) * std::max(right.y2 - right.y1, 0.0);
  const double all = box_area + right_area - intersection;
  return all <= 0 ? 0 : intersection / all;
}

Box in_shares(const Box& box, const PictureSize& picture) {
  return {box.x1 / picture.width, box.y1 / picture.height, box.x2 / picture.width, box.y2 / picture.height};
}

}  // namespace

double grounding_iou(const std::optional<Box>& read, const Box& right, const PictureSize& picture, GroundingRule rule) {
  const bool zeros_for_none = rule == GroundingRule::kInternVl || rule == GroundingRule::kQwen || rule == GroundingRule::kLmmsEval;
  if (!read && !zeros_for_none) return 0;
  const Box box = read.value_or(Box{});
  switch (rule) {
    case GroundingRule::kInternVl: return iou_internvl(box, right, picture);
    case GroundingRule::kQwen: return iou_qwen(box, right, picture);
    case GroundingRule::kMiniGpt4: return iou_minigpt4(box, right, picture);
    case GroundingRule::kVlmEvalKit: return iou_vlmevalkit(box, right, picture);
    case GroundingRule::kLmmsEval: return plain_iou(in_shares(right, picture), box, 0);
  }
  return 0;
}

bool is_grounding_hit(double iou, GroundingRule rule) { return rule == GroundingRule::kMiniGpt4 ? iou > 0.5 : iou >= 0.5; }

bool has_center_inside(const std::optional<Box>& read, const Box& right, const PictureSize& picture) {
  const Box box = read.value_or(Box{}), target = in_shares(right, picture);
  const double x = (box.x1 + box.x2) / 2, y = (box.y1 + box.y2) / 2;
  return target.x1 <= x && x <= target.x2 && target.y1 <= y && y <= target.y2;
}

}  // namespace assay
