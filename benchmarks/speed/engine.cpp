#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdlib>
#include <memory>
#include <vector>

#include "harness/base/error.h"
#include "model/internvl/config.h"
#include "model/internvl/internvl.h"

/// Encoder, prefill and decode step of a real checkpoint, each beside the bare matrix products of its shapes, so that the ratio of the
/// two FLOP rates says how far the stage is from the machine.  usage: ASSAY_SPEED_MODEL=DIR assay_speed_engine
namespace assay {
namespace {

constexpr std::int64_t kTiles = 4, kPromptTokens = 1850;

struct Opened {
  InternVlConfig config;
  std::unique_ptr<Family> family;
  at::ScalarType dtype;
};

const Opened& opened(DType dtype) {
  static std::vector<std::pair<DType, Opened>> all;
  for (const auto& [type, open] : all) {
    if (type == dtype) return open;
  }
  const char* folder = std::getenv("ASSAY_SPEED_MODEL");
  if (folder == nullptr) throw ConfigError("set ASSAY_SPEED_MODEL to a checkpoint folder");
  VlmOptions options;
  options.dtype = dtype;
  all.emplace_back(dtype, Opened{read_internvl_config(folder), open_internvl(folder, options), dtype == DType::kFloat32 ? at::kFloat : at::kBFloat16});
  return all.back().second;
}

/// [batch, rows, in] times [batch, in, out], so many times.
struct Product {
  std::int64_t batch, rows, in, out;
  std::int64_t times;
  [[nodiscard]] double flops() const { return 2.0 * static_cast<double>(batch * rows * in * out * times); }
};

/// The encoder's matrix products for `tiles` tiles: linear layers, and attention's scores and sums.
std::vector<Product> encoder_products(const InternVlConfig& c, std::int64_t tiles) {
  const auto side = c.tile_side / c.vision.patch_size, T = side * side + 1, rows = tiles * T, D = c.vision.hidden_size, L = c.vision.layer_count;
  const auto N = c.vision.head_count, F = c.vision.intermediate_size, p = c.vision.patch_size;
  return {{1, rows, 3 * p * p, D, 1},      {1, rows, D, 3 * D, L},          {1, rows, D, D, L},
          {1, rows, D, F, L},              {1, rows, F, D, L},              {tiles * N, T, D / N, T, L},
          {tiles * N, T, T, D / N, L},     {1, tiles * c.tokens_per_tile(), D * c.merge * c.merge, c.language.hidden_size, 1}};
}

/// A prompt's matrix products; of attention the causal half.
std::vector<Product> prefill_products(const LanguageConfig& c, std::int64_t rows) {
  const auto D = c.hidden_size, Q = c.head_count * c.head_width, KV = c.key_head_count * c.head_width, L = c.layer_count, K = c.head_width;
  return {{1, rows, D, Q + 2 * KV, L},     {1, rows, Q, D, L},              {1, rows, D, 2 * c.intermediate_size, L},
          {1, rows, c.intermediate_size, D, L}, {c.head_count, rows, K, rows / 2, L}, {c.head_count, rows, rows / 2, K, L},
          {1, 1, D, c.vocabulary_size, 1}};
}

double flops_of(const std::vector<Product>& products) {
  double sum = 0;
  for (const auto& product : products) sum += product.flops();
  return sum;
}

void report_rate(benchmark::State& state, double flops) {
  state.counters["FLOPS"] = benchmark::Counter(flops * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
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
  report_rate(state, flops_of(products));
}

void encoder(benchmark::State& state, DType dtype) {
  const c10::InferenceMode inference;
  const auto& open = opened(dtype);
  const auto pixels = at::randn({kTiles, 3, open.config.tile_side, open.config.tile_side});
  for (auto _ : state) benchmark::DoNotOptimize(open.family->encode(pixels));
  report_rate(state, flops_of(encoder_products(open.config, kTiles)));
  state.counters["tiles/s"] = benchmark::Counter(static_cast<double>(kTiles * state.iterations()), benchmark::Counter::kIsRate);
}

void encoder_products_alone(benchmark::State& state, DType dtype) {
  run_products(state, encoder_products(opened(dtype).config, kTiles), opened(dtype).dtype);
}

void prefill(benchmark::State& state, DType dtype) {
  const c10::InferenceMode inference;
  const auto& decoder = opened(dtype).family->decoder();
  const auto embeddings = decoder.embed(at::randint(decoder.config().vocabulary_size, {kPromptTokens}, at::kLong));
  for (auto _ : state) {
    auto cache = decoder.new_cache();
    benchmark::DoNotOptimize(decoder.extend(embeddings, cache, Decoder::Rows::kLast));
  }
  report_rate(state, flops_of(prefill_products(decoder.config(), kPromptTokens)));
  state.counters["tokens/s"] = benchmark::Counter(static_cast<double>(kPromptTokens * state.iterations()), benchmark::Counter::kIsRate);
}

void prefill_products_alone(benchmark::State& state, DType dtype) {
  run_products(state, prefill_products(opened(dtype).config.language, kPromptTokens), opened(dtype).dtype);
}

/// One step of state.range(0) replies, each after a prompt of kPromptTokens.
void decode_step(benchmark::State& state, DType dtype) {
  const c10::InferenceMode inference;
  const auto& decoder = opened(dtype).family->decoder();
  const auto embeddings = decoder.embed(at::randint(decoder.config().vocabulary_size, {kPromptTokens}, at::kLong));
  std::vector<KvCache> caches;
  std::vector<KvCache*> pointers;
  for (std::int64_t b = 0; b < state.range(0); ++b) {
    caches.push_back(decoder.new_cache());
    (void)decoder.extend(embeddings, caches.back(), Decoder::Rows::kLast);
  }
  for (auto& cache : caches) pointers.push_back(&cache);
  const auto ids = at::zeros({state.range(0)}, at::kLong);
  for (auto _ : state) benchmark::DoNotOptimize(decoder.step(ids, pointers));
  state.counters["tokens/s"] = benchmark::Counter(static_cast<double>(state.range(0) * state.iterations()), benchmark::Counter::kIsRate);
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
    add("encoder", assay::encoder);
    add("encoder_products_alone", assay::encoder_products_alone);
    add("prefill", assay::prefill);
    add("prefill_products_alone", assay::prefill_products_alone);
    add("decode_step", assay::decode_step)->Arg(1)->Arg(8)->Arg(16);
  }
  try {
    benchmark::RunSpecifiedBenchmarks();
  } catch (const assay::Error& error) {
    fmt::print(stderr, "assay_speed_engine: {}\n", error.what());
    return error.exit_code();
  }
  return 0;
}
