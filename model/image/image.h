#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace assay {

/// A picture in memory: 8-bit RGB, row by row, three bytes a pixel, no padding.
///
/// Shapes   rgb [height, width, 3]
struct Image {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgb;

  Image() = default;
  Image(int columns, int rows) : width(columns), height(rows), rgb(static_cast<std::size_t>(columns) * rows * 3) {}

  [[nodiscard]] std::size_t row_bytes() const noexcept { return static_cast<std::size_t>(width) * 3; }
  [[nodiscard]] std::uint8_t* row(int y) noexcept { return rgb.data() + row_bytes() * y; }
  [[nodiscard]] const std::uint8_t* row(int y) const noexcept { return rgb.data() + row_bytes() * y; }

  friend bool operator==(const Image&, const Image&) = default;
};

/// The part of `image` at (left, top) of the given size, which must lie inside it.
[[nodiscard]] Image crop(const Image& image, int left, int top, int width, int height);

/// `image` with its corner at (left, top) of a canvas of `colour` (three bytes, RGB), into which it must fit.
[[nodiscard]] Image pad(const Image& image, int width, int height, int left, int top, const std::uint8_t (&colour)[3]);

/// `image` mirrored over its main diagonal: columns become rows.
[[nodiscard]] Image transpose(const Image& image);

/// `image` in the middle of a square of its longer side; the rest is `colour` (three bytes, RGB).
/// Source   InternVL `expand2square`: the odd pixel goes to the right or the bottom.
[[nodiscard]] Image pad_to_square(const Image& image, const std::uint8_t (&colour)[3]);

/// Paints all of `image` in `colour` (three bytes, RGB).
void fill(Image& image, const std::uint8_t (&colour)[3]);

/// Digest of the pixels: width, height and every byte. Equal pictures have equal digests whatever files they came from.
[[nodiscard]] std::string pixel_digest(const Image& image);

}  // namespace assay
