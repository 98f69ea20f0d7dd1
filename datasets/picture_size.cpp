#include "datasets/picture_size.h"

namespace assay {
namespace {

std::uint32_t big_endian(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

std::optional<PixelSize> size_of_png(std::string_view bytes) {
  constexpr std::size_t kWidth = 16, kHeight = 20, kEnd = 24;  // behind the signature, the chunk's length and "IHDR"
  if (bytes.size() < kEnd || bytes.substr(12, 4) != "IHDR") return std::nullopt;
  return PixelSize{big_endian(bytes, kWidth, 4), big_endian(bytes, kHeight, 4)};
}

/// Start of frame: C0 to CF but for the tables C4, C8 and CC.
bool is_frame(unsigned char marker) { return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC; }
bool has_no_length(unsigned char marker) { return marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8); }

std::optional<PixelSize> size_of_jpeg(std::string_view bytes) {
  for (std::size_t at = 2; at + 4 <= bytes.size();) {
    const auto marker = static_cast<unsigned char>(bytes[at + 1]);
    if (static_cast<unsigned char>(bytes[at]) != 0xFF) return std::nullopt;
    if (marker == 0xFF) {  // fill
      ++at;
      continue;
    }
    if (has_no_length(marker)) {
      at += 2;
      continue;
    }
    if (is_frame(marker)) {
      constexpr std::size_t kHeight = 5, kWidth = 7;  // behind marker, length and precision
      if (at + kWidth + 2 > bytes.size()) return std::nullopt;
      return PixelSize{big_endian(bytes, at + kWidth, 2), big_endian(bytes, at + kHeight, 2)};
    }
    at += 2 + big_endian(bytes, at + 2, 2);
  }
  return std::nullopt;
}

}  // namespace

std::optional<PixelSize> picture_size(std::string_view bytes) {
  if (bytes.starts_with("\x89PNG\r\n\x1A\n")) return size_of_png(bytes);
  if (bytes.starts_with("\xFF\xD8")) return size_of_jpeg(bytes);
  return std::nullopt;
}

}  // namespace assay
