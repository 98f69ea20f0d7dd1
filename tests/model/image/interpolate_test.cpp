#include "model/image/interpolate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace assay {
namespace {

const Normalizer kNormalizer{{{0, 0, 0}, {1, 1, 1}}};  // bytes / 255

std::vector<float> interpolated(const Image& image, int width, int height) {
  std::vector<float> out(std::size_t{3} * width * height);
  interpolate_bicubic(image, kNormalizer, width, height, out);
  return out;
}

Image ramp(int width, int height) {
  Image image(width, height);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < 3 * width; ++x) image.row(y)[x] = static_cast<std::uint8_t>(x / 3 * 5);
  return image;
}

TEST(InterpolateBicubic, KeepsAPictureOfItsOwnSize) {
  const auto image = ramp(6, 4);
  const auto out = interpolated(image, 6, 4);
  for (int y = 0; y < 4; ++y)
    for (int x = 0; x < 6; ++x) EXPECT_EQ(out[static_cast<std::size_t>(6 * y + x)], static_cast<float>(5 * x) / 255.0F);
}

/// Four float32 weights sum up to 1 nearly.
TEST(InterpolateBicubic, KeepsOneColour) {
  constexpr double kNearly = 2e-6;
  Image image(13, 9);
  fill(image, {51, 102, 255});
  const auto out = interpolated(image, 5, 20);
  for (std::size_t i = 0; i < 100; ++i) {
    EXPECT_NEAR(out[i], 0.2F, kNearly);
    EXPECT_NEAR(out[100 + i], 0.4F, kNearly);
    EXPECT_NEAR(out[200 + i], 1.0F, kNearly);
  }
}

/// Halving samples between two pixels, whatever lies further away: no antialiasing. The weights of the four pixels around are -3/32, 19/32, 19/32, -3/32.
TEST(InterpolateBicubic, LooksAtFourPixelsAlone) {
  Image image(16, 1);
  image.row(0)[3 * 4] = 255;
  const auto out = interpolated(image, 8, 1);
  const float expected[] = {0, -3.0F / 32, 19.0F / 32, 0, 0, 0, 0, 0};
  for (std::size_t i = 0; i < 8; ++i) EXPECT_NEAR(out[i], expected[i], 1e-6) << i;
}

}  // namespace
}  // namespace assay
