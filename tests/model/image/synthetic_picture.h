#pragma once
#include <cstdint>

#include "model/image/image.h"

namespace assay::testing {

/// A picture of noise and hard edges that reference_digests.py makes alike: byte i is a hash of i and the seed, and every other
/// hash (by its bit 3) is pushed to black or white, so that overshoot and clipping happen.
inline Image synthetic_picture(int width, int height, std::uint32_t seed) {
  Image image(width, height);
  for (std::size_t i = 0; i < image.rgb.size(); ++i) {
    std::uint32_t hash = static_cast<std::uint32_t>(i) * 2654435761U + seed * 40503U;
    hash ^= hash >> 15;
    hash *= 2246822519U;
    hash ^= hash >> 13;
    const auto byte = static_cast<std::uint8_t>(hash >> 24);
    image.rgb[i] = (hash & 8) == 0 ? byte : byte > 127 ? std::uint8_t{255} : std::uint8_t{0};
  }
  return image;
}

}  // namespace assay::testing
