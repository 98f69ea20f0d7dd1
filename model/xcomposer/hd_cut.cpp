#include "model/xcomposer/hd_cut.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "model/image/resize.h"

namespace assay {
namespace {

constexpr std::uint8_t kWhite[3] = {255, 255, 255};

int tiles_down(int height, int tile) { return (height + tile - 1) / tile; }

}  // namespace

std::optional<HdPlan> plan_hd(int width, int height, const HdCut& cut, int budget) {
  HdPlan plan;
  plan.is_transposed = width < height;
  if (plan.is_transposed) std::swap(width, height);
  const double ratio = static_cast<double>(width) / height;
  int across = 1;
  while ((across + 1) * std::ceil((across + 1) / ratio) <= budget) ++across;
  if (cut.enlargement > 0) across = static_cast<int>(std::min<double>(std::ceil(width * cut.enlargement / cut.tile), across));
  plan.width = across * cut.tile;
  plan.height = static_cast<int>(plan.width / ratio);
  if (plan.height < 1) return std::nullopt;
  plan.columns = across;
  plan.rows = tiles_down(plan.height, cut.tile);
  if (cut.centres) plan.top = (plan.rows * cut.tile - plan.height) / 2;
  if (plan.is_transposed) std::swap(plan.columns, plan.rows);
  return plan;
}

Image lay_out_hd(const Image& image, const HdPlan& plan, const HdCut& cut) {
  const auto resized = resize(plan.is_transposed ? transpose(image) : image, plan.width, plan.height, Filter::kBilinear);
  const auto canvas = pad(resized, plan.width, tiles_down(plan.height, cut.tile) * cut.tile, 0, plan.top, kWhite);
  return plan.is_transposed ? transpose(canvas) : canvas;
}

}  // namespace assay
