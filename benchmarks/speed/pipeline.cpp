#include "benchmarks/speed/pipeline.h"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "benchmarks/speed/pictures.h"
#include "benchmarks/speed/row_meter.h"
#include "benchmarks/speed/speed_model.h"
#include "harness/base/error.h"

namespace assay {
namespace {

constexpr PictureSize kSevenTiles = {1344, 896};

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

std::unique_ptr<Vlm> open_model(DType dtype) {
  VlmOptions options;
  if (has_int8_weights()) options.weights = WeightForm::kInt8;
  options.dtype = dtype, options.audit_share = 0;
  return open_vlm(model_folder(), options);
}

/// Seconds from the picture's bytes to sixteen tokens. Equal keys are one picture to the model.
double ask(Vlm& model, const std::string& bytes, std::string key) {
  Request request;
  request.id = "one", request.max_tiles = 12;
  request.decoding.max_new_tokens = request.decoding.min_new_tokens = 16;
  request.prompt.images.push_back({"noise", std::move(key), [bytes]() -> Result<std::string> { return bytes; }});
  request.prompt.turns.push_back({Role::kUser, {{"", 0}, {"What is the highest value in the chart?", Part::kNoImage}}});
  Requests one(std::move(request));
  return seconds_of([&] { model.run(one, one); });
}

std::string noise_png(const PictureSize& size, unsigned number) { return png_file(make_noise(size.width, size.height, number)); }

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

/// Seven tiles of a picture that is new each time, or of one and the same.
void time_requests(benchmark::State& state, DType dtype, bool is_repeated) {
  const auto model = open_model(dtype);
  std::vector<double> seconds;
  unsigned number = 0;
  const auto ask_next = [&] {
    const unsigned which = is_repeated ? 0 : number++;
    return ask(*model, noise_png(kSevenTiles, which), fmt::format("noise {}", which));
  };
  report_memory(state, memory_of([&] { (void)ask_next(); }));  // pipeline_first has its time
  for (auto _ : state) {
    seconds.push_back(ask_next());
    state.SetIterationTime(seconds.back());
  }
  report_percentiles(state, std::move(seconds));
}

/// The first request of a model that was just opened.
void time_first_request(benchmark::State& state, DType dtype) {
  for (auto _ : state) {
    const auto model = open_model(dtype);
    state.SetIterationTime(ask(*model, noise_png(kSevenTiles, 0), "noise"));
  }
}

/// Pictures of a set's sizes, each once.
void time_set(benchmark::State& state, DType dtype, const SetShapes& set) {
  const auto model = open_model(dtype);
  std::vector<std::string> files;
  for (const auto& size : set.sizes) files.push_back(set.encode(make_noise(size.width, size.height, static_cast<unsigned>(files.size()))));
  report_memory(state, memory_of([&] { (void)ask(*model, noise_png(kSevenTiles, 0), "noise"); }));
  const RowMeter meter;
  std::size_t next = 0;
  std::vector<double> seconds;
  for (auto _ : state) {
    seconds.push_back(ask(*model, files[next % files.size()], fmt::format("{} {}", set.name, next)));
    state.SetIterationTime(seconds.back());
    ++next;
  }
  meter.report(state);
  report_percentiles(state, std::move(seconds));
}

}  // namespace

void add_pipeline_rows(const char* dtype_name, DType dtype) {
  const auto add = [&](const std::string& what, const std::function<void(benchmark::State&)>& time) {
    return benchmark::RegisterBenchmark(fmt::format("pipeline_{}/{}", what, dtype_name).c_str(), time)->UseManualTime()->Unit(benchmark::kMillisecond);
  };
  add("first", [=](auto& state) { time_first_request(state, dtype); })->Iterations(1);
  add("new_pictures", [=](auto& state) { time_requests(state, dtype, /*is_repeated=*/false); });
  add("same_picture", [=](auto& state) { time_requests(state, dtype, /*is_repeated=*/true); });
  for (const auto& set : set_shapes())
    add(fmt::format("of_{}", set.name), [=, &set](auto& state) { time_set(state, dtype, set); })->Iterations(static_cast<benchmark::IterationCount>(set.sizes.size()));
}

}  // namespace assay
