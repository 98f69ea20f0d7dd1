#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <jpeglib.h>
#include <png.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "model/image/decode.h"
#include "model/image/preprocess.h"

/// How fast pictures become the encoder's input: decode, resize to tiles, normalise, and the whole. One thread.
///
/// Pictures are those of ASSAY_SHARED/data when that is set, and noise that is made here otherwise. Items are pictures; the rate
/// `tiles/s` counts tiles of 448 x 448 with the thumbnail, at most 12 and one.
namespace {

using namespace assay;

struct Picture {
  std::string name;
  std::string file;  ///< encoded
};

// Soft noise: sums of a few hashes, so that compressed sizes come near a photograph's.
Image make_noise(int width, int height) {
  Image image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < 3 * width; ++x) {
      const unsigned coarse = static_cast<unsigned>((x / 48) * 73 + (y / 16) * 151) * 2654435761U >> 25;
      const unsigned fine = static_cast<unsigned>(x * 31 + y * 17) * 2246822519U >> 29;
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
  if (png_image_write_to_memory(&header, file.data(), &size, 0, image.rgb.data(), 0, nullptr) == 0) std::abort();
  file.resize(size);
  return file;
}

std::vector<Picture> find_pictures() {
  std::vector<Picture> pictures;
  if (const char* shared = std::getenv("ASSAY_SHARED")) {
    const std::filesystem::path data = std::filesystem::path(shared) / "data";
    for (const char* name : {"photos/lomiri_4096x2304.jpg", "photos/kodim23.png", "chartqa/test/png/00339007006077.png"}) {
      if (exists(data / name)) pictures.push_back({std::filesystem::path(name).filename(), read_file(data / name)});
    }
  }
  if (!pictures.empty()) return pictures;
  return {{"noise_4096x2304.jpg", encode_jpeg(make_noise(4096, 2304))}, {"noise_768x512.png", encode_png(make_noise(768, 512))}};
}

Image decode(const Picture& picture) {
  auto image = decode_image(picture.file, picture.name);
  if (!image) throw DataError(image.error().message);
  return std::move(*image);
}

void count(benchmark::State& state, const Image& image) {
  const auto tiles = plan_tiles(image.width, image.height, Tiling{}).tile_count;
  state.SetItemsProcessed(state.iterations());
  state.counters["tiles/s"] = benchmark::Counter(static_cast<double>(tiles * state.iterations()), benchmark::Counter::kIsRate);
}

void time_decode(benchmark::State& state, const Picture& picture) {
  for (auto _ : state) benchmark::DoNotOptimize(decode(picture));
  count(state, decode(picture));
}

void time_resize(benchmark::State& state, const Picture& picture) {
  const Image image = decode(picture);
  const TileGrid grid = plan_tiles(image.width, image.height, Tiling{}).grid;
  for (auto _ : state) benchmark::DoNotOptimize(resize(image, 448 * grid.columns, 448 * grid.rows, Filter::kBicubic));
  count(state, image);
}

void time_normalize(benchmark::State& state, const Picture& picture) {
  const Image image = decode(picture);
  const TiledImage tiled = tile_image(image, Tiling{});
  const Normalizer normalizer(kImageNetNormalization);
  const std::size_t per_tile = std::size_t{3} * 448 * 448;
  std::vector<float> values(per_tile * tiled.tiles.size());
  for (auto _ : state) {
    for (std::size_t i = 0; i < tiled.tiles.size(); ++i)
      normalizer.normalize(tiled.tiles[i], std::span(values).subspan(per_tile * i, per_tile));
    benchmark::DoNotOptimize(values.data());
  }
  count(state, image);
}

void time_preprocess(benchmark::State& state, const Picture& picture, Instructions instructions) {
  if (!has_instructions(instructions)) return state.SkipWithError("this machine has no such instructions");
  const Image image = decode(picture);
  const Normalizer normalizer(kImageNetNormalization, instructions);
  std::vector<float> values(pixel_value_count(plan_tiles(image.width, image.height, Tiling{}), 448));
  for (auto _ : state) {
    preprocess(image, Tiling{}, normalizer, values, instructions);
    benchmark::DoNotOptimize(values.data());
  }
  count(state, image);
}

// The encoder's input is made anew each time, as a Python harness does.
void time_whole(benchmark::State& state, const Picture& picture) {
  const Normalizer normalizer(kImageNetNormalization);
  for (auto _ : state) {
    const Image image = decode(picture);
    std::vector<float> values(pixel_value_count(plan_tiles(image.width, image.height, Tiling{}), 448));
    preprocess(image, Tiling{}, normalizer, values);
    benchmark::DoNotOptimize(values.data());
  }
  count(state, decode(picture));
}

void add(const std::string& stage, const Picture& picture, const std::function<void(benchmark::State&)>& time) {
  benchmark::RegisterBenchmark(fmt::format("{}/{}", stage, picture.name).c_str(), time)->Unit(benchmark::kMillisecond);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<Picture> pictures = find_pictures();
  for (const Picture& picture : pictures) {
    add("decode", picture, [&](auto& state) { time_decode(state, picture); });
    add("resize", picture, [&](auto& state) { time_resize(state, picture); });
    add("normalize", picture, [&](auto& state) { time_normalize(state, picture); });
    add("preprocess_avx512", picture, [&](auto& state) { time_preprocess(state, picture, Instructions::kAvx512); });
    add("preprocess_avx2", picture, [&](auto& state) { time_preprocess(state, picture, Instructions::kAvx2); });
    add("preprocess_plain", picture, [&](auto& state) { time_preprocess(state, picture, Instructions::kPlain); });
    add("whole", picture, [&](auto& state) { time_whole(state, picture); });
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
