#include "benchmarks/speed/pictures.h"

#include <cstdio>
#include <cstdlib>

#include <jpeglib.h>
#include <png.h>

#include <array>

#include "harness/base/error.h"

namespace assay {
namespace {

// 323 PNG of ChartQA's test split.
constexpr std::array<PictureSize, 9> kChartQa = {{{310, 422}, {800, 557}, {800, 557}, {800, 557}, {800, 557}, {800, 557}, {800, 557}, {850, 600}, {800, 866}}};
// 24 JPEG of SROIE's test split (ICDAR 2019), which Visual-CoT asks in DocVQA's form.
constexpr std::array<PictureSize, 9> kReceipts = {
    {{620, 1216}, {751, 1278}, {749, 1433}, {888, 1542}, {936, 1562}, {884, 1667}, {932, 1695}, {1080, 1527}, {884, 1904}}};
// 34 JPEG in open-compass/MMBench samples/ at 20faed3d.
constexpr std::array<PictureSize, 9> kMmBench = {{{258, 195}, {256, 256}, {315, 341}, {512, 289}, {512, 338}, {512, 344}, {512, 384}, {512, 426}, {512, 507}}};

constexpr std::array<SetShapes, 3> kSets = {{{"chartqa", kChartQa, encode_png}, {"receipts", kReceipts, encode_jpeg}, {"mmbench", kMmBench, encode_jpeg}}};

}  // namespace

Image make_noise(int width, int height, unsigned seed) {
  Image image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < 3 * width; ++x) {
      const unsigned coarse = (static_cast<unsigned>((x / 48) * 73 + (y / 16) * 151) + seed) * 2654435761U >> 25;
      const unsigned fine = (static_cast<unsigned>(x * 31 + y * 17) + seed) * 2246822519U >> 29;
      image.row(y)[x] = static_cast<std::uint8_t>(coarse + fine);
    }
  }
  return image;
}

std::string encode_jpeg(const Image& image) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &bytes, &size);
  info.image_width = static_cast<JDIMENSION>(image.width);
  info.image_height = static_cast<JDIMENSION>(image.height);
  info.input_components = 3;
  info.in_color_space = JCS_RGB;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, 90, TRUE);
  jpeg_start_compress(&info, TRUE);
  for (int y = 0; y < image.height; ++y) {
    JSAMPROW row = const_cast<JSAMPROW>(image.row(y));
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  std::string file(reinterpret_cast<const char*>(bytes), size);
  jpeg_destroy_compress(&info);
  std::free(bytes);
  return file;
}

std::string encode_png(const Image& image) {
  png_image header{};
  header.version = PNG_IMAGE_VERSION;
  header.width = static_cast<png_uint_32>(image.width);
  header.height = static_cast<png_uint_32>(image.height);
  header.format = PNG_FORMAT_RGB;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(header);
  std::string file(size, '\0');
  if (png_image_write_to_memory(&header, file.data(), &size, 0, image.rgb.data(), 0, nullptr) == 0) throw InternalError("the picture could not be written");
  file.resize(size);
  return file;
}

std::span<const SetShapes> set_shapes() { return kSets; }

}  // namespace assay
