#include "model/image/thumbnail.h"

#include <webp/encode.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "model/image/decode.h"
#include "model/image/resize.h"

namespace assay {
namespace {

constexpr float kQuality = 80;

}  // namespace

Result<std::string> make_thumbnail(std::string_view bytes, std::string_view name, int side) {
  auto decoded = decode_image(bytes, name);
  if (!decoded) return decoded.error();
  Image image = std::move(decoded).value();
  const int longer = std::max(image.width, image.height);
  if (longer > side) {
    const auto scaled = [&](int length) { return std::max(1, static_cast<int>(static_cast<std::int64_t>(length) * side / longer)); };
    image = resize(image, scaled(image.width), scaled(image.height), Filter::kBicubic);
  }
  std::uint8_t* encoded = nullptr;
  const std::size_t size = WebPEncodeRGB(image.rgb.data(), image.width, image.height, 3 * image.width, kQuality, &encoded);
  std::string text(reinterpret_cast<const char*>(encoded), size);
  WebPFree(encoded);
  if (size == 0) return SampleFailure{std::string(name), "encode", "no thumbnail can be made of it"};
  return text;
}

}  // namespace assay
