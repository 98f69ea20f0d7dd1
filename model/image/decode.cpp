#include "model/image/decode.h"

#include <fmt/format.h>

#include <iterator>
#include <new>
#include <string>

#include "model/image/formats.h"

namespace assay {
namespace {

using formats::Undecodable;

constexpr std::string_view kSupported = "JPEG, PNG, WebP, GIF, BMP, TIFF";

bool at(std::string_view bytes, std::size_t offset, std::string_view magic) {
  return bytes.size() >= offset + magic.size() && bytes.substr(offset, magic.size()) == magic;
}

struct Format {
  std::string_view magic;
  std::size_t offset;
  std::string_view name;
  Image (*decode)(std::string_view, const ImageLimits&);  ///< null: known by sight, not supported
};

using namespace std::string_view_literals;

constexpr Format kFormats[] = {
    {"\xFF\xD8\xFF"sv, 0, "JPEG", formats::decode_jpeg},
    {"\x89PNG\r\n\x1A\n"sv, 0, "PNG", formats::decode_png},
    {"WEBP"sv, 8, "WebP", formats::decode_webp},
    {"GIF87a"sv, 0, "GIF", formats::decode_gif},
    {"GIF89a"sv, 0, "GIF", formats::decode_gif},
    {"BM"sv, 0, "BMP", formats::decode_bmp},
    {"II*\0"sv, 0, "TIFF", formats::decode_tiff},
    {"MM\0*"sv, 0, "TIFF", formats::decode_tiff},
    {"II+\0"sv, 0, "TIFF", formats::decode_tiff},  // BigTIFF
    {"MM\0+"sv, 0, "TIFF", formats::decode_tiff},
    {"8BPS"sv, 0, "PSD", nullptr},
    {"\0\0\1\0"sv, 0, "ICO", nullptr},
    {"\0\0\2\0"sv, 0, "CUR", nullptr},
    {"P1"sv, 0, "PBM", nullptr},
    {"P2"sv, 0, "PGM", nullptr},
    {"P3"sv, 0, "PPM", nullptr},
    {"P4"sv, 0, "PBM", nullptr},
    {"P5"sv, 0, "PGM", nullptr},
    {"P6"sv, 0, "PPM", nullptr},
    {"P7"sv, 0, "PAM", nullptr},
    {"Pf"sv, 0, "PFM", nullptr},
    {"qoif"sv, 0, "QOI", nullptr},
    {"DDS "sv, 0, "DDS", nullptr},
    {"ftypavif"sv, 4, "AVIF", nullptr},
    {"ftypheic"sv, 4, "HEIC", nullptr},
    {"ftypmif1"sv, 4, "HEIF", nullptr},
    {"\0\0\0\x0CjP  "sv, 0, "JPEG 2000", nullptr},
    {"\xFF\x4F\xFF\x51"sv, 0, "JPEG 2000", nullptr},
    {"\xFF\x0A"sv, 0, "JPEG XL", nullptr},
    {"\0\0\0\x0CJXL "sv, 0, "JPEG XL", nullptr},
    {"%PDF"sv, 0, "PDF", nullptr},
    {"<svg"sv, 0, "SVG", nullptr},
    {"<?xml"sv, 0, "XML", nullptr},
    {"version https://git-lfs"sv, 0, "Git LFS pointer (the picture itself was not fetched)", nullptr},
};

const Format* find_format(std::string_view bytes) {
  for (const Format& format : kFormats) {
    if (at(bytes, format.offset, format.magic)) return &format;
  }
  return nullptr;
}

std::string first_bytes(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes.substr(0, 8)) {
    fmt::format_to(std::back_inserter(text), "{}{:02x}", text.empty() ? "" : " ", static_cast<unsigned char>(byte));
  }
  return text;
}

Image decode_checked(std::string_view bytes, const ImageLimits& limits) {
  if (bytes.empty()) throw Undecodable("the file is empty");
  if (static_cast<std::int64_t>(bytes.size()) > limits.max_bytes) {
    throw Undecodable(fmt::format("the file has {} bytes, over the limit of {}; raise --max-image-bytes to read it", bytes.size(),
                                  limits.max_bytes));
  }
  const Format* format = find_format(bytes);
  if (format == nullptr) {
    throw Undecodable(fmt::format("not a picture of a known format (it begins {}); supported: {}", first_bytes(bytes), kSupported));
  }
  if (format->decode == nullptr) throw Undecodable(fmt::format("unsupported format {}; supported: {}", format->name, kSupported));
  try {
    return format->decode(bytes, limits);
  } catch (const std::bad_alloc&) {
    throw Undecodable(
        fmt::format("{}: not enough memory for its pixels; lower --max-image-pixels to refuse it sooner", format->name));
  }
}

}  // namespace

void formats::check_size(std::string_view format, std::int64_t width, std::int64_t height, const ImageLimits& limits) {
  if (width <= 0 || height <= 0)
    throw Undecodable(fmt::format("{} of {} x {} pixels: both must be at least 1", format, width, height));
  if (width > limits.max_pixels / height) {
    throw Undecodable(fmt::format("{} of {} x {} pixels is over the limit of {} pixels; raise --max-image-pixels to read it",
                                  format, width, height, limits.max_pixels));
  }
}

Result<Image> decode_image(std::string_view bytes, std::string_view name, const ImageLimits& limits) {
  try {
    return decode_checked(bytes, limits);
  } catch (const Undecodable& why) {
    return SampleFailure{std::string(name), "decode", fmt::format("{}: {}", name, why.what())};
  }
}

}  // namespace assay
