#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace assay {

struct PixelSize {
  std::uint32_t width = 0, height = 0;
};

/// What the header of a JPEG or PNG file says; nothing for other files and broken ones. The picture is not decoded.
/// Source   ISO/IEC 10918-1 B.2.2 (frame header), ISO/IEC 15948 11.2.2 (IHDR)
[[nodiscard]] std::optional<PixelSize> picture_size(std::string_view bytes);

}  // namespace assay
