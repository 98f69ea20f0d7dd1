#include "model/image/preprocess.h"

#include <cassert>

#include "model/image/resample_kernels.h"
#include "model/image/row_resampler.h"

namespace assay {
namespace {

using resample::Kernels;
using resample::RowResampler;

/// Where the rows of a resized picture go: to a grid of tiles that lie one behind the other from `first_tile` on.
class TileWriter {
 public:
  TileWriter(TileGrid grid, int side, int first_tile, const Normalizer& normalizer, std::span<float> out)
      : grid_(grid),
        side_(side),
        plane_(static_cast<std::size_t>(side) * side),
        normalizer_(normalizer),
        out_(out.data() + 3 * plane_ * first_tile) {}

  void write(int y, const std::uint8_t* row) const {
    float* line = out_ + 3 * plane_ * grid_.columns * (y / side_) + static_cast<std::size_t>(side_) * (y % side_);
    for (int column = 0; column < grid_.columns; ++column, line += 3 * plane_, row += std::ptrdiff_t{3} * side_) {
      normalizer_.normalize_row(row, side_, line, line + plane_, line + 2 * plane_);
    }
  }

  [[nodiscard]] int width() const noexcept { return grid_.columns * side_; }
  [[nodiscard]] int height() const noexcept { return grid_.rows * side_; }

 private:
  TileGrid grid_;
  int side_;
  std::size_t plane_;
  const Normalizer& normalizer_;
  float* out_;
};

void write_all(const Image& resized, const TileWriter& writer) {
  for (int y = 0; y < resized.height; ++y) writer.write(y, resized.row(y));
}

// All sizes are made while four rows of the picture are in the cache.
void write_resized(const Image& image, std::span<const TileWriter> writers, Instructions instructions) {
  const Kernels* kernels = resample::kernels_for(instructions);
  if (kernels == nullptr) {
    for (const TileWriter& writer : writers)
      write_all(resize(image, writer.width(), writer.height(), Filter::kBicubic, instructions), writer);
    return;
  }
  std::vector<RowResampler> resamplers;
  for (const TileWriter& writer : writers)
    resamplers.emplace_back(image, writer.width(), writer.height(), Filter::kBicubic, *kernels);
  for (int quad = 0; quad < resamplers.front().quad_count(); ++quad) {
    for (std::size_t i = 0; i < writers.size(); ++i) {
      resamplers[i].take(quad, [&](int y, const std::uint8_t* row) { writers[i].write(y, row); });
    }
  }
}

}  // namespace

void preprocess(const Image& image, const Tiling& tiling, const Normalizer& normalizer, std::span<float> out,
                Instructions instructions) {
  if (!tiling.is_dynamic && tiling.pads_to_square && image.width != image.height) {
    return preprocess(pad_to_square(image, kImageNetMeanColour), tiling, normalizer, out, instructions);
  }
  const TilePlan plan = plan_tiles(image.width, image.height, tiling);
  assert(out.size() == pixel_value_count(plan, tiling.side));
  std::vector<TileWriter> writers{{plan.grid, tiling.side, 0, normalizer, out}};
  if (plan.tile_count > plan.grid.cells()) writers.emplace_back(TileGrid{}, tiling.side, plan.grid.cells(), normalizer, out);
  write_resized(image, writers, instructions);
}

}  // namespace assay
