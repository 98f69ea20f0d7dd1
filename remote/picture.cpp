#include "remote/picture.h"

#include <fmt/format.h>
#include <png.h>

#include <algorithm>
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <utility>

// jpeglib.h needs stdio's FILE and size_t to be known.
#include <jpeglib.h>

#include "harness/base/base64.h"
#include "model/image/decode.h"

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

Result<std::string> as_png(const Image& image, const std::string& name) {
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  png.width = static_cast<png_uint_32>(image.width);
  png.height = static_cast<png_uint_32>(image.height);
  png.format = PNG_FORMAT_RGB;
  std::string bytes(PNG_IMAGE_PNG_SIZE_MAX(png), '\0');
  png_alloc_size_t size = bytes.size();
  const bool is_written = png_image_write_to_memory(&png, bytes.data(), &size, 0, image.rgb.data(), 0, nullptr) != 0;
  png_image_free(&png);
  if (!is_written) return SampleFailure{name, "decode", fmt::format("it cannot be written as PNG: {}", png.message)};
  bytes.resize(size);
  return bytes;
}

/// Everything the C library touches while it may jump: no destructor of ours runs between setjmp and longjmp.
struct JpegWriter {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  std::jmp_buf jump{};
  char message[JMSG_LENGTH_MAX] = {};
  unsigned char* bytes = nullptr;
  unsigned long size = 0;

  JpegWriter() = default;
  JpegWriter(const JpegWriter&) = delete;
  JpegWriter& operator=(const JpegWriter&) = delete;
  ~JpegWriter() {
    jpeg_destroy_compress(&info);
    std::free(bytes);
  }
};

[[noreturn]] void give_up(j_common_ptr info) {
  auto& writer = *static_cast<JpegWriter*>(info->client_data);
  writer.errors.format_message(info, writer.message);
  std::longjmp(writer.jump, 1);
}

/// False: the library gave up, and writer.message says why.
bool write_jpeg(JpegWriter& writer, const Image& image, int quality) {
  writer.info.err = jpeg_std_error(&writer.errors);
  writer.errors.error_exit = give_up;
  writer.info.client_data = &writer;
  if (setjmp(writer.jump) != 0) return false;
  jpeg_create_compress(&writer.info);
  writer.info.client_data = &writer;
  jpeg_mem_dest(&writer.info, &writer.bytes, &writer.size);
  writer.info.image_width = static_cast<JDIMENSION>(image.width);
  writer.info.image_height = static_cast<JDIMENSION>(image.height);
  writer.info.input_components = 3;
  writer.info.in_color_space = JCS_RGB;
  jpeg_set_defaults(&writer.info);
  jpeg_set_quality(&writer.info, quality, TRUE);
  jpeg_start_compress(&writer.info, TRUE);
  while (writer.info.next_scanline < writer.info.image_height) {
    JSAMPROW row = const_cast<JSAMPLE*>(image.row(static_cast<int>(writer.info.next_scanline)));
    jpeg_write_scanlines(&writer.info, &row, 1);
  }
  jpeg_finish_compress(&writer.info);
  return true;
}

Result<std::string> as_jpeg(const Image& image, const std::string& name, int quality) {
  JpegWriter writer;
  if (!write_jpeg(writer, image, quality)) return SampleFailure{name, "decode", fmt::format("it cannot be written as JPEG: {}", writer.message)};
  return std::string(reinterpret_cast<const char*>(writer.bytes), writer.size);
}

std::string uri_of(std::string_view media_type, std::string_view bytes) { return fmt::format("data:{};base64,{}", media_type, base64(bytes)); }

Result<std::string> written_anew(const Image& image, const std::string& name, const PictureForm& form) {
  const bool is_jpeg = form.kind == PictureForm::Kind::kJpeg;
  auto bytes = is_jpeg ? as_jpeg(image, name, form.jpeg_quality) : as_png(image, name);
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
  return as_jpeg(*decoded, name, quality);
}

}  // namespace assay
