#include "model/image/resize.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <vector>

#include "model/image/resample_kernels.h"
#include "model/image/resample_weights.h"
#include "model/image/row_resampler.h"

namespace assay {
namespace {

using resample::kPrecisionBits;
using resample::Weights;

// Positions are added up and not multiplied out, as Pillow does: on long rows the rounding shows.
std::vector<int> nearest_positions(int in_size, int out_size) {
  const double step = static_cast<double>(in_size) / out_size;
  std::vector<int> positions;
  double at = step * 0.5;
  for (int i = 0; i < out_size; ++i, at += step) positions.push_back(static_cast<int>(at));
  return positions;
}

Image resize_nearest(const Image& image, int width, int height) {
  const std::vector<int> columns = nearest_positions(image.width, width), rows = nearest_positions(image.height, height);
  Image resized(width, height);  // a position that rounding carries past the edge stays black, as in Pillow
  for (int y = 0; y < height; ++y) {
    if (rows[y] >= image.height) continue;
    const std::uint8_t* from = image.row(rows[y]);
    std::uint8_t* to = resized.row(y);
    for (int x = 0; x < width; ++x) {
      if (columns[x] < image.width) std::memcpy(to + std::size_t{3} * x, from + std::size_t{3} * columns[x], 3);
    }
  }
  return resized;
}

std::uint8_t clip(std::int32_t sum) { return static_cast<std::uint8_t>(std::clamp(sum >> kPrecisionBits, 0, 255)); }

constexpr std::int32_t kHalf = 1 << (kPrecisionBits - 1);

Image resize_across_plain(const Image& image, int width, Filter filter) {
  const Weights weights = resample::make_weights(image.width, width, filter);
  Image resized(width, image.height);
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < width; ++x) {
      std::int32_t sums[3] = {kHalf, kHalf, kHalf};
      const std::uint8_t* from = image.row(y) + std::size_t{3} * weights.first[x];
      for (int i = 0; i < weights.length[x]; ++i) {
        for (int c = 0; c < 3; ++c) sums[c] += from[3 * i + c] * weights.of(x)[i];
      }
      for (int c = 0; c < 3; ++c) resized.row(y)[3 * x + c] = clip(sums[c]);
    }
  }
  return resized;
}

Image resize_down_plain(const Image& image, int height, Filter filter) {
  const Weights weights = resample::make_weights(image.height, height, filter);
  Image resized(image.width, height);
  for (int y = 0; y < height; ++y) {
    for (int column = 0; column < 3 * image.width; ++column) {
      std::int32_t sum = kHalf;
      for (int i = 0; i < weights.length[y]; ++i) sum += image.row(weights.first[y] + i)[column] * weights.of(y)[i];
      resized.row(y)[column] = clip(sum);
    }
  }
  return resized;
}

Image resize_with(const resample::Kernels& kernels, const Image& image, int width, int height, Filter filter) {
  resample::RowResampler resampler(image, width, height, filter, kernels);
  Image resized(width, height);
  for (int quad = 0; quad < resampler.quad_count(); ++quad) {
    resampler.take(quad, [&](int y, const std::uint8_t* row) { std::memcpy(resized.row(y), row, resized.row_bytes()); });
  }
  return resized;
}

}  // namespace

bool has_instructions(Instructions kind) {
#if defined(__x86_64__)
  switch (kind) {
    case Instructions::kAvx512:
      return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
             __builtin_cpu_supports("avx512vl") != 0 && __builtin_cpu_supports("avx512vnni") != 0 &&
             __builtin_cpu_supports("avx512vbmi") != 0;
    case Instructions::kAvx2:
      return __builtin_cpu_supports("avx2") != 0;
    case Instructions::kPlain:
      return true;
  }
#endif
  return kind == Instructions::kPlain;
}

Instructions best_instructions() {
  static const Instructions best = has_instructions(Instructions::kAvx512) ? Instructions::kAvx512
                                   : has_instructions(Instructions::kAvx2) ? Instructions::kAvx2
                                                                           : Instructions::kPlain;
  return best;
}

const resample::Kernels* resample::kernels_for(Instructions kind) {
  if (kind == Instructions::kAvx512) return avx512_kernels();
  return kind == Instructions::kAvx2 ? avx2_kernels() : nullptr;
}

Image resize(const Image& image, int width, int height, Filter filter) {
  return resize(image, width, height, filter, best_instructions());
}

Image resize(const Image& image, int width, int height, Filter filter, Instructions instructions) {
  assert(image.width >= 1 && image.height >= 1 && width >= 1 && height >= 1);
  if (width == image.width && height == image.height) return image;
  if (filter == Filter::kNearest) return resize_nearest(image, width, height);
  if (const resample::Kernels* kernels = resample::kernels_for(instructions))
    return resize_with(*kernels, image, width, height, filter);
  if (resample::goes_down_first(image.width, image.height, width, height)) {
    return resize_across_plain(resize_down_plain(image, height, filter), width, filter);
  }
  return resize_down_plain(resize_across_plain(image, width, filter), height, filter);
}

}  // namespace assay
