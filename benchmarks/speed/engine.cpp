#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <png.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "benchmarks/speed/peaks.h"
#include "benchmarks/speed/work.h"
#include "harness/base/error.h"
#include "model/internvl/config.h"
#include "model/internvl/internvl.h"

/// Encoder, prefill, decode step and whole requests of an InternVL checkpoint. Each stage says which share of the roofline it reaches, with peaks measured
/// in the same process, and stands beside the bare matrix products of its shapes.  usage: assay speed encoder|prefill|decode|pipeline --model DIR
namespace assay {
namespace {

constexpr std::int64_t kPromptTokens = 1850;  // of a picture in seven tiles, ChartQA's commonest

at::ScalarType scalar_type(DType dtype) { return dtype == DType::kFloat32 ? at::kFloat : at::kBFloat16; }
std::int64_t element_bytes(at::ScalarType dtype) { return static_cast<std::int64_t>(c10::elementSize(dtype)); }

struct Opened {
  InternVlConfig config;
  std::unique_ptr<Family> family;
  at::ScalarType dtype;
};

const Opened& opened(DType dtype) {
  (void)peaks_of(scalar_type(dtype));  // before any row's clock
  static std::vector<std::pair<DType, Opened>> all;
  for (const auto& [type, open] : all) {
    if (type == dtype) return open;
  }
  const char* folder = std::getenv("ASSAY_SPEED_MODEL");
  if (folder == nullptr) throw ConfigError("no model: give `assay speed` --model DIR, or set ASSAY_SPEED_MODEL to a checkpoint folder of InternVL's layout");
  VlmOptions options;
  options.dtype = dtype;
  all.emplace_back(dtype, Opened{read_internvl_config(folder), open_internvl(folder, options), scalar_type(dtype)});
  return all.back().second;
}

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

/// The rate of the work that an iteration does, and the share of the machine's limits that it is. `begin`: when the iterations began.
void report_work(benchmark::State& state, const Work& work, at::ScalarType dtype, Clock::time_point begin) {
  const auto seconds = seconds_since(begin) / static_cast<double>(state.iterations());
  state.counters["GFLOP/s"] = work.flops / seconds / 1e9;
  state.counters["GB/s"] = work.bytes / seconds / 1e9;
  state.counters["roofline_share"] = roofline_share(work, peaks_of(dtype), seconds);
}

void run_products(benchmark::State& state, const std::vector<Product>& products, at::ScalarType dtype) {
  const c10::InferenceMode inference;
  std::vector<std::pair<at::Tensor, at::Tensor>> pairs;
  for (const auto& p : products) {
    if (p.batch == 1) pairs.emplace_back(at::randn({p.rows, p.in}, dtype), at::randn({p.out, p.in}, dtype));
    else pairs.emplace_back(at::randn({p.batch, p.rows, p.in}, dtype), at::randn({p.batch, p.in, p.out}, dtype));
  }
  for (auto _ : state) {
    for (std::size_t i = 0; i < products.size(); ++i) {
      const auto& [a, b] = pairs[i];
      for (std::int64_t k = 0; k < products[i].times; ++k) benchmark::DoNotOptimize(products[i].batch == 1 ? at::linear(a, b) : at::bmm(a, b));
    }
  }
  state.counters["GFLOP/s"] = benchmark::Counter(flops_of(products) * 1e-9 * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}

/// What the shares are held against, measured in this process.
void peak(benchmark::State& state, DType dtype) {
  const c10::InferenceMode inference;
  const auto& peaks = peaks_of(scalar_type(dtype));
  for (auto _ : state) state.counters["triad_GB/s"] = triad_rate() / 1e9;
  state.counters["GFLOP/s"] = peaks.flops / 1e9;
  state.counters["GB/s"] = peaks.bytes / 1e9;
}

/// So many tiles at once.
void encoder(benchmark::State& state, DType dtype) {
  const c10::InferenceMode inference;
  const auto& open = opened(dtype);
  const auto tiles = state.range(0);
  const auto pixels = at::randn({tiles, 3, open.config.tile_side, open.config.tile_side});
  const auto begin = Clock::now();
  for (auto _ : state) benchmark::DoNotOptimize(open.family->encode(pixels));
  report_work(state, encoder_work(open.config, tiles, element_bytes(open.dtype)), open.dtype, begin);
  state.counters["tiles/s"] = benchmark::Counter(static_cast<double>(tiles * state.iterations()), benchmark::Counter::kIsRate);
}

void encoder_products_alone(benchmark::State& state, DType dtype) {
  run_products(state, encoder_products(opened(dtype).config, state.range(0)), opened(dtype).dtype);
}

/// A prompt of so many tokens.
void prefill(benchmark::State& state, DType dtype) {
  const c10::InferenceMode inference;
  const auto& open = opened(dtype);
  const auto& decoder = open.family->decoder();
  const auto tokens = state.range(0);
  const auto embeddings = decoder.embed(at::randint(decoder.config().vocabulary_size, {tokens}, at::kLong));
  const auto begin = Clock::now();
  for (auto _ : state) {
    auto cache = decoder.new_cache();
    benchmark::DoNotOptimize(decoder.extend(embeddings, cache, Decoder::Rows::kLast));
  }
  report_work(state, prefill_work(decoder.config(), tokens, element_bytes(open.dtype)), open.dtype, begin);
  state.counters["tokens/s"] = benchmark::Counter(static_cast<double>(tokens * state.iterations()), benchmark::Counter::kIsRate);
}

void prefill_products_alone(benchmark::State& state, DType dtype) {
  run_products(state, prefill_products(opened(dtype).config.language, state.range(0)), opened(dtype).dtype);
}

/// One step of state.range(0) replies, each after a prompt of kPromptTokens.
void decode_step(benchmark::State& state, DType dtype) {
  const c10::InferenceMode inference;
  const auto& open = opened(dtype);
  const auto& decoder = open.family->decoder();
  const auto embeddings = decoder.embed(at::randint(decoder.config().vocabulary_size, {kPromptTokens}, at::kLong));
  std::vector<KvCache> caches;
  std::vector<KvCache*> pointers;
  for (std::int64_t b = 0; b < state.range(0); ++b) {
    caches.push_back(decoder.new_cache());
    (void)decoder.extend(embeddings, caches.back(), Decoder::Rows::kLast);
  }
  for (auto& cache : caches) pointers.push_back(&cache);
  const auto ids = at::zeros({state.range(0)}, at::kLong);
  const auto begin = Clock::now();
  for (auto _ : state) benchmark::DoNotOptimize(decoder.step(ids, pointers));
  const auto grown = static_cast<std::int64_t>(state.iterations()) / 2;  // by a token an iteration
  report_work(state, decode_work(decoder.config(), state.range(0), kPromptTokens + grown, element_bytes(open.dtype)), open.dtype, begin);
  state.counters["tokens/s"] = benchmark::Counter(static_cast<double>(state.range(0) * state.iterations()), benchmark::Counter::kIsRate);
}

/// PNG of noise of its own: no two are alike.
std::string noise_png(int width, int height, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
  for (auto& value : pixels) value = static_cast<std::uint8_t>(random());
  png_image image{};
  image.version = PNG_IMAGE_VERSION, image.format = PNG_FORMAT_RGB;
  image.width = static_cast<png_uint_32>(width), image.height = static_cast<png_uint_32>(height);
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::string bytes(size, 0);
  if (png_image_write_to_memory(&image, bytes.data(), &size, 0, pixels.data(), 0, nullptr) == 0) throw InternalError("the picture could not be written");
  bytes.resize(size);
  return bytes;
}

/// One request after the other.
class Requests : public RequestSource, public GenerationSink {
 public:
  explicit Requests(Request request) : request_(std::move(request)) {}
  std::optional<Request> next() override { return std::exchange(request_, std::nullopt); }
  std::optional<Request> finish(const std::string&, Result<Generation> generation) override {
    if (!generation) throw InternalError(generation.error().message);
    return std::nullopt;
  }

 private:
  std::optional<Request> request_;
};

/// A percentile needs as many samples as make it sure to 99 % that one lies beyond it.  Source: MLPerf LoadGen, early stopping
void report_percentiles(benchmark::State& state, std::vector<double> seconds) {
  std::ranges::sort(seconds);
  std::string missing;
  for (const auto& [name, share, least] : {std::tuple{"p50_ms", 0.5, std::size_t{7}}, std::tuple{"p90_ms", 0.9, std::size_t{44}}, std::tuple{"p99_ms", 0.99, std::size_t{459}}}) {
    if (seconds.size() >= least) state.counters[name] = 1e3 * seconds[std::min(seconds.size() - 1, static_cast<std::size_t>(share * static_cast<double>(seconds.size())))];
    else missing += fmt::format("{}{}: n too small ({} of {})", missing.empty() ? "" : ", ", name, seconds.size(), least);
  }
  state.SetLabel(missing);
}

/// From a picture's bytes to sixteen tokens, alone: seven tiles of a picture that is new each time, or of one and the same.
void pipeline(benchmark::State& state, DType dtype, bool is_repeated) {
  const char* folder = std::getenv("ASSAY_SPEED_MODEL");
  if (folder == nullptr) (void)opened(dtype);
  VlmOptions options;
  options.dtype = dtype, options.audit_share = 0;
  const auto model = open_vlm(folder, options);
  std::vector<double> seconds;
  std::uint64_t number = 0;
  const auto ask = [&] {
    Request request;
    request.id = "one", request.max_tiles = 12;
    request.decoding.max_new_tokens = request.decoding.min_new_tokens = 16;
    const auto bytes = noise_png(1344, 896, is_repeated ? 0 : number++);
    request.prompt.images.push_back({"noise", fmt::format("noise {}", is_repeated ? 0 : number), [bytes]() -> Result<std::string> { return bytes; }});
    request.prompt.turns.push_back({Role::kUser, {{"", 0}, {"What is the highest value in the chart?", Part::kNoImage}}});
    Requests one(std::move(request));
    const auto begin = Clock::now();
    model->run(one, one);
    return seconds_since(begin);
  };
  (void)ask();  // cold: its time is no sample
  for (auto _ : state) {
    seconds.push_back(ask());
    state.SetIterationTime(seconds.back());
  }
  report_percentiles(state, std::move(seconds));
}

}  // namespace
}  // namespace assay

int main(int argc, char** argv) {
  using assay::DType;
  benchmark::Initialize(&argc, argv);
  for (const auto& [name, dtype] : {std::pair{"float32", DType::kFloat32}, std::pair{"bfloat16", DType::kBFloat16}}) {
    const auto add = [&](const char* what, auto function) {
      return benchmark::RegisterBenchmark(fmt::format("{}/{}", what, name).c_str(), function, dtype)->UseRealTime()->Unit(benchmark::kMillisecond);
    };
    add("peak", assay::peak)->Iterations(1);
    for (const auto tiles : {1, 4, 7, 13}) add("encoder", assay::encoder)->Arg(tiles);
    add("encoder_products_alone", assay::encoder_products_alone)->Arg(4);
    for (const auto tokens : {300, 1850, 3400}) add("prefill", assay::prefill)->Arg(tokens);  // of 1, 7 and 13 tiles
    add("prefill_products_alone", assay::prefill_products_alone)->Arg(1850);
    for (const auto replies : {1, 8, 16}) add("decode_step", assay::decode_step)->Arg(replies);
    for (const bool is_repeated : {false, true}) {
      benchmark::RegisterBenchmark(fmt::format("pipeline_{}/{}", is_repeated ? "same_picture" : "new_pictures", name).c_str(), assay::pipeline, dtype, is_repeated)
          ->UseManualTime()->Unit(benchmark::kMillisecond);
    }
  }
  try {
    benchmark::RunSpecifiedBenchmarks();
  } catch (const assay::Error& error) {
    fmt::print(stderr, "assay_speed_engine: {}\n", error.what());
    return error.exit_code();
  }
  return 0;
}
