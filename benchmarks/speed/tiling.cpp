#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "benchmarks/speed/caches.h"
#include "benchmarks/speed/pictures.h"
#include "benchmarks/speed/row_meter.h"
#include "benchmarks/speed/speed_main.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "model/image/decode.h"
#include "model/image/pixel_buffer.h"
#include "model/image/preprocess.h"

/// How fast pictures become the encoder's input: decode, resize to tiles, normalise, and the whole. One thread, but for rows named ..._by_all_cores.
///
/// Pictures are those of ASSAY_SHARED/data when that is set, and noise that is made here otherwise. Items are pictures; the rate
/// `tiles/s` counts tiles of 448 x 448 with the thumbnail, at most 12 and one. Rows named ..._cold begin each time with nothing in the caches; rows named
/// whole_of_... go through pictures of the sizes of a real set.
namespace {

using namespace assay;

struct Picture {
  std::string name;
  std::string file;  ///< encoded
};

std::vector<Picture> find_pictures() {
  std::vector<Picture> pictures;
  if (const char* shared = std::getenv("ASSAY_SHARED")) {
    const std::filesystem::path data = std::filesystem::path(shared) / "data";
    for (const char* name : {"photos/lomiri_4096x2304.jpg", "photos/kodim23.png", "chartqa/test/png/00339007006077.png"}) {
      if (exists(data / name)) pictures.push_back({std::filesystem::path(name).filename(), read_file(data / name)});
    }
  }
  if (!pictures.empty()) return pictures;
  return {{"noise_4096x2304.jpg", jpeg_file(make_noise(4096, 2304))}, {"noise_768x512.png", png_file(make_noise(768, 512))}};
}

Image decode(const Picture& picture) {
  auto image = decode_image(picture.file, picture.name);
  if (!image) throw DataError(image.error().message);
  return std::move(*image);
}

std::int64_t tile_count(const Image& image) { return plan_tiles(image.width, image.height, Tiling{}).tile_count; }

/// So many pictures an iteration, which are cut into `tiles`.
void count(benchmark::State& state, std::int64_t pictures, std::int64_t tiles) {
  state.SetItemsProcessed(pictures * state.iterations());
  state.counters["tiles/s"] = benchmark::Counter(static_cast<double>(tiles * state.iterations()), benchmark::Counter::kIsRate);
}

/// Times `work` on one picture. Cold: out of every cache before each time, which the clock does not see.
void time_picture(benchmark::State& state, const std::string& row, const Image& image, const std::function<void()>& work, bool is_cold = false) {
  if (is_cold) {
    for (auto _ : state) {
      evict_caches();
      state.SetIterationTime(seconds_of(work));
    }
  } else {
    report_memory(state, row, work);
    const RowMeter meter;
    for (auto _ : state) work();
    meter.report(state);
  }
  count(state, 1, tile_count(image));
}

void time_decode(benchmark::State& state, const Picture& picture, bool is_cold) {
  time_picture(state, "decode " + picture.name, decode(picture), [&] { benchmark::DoNotOptimize(decode(picture)); }, is_cold);
}

void time_resize(benchmark::State& state, const Picture& picture) {
  const Image image = decode(picture);
  const TileGrid grid = plan_tiles(image.width, image.height, Tiling{}).grid;
  time_picture(state, "resize " + picture.name, image, [&] { benchmark::DoNotOptimize(resize(image, 448 * grid.columns, 448 * grid.rows, Filter::kBicubic)); });
}

void time_normalize(benchmark::State& state, const Picture& picture) {
  const Image image = decode(picture);
  const TiledImage tiled = tile_image(image, Tiling{});
  const Normalizer normalizer(kImageNetNormalization);
  const std::size_t per_tile = std::size_t{3} * 448 * 448;
  std::vector<float> values(per_tile * tiled.tiles.size());
  time_picture(state, "normalize " + picture.name, image, [&] {
    for (std::size_t i = 0; i < tiled.tiles.size(); ++i)
      normalizer.normalize(tiled.tiles[i], std::span(values).subspan(per_tile * i, per_tile));
    benchmark::DoNotOptimize(values.data());
  });
}

void time_preprocess(benchmark::State& state, const Picture& picture, Instructions instructions) {
  if (!has_instructions(instructions)) return state.SkipWithError("this machine has no such instructions");
  const Image image = decode(picture);
  const Normalizer normalizer(kImageNetNormalization, instructions);
  PixelBuffer values(pixel_value_count(plan_tiles(image.width, image.height, Tiling{}), 448));
  time_picture(state, fmt::format("preprocess {} ", static_cast<int>(instructions)) + picture.name, image, [&] {
    preprocess(image, Tiling{}, normalizer, values, instructions);
    benchmark::DoNotOptimize(values.data());
  });
}

/// The encoder's input is made anew each time, as a Python harness does.
void run_whole(const Picture& picture, const Normalizer& normalizer) {
  const Image image = decode(picture);
  PixelBuffer values(pixel_value_count(plan_tiles(image.width, image.height, Tiling{}), 448));
  preprocess(image, Tiling{}, normalizer, values);
  benchmark::DoNotOptimize(values.data());
}

void time_whole(benchmark::State& state, const Picture& picture, bool is_cold) {
  const Normalizer normalizer(kImageNetNormalization);
  time_picture(state, "whole " + picture.name, decode(picture), [&] { run_whole(picture, normalizer); }, is_cold);
}

/// A set's pictures, one of each size.
struct PictureSet {
  std::vector<Picture> pictures;
  std::int64_t tiles = 0;

