#include "model/image/image.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <string_view>

#include "harness/base/digest.h"

namespace assay {
namespace {

std::string_view bytes_of(const void* data, std::size_t size) { return {static_cast<const char*>(data), size}; }

void put_little_endian(std::uint32_t value, unsigned char* to) {
  for (int i = 0; i < 4; ++i) to[i] = static_cast<unsigned char>(value >> (8 * i));
}

}  // namespace

Image crop(const Image& image, int left, int top, int width, int height) {
  assert(left >= 0 && top >= 0 && width >= 0 && height >= 0 && left + width <= image.width && top + height <= image.height);
  Image part(width, height);
  for (int y = 0; y < height; ++y) std::memcpy(part.row(y), image.row(top + y) + std::size_t{3} * left, part.row_bytes());
  return part;
}

void fill(Image& image, const std::uint8_t (&colour)[3]) {
  for (std::size_t i = 0; i < image.rgb.size(); ++i) image.rgb[i] = colour[i % 3];
}

Image pad(const Image& image, int width, int height, int left, int top, const std::uint8_t (&colour)[3]) {
  assert(left >= 0 && top >= 0 && left + image.width <= width && top + image.height <= height);
  Image canvas(width, height);
  fill(canvas, colour);
  for (int y = 0; y < image.height; ++y) std::memcpy(canvas.row(top + y) + std::size_t{3} * left, image.row(y), image.row_bytes());
  return canvas;
}

Image transpose(const Image& image) {
  Image turned(image.height, image.width);
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) std::memcpy(turned.row(x) + std::size_t{3} * y, image.row(y) + std::size_t{3} * x, 3);
  }
  return turned;
}

Image pad_to_square(const Image& image, const std::uint8_t (&colour)[3]) {
  const int side = std::max(image.width, image.height);
  return pad(image, side, side, (side - image.width) / 2, (side - image.height) / 2, colour);
}

std::string pixel_digest(const Image& image) {
  unsigned char size[8];
  put_little_endian(static_cast<std::uint32_t>(image.width), size);
  put_little_endian(static_cast<std::uint32_t>(image.height), size + 4);
  return Digest().add(bytes_of(size, sizeof size)).add(bytes_of(image.rgb.data(), image.rgb.size())).hex();
}

}  // namespace assay
