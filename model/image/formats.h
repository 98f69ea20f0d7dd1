#pragma once
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include "model/image/image.h"
#include "model/vlm.h"

/// One decoder a format, each in its own .cpp with its own library. Private to this folder: decode.cpp turns `Undecodable` into a
/// SampleFailure, so that it never leaves.
namespace assay::formats {

/// Why there is no picture, in words that follow the file's name.
class Undecodable : public std::exception {
 public:
  explicit Undecodable(std::string reason) : reason_(std::move(reason)) {}
  [[nodiscard]] const char* what() const noexcept override { return reason_.c_str(); }

 private:
  std::string reason_;
};

/// Throws Undecodable unless 1 <= width, height and width * height <= limits.max_pixels. Before any pixel is allocated.
void check_size(std::string_view format, std::int64_t width, std::int64_t height, const ImageLimits& limits);

[[nodiscard]] Image decode_jpeg(std::string_view bytes, const ImageLimits& limits);
[[nodiscard]] Image decode_png(std::string_view bytes, const ImageLimits& limits);
[[nodiscard]] Image decode_webp(std::string_view bytes, const ImageLimits& limits);
[[nodiscard]] Image decode_gif(std::string_view bytes, const ImageLimits& limits);
[[nodiscard]] Image decode_bmp(std::string_view bytes, const ImageLimits& limits);
[[nodiscard]] Image decode_tiff(std::string_view bytes, const ImageLimits& limits);

/// Pillow's CMYK -> RGB: no profile, black taken off each ink.  Source  libImaging/Convert.c, cmyk2rgb
inline void cmyk_to_rgb(const std::uint8_t* cmyk, std::uint8_t* rgb) {
  const int rest = 255 - cmyk[3];
  for (int c = 0; c < 3; ++c) {
    const int product = cmyk[c] * rest + 128;
    const int value = rest - ((product + (product >> 8)) >> 8);
    rgb[c] = static_cast<std::uint8_t>(value < 0 ? 0 : value);
  }
}

inline void grey_to_rgb(std::uint8_t grey, std::uint8_t* rgb) { rgb[0] = rgb[1] = rgb[2] = grey; }

}  // namespace assay::formats
