#include <ATen/ATen.h>
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "benchmarks/speed/caches.h"
#include "benchmarks/speed/peaks.h"
#include "benchmarks/speed/pipeline.h"
#include "benchmarks/speed/row_meter.h"
#include "benchmarks/speed/speed_main.h"
#include "benchmarks/speed/speed_model.h"
#include "benchmarks/speed/work.h"

/// Encoder, projector, prefill and decode step of a checkpoint of InternVL's or LLaVA's families, and whole requests of any. Each stage says which share
/// of the roofline it reaches, with peaks measured in the same process, and stands beside the bare matrix products of its shapes.
/// usage: assay speed encoder|projector|prefill|decode|pipeline --model DIR
namespace assay {
namespace {

constexpr std::int64_t kPromptTokens = 1850;  // of a picture in seven tiles, ChartQA's commonest

/// The rate of the work that an iteration does, and the share of the machine's limits that it is.
void report_work(benchmark::State& state, const Work& work, at::ScalarType dtype, double seconds) {
  state.counters["GFLOP/s"] = work.flops / seconds / 1e9;
  state.counters["GB/s"] = work.bytes / seconds / 1e9;
  state.counters["roofline_share"] = roofline_share(work, peaks_of(dtype), seconds);
}

/// Runs `pass` for as long as Google Benchmark asks; `work` is asked for afterwards, since a cache may have grown meanwhile.
void time_passes(benchmark::State& state, const char* what, const SpeedModel& model, const std::function<void()>& pass, const std::function<Work()>& work) {
  report_memory(state, fmt::format("{} {} {}", what, c10::toString(model.dtype), state.range(0)), pass);
  const RowMeter meter;
  for (auto _ : state) pass();
  const double seconds = meter.seconds() / static_cast<double>(state.iterations());
  meter.report(state);
  report_work(state, work(), model.dtype, seconds);
}

/// The same with nothing in the caches before each pass, which the clock does not see.
void time_cold_passes(benchmark::State& state, const SpeedModel& model, const std::function<void()>& pass, const Work& work) {
  double seconds = 0;
  for (auto _ : state) {
    evict_caches();
    const double taken = seconds_of(pass);
    state.SetIterationTime(taken);
    seconds += taken;
  }
  report_work(state, work, model.dtype, seconds / static_cast<double>(state.iterations()));
}

void count_rate(benchmark::State& state, const char* name, std::int64_t an_iteration) {
  state.counters[name] = benchmark::Counter(static_cast<double>(an_iteration * state.iterations()), benchmark::Counter::kIsRate);
}

/// A pass over state.range(0) tiles, hot or cold.
void time_tiles(benchmark::State& state, const char* what, const SpeedModel& model, const std::function<void()>& pass, const Work& work, bool is_cold) {
  if (is_cold) time_cold_passes(state, model, pass, work);
  else time_passes(state, what, model, pass, [&] { return work; });
  count_rate(state, "tiles/s", state.range(0));
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

/// state.range(0) tiles at once.
void encoder(benchmark::State& state, DType dtype, bool is_cold) {
  const c10::InferenceMode inference;
  const auto& model = opened(dtype);
  const auto tiles = state.range(0);
  const auto pixels = at::randn({tiles, 3, model.encoder.tile_side, model.encoder.tile_side});
  time_tiles(state, "encoder", model, [&] { benchmark::DoNotOptimize(model.family->encode(pixels)); }, encoder_work(model.encoder, tiles, model.element_bytes()), is_cold);
}

void encoder_products_alone(benchmark::State& state, DType dtype) {
  run_products(state, encoder_products(opened(dtype).encoder, state.range(0)), opened(dtype).dtype);
}

/// What the tower gave for state.range(0) tiles, pixel shuffle included where the family has one.
void projector(benchmark::State& state, DType dtype, bool is_cold) {
  const c10::InferenceMode inference;
  const auto& model = opened(dtype);
  const auto tiles = state.range(0);
  const auto hidden = at::randn({tiles, model.encoder.rows_per_tile(), model.encoder.hidden_size}, model.dtype);
  time_tiles(state, "projector", model, [&] { benchmark::DoNotOptimize(model.family->project(hidden)); }, projector_work(model.encoder, tiles, model.element_bytes()), is_cold);
}

void projector_products_alone(benchmark::State& state, DType dtype) {
  run_products(state, projector_products(opened(dtype).encoder, state.range(0)), opened(dtype).dtype);
}

/// A prompt of state.range(0) tokens.
void prefill(benchmark::State& state, DType dtype) {
  const c10::InferenceMode inference;
  const auto& model = opened(dtype);
  const auto& decoder = model.family->decoder();
  const auto tokens = state.range(0);
  const auto embeddings = decoder.embed(at::randint(decoder.config().vocabulary_size, {tokens}, at::kLong));
  const auto pass = [&] {
    auto cache = decoder.new_cache();
    benchmark::DoNotOptimize(decoder.extend(embeddings, cache, Decoder::Rows::kLast));
  };
  time_passes(state, "prefill", model, pass, [&] { return prefill_work(decoder.config(), tokens, model.element_bytes()); });
  count_rate(state, "tokens/s", tokens);
}

void prefill_products_alone(benchmark::State& state, DType dtype) {
  const auto& model = opened(dtype);
  run_products(state, prefill_products(model.family->decoder().config(), state.range(0)), model.dtype);
}

/// One step of state.range(0) replies, each after a prompt of kPromptTokens.
void decode_step(benchmark::State& state, DType dtype) {
  const c10::InferenceMode inference;
  const auto& model = opened(dtype);
  const auto& decoder = model.family->decoder();
  const auto replies = state.range(0);
  const auto embeddings = decoder.embed(at::randint(decoder.config().vocabulary_size, {kPromptTokens}, at::kLong));
  std::vector<KvCache> caches;
  std::vector<KvCache*> pointers;
  for (std::int64_t b = 0; b < replies; ++b) {
    caches.push_back(decoder.new_cache());
    (void)decoder.extend(embeddings, caches.back(), Decoder::Rows::kLast);
  }
  for (auto& cache : caches) pointers.push_back(&cache);
  const auto ids = at::zeros({replies}, at::kLong);
  const auto work = [&] {
    const auto grown = static_cast<std::int64_t>(state.iterations()) / 2;  // by a token an iteration
    return decode_work(decoder.config(), replies, kPromptTokens + grown, model.element_bytes(), has_int8_weights() ? 1 : model.element_bytes());
  };
  time_passes(state, "decode_step", model, [&] { benchmark::DoNotOptimize(decoder.step(ids, pointers)); }, work);
  count_rate(state, "tokens/s", replies);
}

void add_rows() {
  for (const auto& [name, dtype] : {std::pair{"float32", DType::kFloat32}, std::pair{"bfloat16", DType::kBFloat16}}) {
    const auto row = [&](const char* what, const std::function<void(benchmark::State&)>& time) {
      return benchmark::RegisterBenchmark(fmt::format("{}/{}", what, name).c_str(), time)->Unit(benchmark::kMillisecond);
    };
    // Hot rows run as often as the clock needs; cold ones tell their own times.
    const auto hot = [&](const char* what, auto function) { return row(what, [function, type = dtype](auto& state) { function(state, type); })->UseRealTime(); };
    const auto hot_half = [&](const char* what, auto function) { return row(what, [function, type = dtype](auto& state) { function(state, type, false); })->UseRealTime(); };
    const auto cold_half = [&](const char* what, auto function) { return row(what, [function, type = dtype](auto& state) { function(state, type, true); })->UseManualTime(); };
    hot("peak", peak)->Iterations(1);
    for (const auto tiles : {1, 4, 7, 13}) hot_half("encoder", encoder)->Arg(tiles);
    cold_half("encoder_cold", encoder)->Arg(1);
    hot("encoder_products_alone", encoder_products_alone)->Arg(4);
    for (const auto tiles : {1, 4, 7, 13}) hot_half("projector", projector)->Arg(tiles);
    cold_half("projector_cold", projector)->Arg(1);
    hot("projector_products_alone", projector_products_alone)->Arg(7);
    for (const auto tokens : {300, 1850, 3400}) hot("prefill", prefill)->Arg(tokens);  // of 1, 7 and 13 tiles
    hot("prefill_products_alone", prefill_products_alone)->Arg(1850);
    for (const auto replies : {1, 8, 16}) hot("decode_step", decode_step)->Arg(replies);
    add_pipeline_rows(name, dtype);
  }
}

}  // namespace
}  // namespace assay

int main(int argc, char** argv) {
  benchmark::AddCustomContext("weights", assay::has_int8_weights() ? "int8" : "model");
  return assay::speed_main(argc, argv, assay::add_rows);
}
