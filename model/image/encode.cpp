#include "model/image/encode.h"

#include <fmt/format.h>
#include <png.h>

#include <csetjmp>
#include <cstdio>
#include <cstdlib>

// jpeglib.h needs stdio's FILE and size_t to be known.
#include <jpeglib.h>

namespace assay {
namespace {

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

}  // namespace

Result<std::string> encode_png(const Image& image, const std::string& name) {
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

Result<std::string> encode_jpeg(const Image& image, const std::string& name, int quality) {
  JpegWriter writer;
  if (!write_jpeg(writer, image, quality)) return SampleFailure{name, "decode", fmt::format("it cannot be written as JPEG: {}", writer.message)};
  return std::string(reinterpret_cast<const char*>(writer.bytes), writer.size);
}

}  // namespace assay