  explicit PictureSet(const SetShapes& set) {
    for (const auto& size : set.sizes) {
      const Image image = make_noise(size.width, size.height);
      pictures.push_back({set.name, set.encode(image)});
      tiles += tile_count(image);
    }
  }
  /// One after the other.
  void run(const Normalizer& normalizer) const {
    for (const auto& picture : pictures) run_whole(picture, normalizer);
  }
  /// The same on `threads` threads at once, each with all of them.
  void run(const Normalizer& normalizer, unsigned threads) const {
    std::vector<std::jthread> all;
    for (unsigned i = 0; i < threads; ++i) all.emplace_back([&] { run(normalizer); });
  }
};

void time_set(benchmark::State& state, const SetShapes& shapes) {
  const Normalizer normalizer(kImageNetNormalization);
  const PictureSet set(shapes);
  report_memory(state, shapes.name, [&] { set.run(normalizer); });
  const RowMeter meter;
  for (auto _ : state) set.run(normalizer);
  meter.report(state);
  count(state, static_cast<std::int64_t>(set.pictures.size()), set.tiles);
}

/// A thread a core. `scaling`: how many times what one thread alone does, measured in turns with it, over the number of threads.
void time_set_by_all_cores(benchmark::State& state, const SetShapes& shapes) {
  const Normalizer normalizer(kImageNetNormalization);
  const PictureSet set(shapes);
  const unsigned threads = std::max(1U, std::thread::hardware_concurrency());
  double alone = 0, together = 0;
  for (auto _ : state) {
    alone += seconds_of([&] { set.run(normalizer, 1); });
    const double seconds = seconds_of([&] { set.run(normalizer, threads); });
    together += seconds;
    state.SetIterationTime(seconds);
  }
  state.counters["scaling"] = alone / together;
  count(state, static_cast<std::int64_t>(set.pictures.size()) * threads, set.tiles * threads);
}

benchmark::internal::Benchmark* add(const std::string& stage, const std::string& name, const std::function<void(benchmark::State&)>& time) {
  return benchmark::RegisterBenchmark(fmt::format("{}/{}", stage, name).c_str(), time)->Unit(benchmark::kMillisecond);
}

void add_rows(const std::vector<Picture>& pictures) {
  for (const Picture& picture : pictures) {
    add("decode", picture.name, [&](auto& state) { time_decode(state, picture, /*is_cold=*/false); });
    add("decode_cold", picture.name, [&](auto& state) { time_decode(state, picture, /*is_cold=*/true); })->UseManualTime();
    add("resize", picture.name, [&](auto& state) { time_resize(state, picture); });
    add("normalize", picture.name, [&](auto& state) { time_normalize(state, picture); });
    add("preprocess_avx512", picture.name, [&](auto& state) { time_preprocess(state, picture, Instructions::kAvx512); });
    add("preprocess_avx2", picture.name, [&](auto& state) { time_preprocess(state, picture, Instructions::kAvx2); });
    add("preprocess_plain", picture.name, [&](auto& state) { time_preprocess(state, picture, Instructions::kPlain); });
    add("whole", picture.name, [&](auto& state) { time_whole(state, picture, /*is_cold=*/false); });
    add("whole_cold", picture.name, [&](auto& state) { time_whole(state, picture, /*is_cold=*/true); })->UseManualTime();
  }
  for (const auto& set : set_shapes()) add(fmt::format("whole_of_{}", set.name), fmt::format("{}_pictures", set.sizes.size()), [&](auto& state) { time_set(state, set); });
  for (const auto& set : set_shapes())
    add(fmt::format("whole_of_{}_by_all_cores", set.name), fmt::format("{}_pictures", set.sizes.size()), [&](auto& state) { time_set_by_all_cores(state, set); })->UseManualTime();
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<Picture> pictures = find_pictures();
  return assay::speed_main(argc, argv, [&] { add_rows(pictures); });
}
