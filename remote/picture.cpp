#include "remote/picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "harness/base/base64.h"
#include "model/image/decode.h"
#include "model/image/encode.h"

namespace assay {
namespace {

using namespace std::string_view_literals;

struct Kind {
  std::string_view magic;
  std::size_t offset;
  std::string_view media_type;
};
constexpr Kind kKinds[] = {
    {"\xFF\xD8\xFF"sv, 0, "image/jpeg"}, {"\x89PNG\r\n\x1A\n"sv, 0, "image/png"}, {"WEBP"sv, 8, "image/webp"}, {"GIF8"sv, 0, "image/gif"},
    {"BM"sv, 0, "image/bmp"},            {"II*\0"sv, 0, "image/tiff"},             {"MM\0*"sv, 0, "image/tiff"},
};

std::string uri_of(std::string_view media_type, std::string_view bytes) { return fmt::format("data:{};base64,{}", media_type, base64(bytes)); }

Result<std::string> written_anew(const Image& image, const std::string& name, const PictureForm& form) {
  const bool is_jpeg = form.kind == PictureForm::Kind::kJpeg;
  auto bytes = is_jpeg ? encode_jpeg(image, name, form.jpeg_quality) : encode_png(image, name);
  if (!bytes) return bytes;
  return uri_of(is_jpeg ? "image/jpeg" : "image/png", *bytes);
}

}  // namespace

std::string_view media_type_of(std::string_view bytes) {
  for (const auto& kind : kKinds)
    if (bytes.size() >= kind.offset && bytes.substr(kind.offset).starts_with(kind.magic)) return kind.media_type;
  return "";
}

Result<std::string> picture_uri(const ImageInput& image, const PictureForm& form, const ImageLimits& limits, bool is_blank) {
  constexpr std::uint8_t kGrey = 127;
  auto bytes = image.read_bytes();
  if (!bytes) return bytes;
  if (static_cast<std::int64_t>(bytes->size()) > limits.max_bytes)
    return SampleFailure{image.name, "read", fmt::format("{}: {} bytes, more than --max-image-bytes {}", image.name, bytes->size(), limits.max_bytes)};
  const bool is_changed = is_blank || image.is_squared;
  if (form.kind == PictureForm::Kind::kFile && !is_changed) {
    const auto media_type = media_type_of(*bytes);
    if (media_type.empty()) return SampleFailure{image.name, "decode", fmt::format("{}: no JPEG, PNG, WebP, GIF, BMP or TIFF", image.name)};
    return uri_of(media_type, *bytes);
  }
  auto decoded = decode_image(*bytes, image.name, limits);
  if (!decoded) return std::move(decoded).error();
  constexpr std::uint8_t kBlack[3] = {0, 0, 0};
  const auto side = static_cast<std::int64_t>(std::max(decoded->width, decoded->height));
  if (image.is_squared && side * side > limits.max_pixels)
    return SampleFailure{image.name, "decode", fmt::format("{}: a square of {} pixels a side is over the limit", image.name, side)};
  if (image.is_squared) *decoded = pad_to_square(*decoded, kBlack);
  if (is_blank) std::ranges::fill(decoded->rgb, kGrey);
  return written_anew(*decoded, image.name, is_blank || form.kind == PictureForm::Kind::kFile ? PictureForm{PictureForm::Kind::kPng} : form);
}

Result<std::string> picture_as_jpeg(std::string_view bytes, const std::string& name, const ImageLimits& limits, int quality) {
  auto decoded = decode_image(bytes, name, limits);
  if (!decoded) return std::move(decoded).error();
  return encode_jpeg(*decoded, name, quality);
}

}  // namespace assay
