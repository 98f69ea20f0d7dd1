#pragma once
#include <cstdint>
#include <span>
#include <string>

#include "model/image/image.h"

/// Pictures that are made here, as files.
namespace assay {

/// Soft noise, so that compressed sizes come near a photograph's. Another seed gives other pixels.
[[nodiscard]] Image make_noise(int width, int height, unsigned seed = 0);

[[nodiscard]] std::string jpeg_file(const Image& image);
[[nodiscard]] std::string png_file(const Image& image);

struct PictureSize {
  int width = 0, height = 0;
};

/// What a set's pictures look like in numbers: nine sizes that stand for it, those at 1/18, 3/18, ... 17/18 of its pictures in order of their pixels.
struct SetShapes {
  const char* name;
  std::span<const PictureSize> sizes;
  std::string (*encode)(const Image& image);  ///< in the format of most of its files
};

/// ChartQA's test pictures, receipts in DocVQA's form, and MMBench's samples. docs/speed.md has their histograms of tiles.
[[nodiscard]] std::span<const SetShapes> set_shapes();

}  // namespace assay
