#include "model/llava/any_resolution.h"

#include <algorithm>
#include <cmath>

#include "model/image/resize.h"

namespace assay {
namespace {

constexpr std::uint8_t kBlack[3] = {0, 0, 0};

/// Python's int(), or int(round(x, 7)).
std::int64_t whole(double value, bool rounds) { return static_cast<std::int64_t>(rounds ? std::nearbyint(value * 1e7) / 1e7 : value); }

/// Scaled to fit: one side is the canvas's, the other rounded up.
Image fit(const Image& image, const Resolution& canvas) {
  const double across = static_cast<double>(canvas.width) / image.width, down = static_cast<double>(canvas.height) / image.height;
  const auto scaled = [](int length, double scale, int most) { return std::min(static_cast<int>(std::ceil(length * scale)), most); };
  const int width = across < down ? canvas.width : scaled(image.width, down, canvas.width);
  const int height = across < down ? scaled(image.height, across, canvas.height) : canvas.height;
  return pad(resize(image, width, height, Filter::kBicubic), canvas.width, canvas.height, (canvas.width - width) / 2, (canvas.height - height) / 2, kBlack);
}

}  // namespace

std::optional<Resolution> choose_resolution(int width, int height, std::span<const Resolution> resolutions) {
  std::optional<Resolution> best;
  std::int64_t most_kept = 0, least_waste = 0;
  for (const auto& canvas : resolutions) {
    const double scale = std::min(static_cast<double>(canvas.width) / width, static_cast<double>(canvas.height) / height);
    const auto scaled_area = static_cast<std::int64_t>(width * scale) * static_cast<std::int64_t>(height * scale);
    const auto kept = std::min(scaled_area, std::int64_t{width} * height);
    const auto waste = std::int64_t{canvas.width} * canvas.height - kept;
    if (kept > most_kept || (best && kept == most_kept && waste < least_waste)) best = canvas, most_kept = kept, least_waste = waste;
  }
  return best;
}

std::vector<Image> cut_any_resolution(const Image& image, const Resolution& canvas, int side) {
  std::vector<Image> tiles = {resize(image, side, side, Filter::kBicubic)};
  const auto fitted = fit(image, canvas);
  for (int top = 0; top < canvas.height; top += side)
    for (int left = 0; left < canvas.width; left += side) tiles.push_back(crop(fitted, left, top, side, side));
  return tiles;
}

MapPart unpad(int width, int height, std::int64_t rows, std::int64_t columns, bool rounds) {
  MapPart part{0, rows, 0, columns};
  if (static_cast<double>(width) / height > static_cast<double>(columns) / static_cast<double>(rows)) {
    part.first_row = (rows - whole(height * (static_cast<double>(columns) / width), rounds)) / 2;
    part.rows = rows - 2 * part.first_row;
  } else {
    part.first_column = (columns - whole(width * (static_cast<double>(rows) / height), rounds)) / 2;
    part.columns = columns - 2 * part.first_column;
  }
  return part;
}

}  // namespace assay
