#include "benchmarks/speed/pictures.h"

#include <array>
#include <utility>

#include "harness/base/error.h"
#include "model/image/encode.h"

namespace assay {
namespace {

// 323 PNG of ChartQA's test split.
constexpr std::array<PictureSize, 9> kChartQa = {{{310, 422}, {800, 557}, {800, 557}, {800, 557}, {800, 557}, {800, 557}, {800, 557}, {850, 600}, {800, 866}}};
// 24 JPEG of SROIE's test split (ICDAR 2019), which Visual-CoT asks in DocVQA's form.
constexpr std::array<PictureSize, 9> kReceipts = {
    {{620, 1216}, {751, 1278}, {749, 1433}, {888, 1542}, {936, 1562}, {884, 1667}, {932, 1695}, {1080, 1527}, {884, 1904}}};
// 34 JPEG in open-compass/MMBench samples/ at 20faed3d.
constexpr std::array<PictureSize, 9> kMmBench = {{{258, 195}, {256, 256}, {315, 341}, {512, 289}, {512, 338}, {512, 344}, {512, 384}, {512, 426}, {512, 507}}};

constexpr std::array<SetShapes, 3> kSets = {{{"chartqa", kChartQa, png_file}, {"receipts", kReceipts, jpeg_file}, {"mmbench", kMmBench, jpeg_file}}};

std::string written(Result<std::string> file) {
  if (!file) throw InternalError(file.error().message);
  return *std::move(file);
}

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

std::string jpeg_file(const Image& image) { return written(encode_jpeg(image, "noise", 90)); }

std::string png_file(const Image& image) { return written(encode_png(image, "noise")); }

std::span<const SetShapes> set_shapes() { return kSets; }

}  // namespace assay
