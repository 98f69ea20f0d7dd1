#include "model/image/interpolate.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <vector>

namespace assay {
namespace {

constexpr float kSharpness = -0.75F;

/// Weight of a pixel at most one away, and of one between one and two away.
float near_weight(float x) { return ((kSharpness + 2) * x - (kSharpness + 3)) * x * x + 1; }
float far_weight(float x) { return ((kSharpness * x - 5 * kSharpness) * x + 8 * kSharpness) * x - 4 * kSharpness; }

/// The four pixels of a side that one sample is made of.
struct Taps {
  std::array<int, 4> places;
  std::array<float, 4> weights;
};

std::vector<Taps> taps_of(int from, int to) {
  const float scale = static_cast<float>(from) / static_cast<float>(to);
  std::vector<Taps> all(static_cast<std::size_t>(to));
  for (int i = 0; i < to; ++i) {
    const float centre = scale * (static_cast<float>(i) + 0.5F) - 0.5F;
    const int first = static_cast<int>(std::floor(centre));
    const float t = std::clamp(centre - static_cast<float>(first), 0.0F, 1.0F);
    auto& taps = all[static_cast<std::size_t>(i)];
    taps.weights = {far_weight(t + 1), near_weight(t), near_weight(1 - t), far_weight(2 - t)};
    for (int k = 0; k < 4; ++k) taps.places[static_cast<std::size_t>(k)] = std::clamp(first - 1 + k, 0, from - 1);
  }
  return all;
}

}  // namespace

void interpolate_bicubic(const Image& image, const Normalizer& normalizer, int width, int height, std::span<float> out) {
  assert(out.size() == std::size_t{3} * width * height);
  const auto across = taps_of(image.width, width), down = taps_of(image.height, height);
  float* to = out.data();
  for (int channel = 0; channel < 3; ++channel) {
    for (const auto& rows : down) {
      for (const auto& columns : across) {
        float sum = 0;
        for (std::size_t i = 0; i < 4; ++i) {
          const std::uint8_t* row = image.row(rows.places[i]) + channel;
          float line = 0;
          for (std::size_t k = 0; k < 4; ++k) line += columns.weights[k] * normalizer.value(channel, row[std::size_t{3} * columns.places[k]]);
          sum += rows.weights[i] * line;
        }
        *to++ = sum;
      }
    }
  }
}

}  // namespace assay
