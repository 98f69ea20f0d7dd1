#include "model/engine/time_stages.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "harness/base/error.h"
#include "model/engine/engine.h"

namespace assay {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kSteps = 8;              ///< decode steps timed
constexpr double kCountingMs = 3000;   ///< for counting tiles and tokens
constexpr double kTimingMs = 4000;     ///< for one sketch, about

double milliseconds_since(Clock::time_point start) { return std::chrono::duration<double, std::milli>(Clock::now() - start).count(); }

/// Serves a few requests, each for as many tokens as are timed.
class Few final : public RequestSource, public GenerationSink {
 public:
  explicit Few(std::span<const Request> requests) : requests_(requests) {}
  std::optional<Request> next() override {
    if (at_ == requests_.size()) return std::nullopt;
    Request request = requests_[at_++];
    request.options.clear();
    request.decoding = {};
    request.decoding.max_new_tokens = request.decoding.min_new_tokens = 1 + kSteps;  // the first comes with the prompt
    return request;
  }
  std::optional<Request> finish(const std::string&, Result<Generation> generation) override {
    if (generation) finished.push_back(std::move(*generation));
    return std::nullopt;
  }
  std::vector<Generation> finished;

 private:
  std::span<const Request> requests_;
  std::size_t at_ = 0;
};

std::vector<Generation> serve(Vlm& model, std::span<const Request> requests) {
  Few few(requests);
  model.run(few, few);
  return std::move(few.finished);
}

/// Cuts pictures and counts tokens until the time is up; the requests that could be read.
std::vector<Request> count(Vlm& model, std::span<const Request> sample, RequestCost& cost) {
  std::vector<Request> readable;
  std::int64_t pictures = 0;
  const auto begin = Clock::now();
  for (const auto& request : sample) {
    const auto view = model.view_prompt(request);
    if (!view) continue;
    readable.push_back(request);
    pictures += static_cast<std::int64_t>(view->images.size());
    for (const auto& image : view->images) cost.tiles += image.tile_count;
    cost.prompt_tokens += static_cast<double>(view->token_ids.size());
    if (milliseconds_since(begin) > kCountingMs) break;
  }
  if (readable.empty()) throw ModelError(fmt::format("none of {} samples tried can be made ready for the model", sample.size()));
  cost.requests_seen = static_cast<std::int64_t>(readable.size());
  cost.prompt_tokens /= static_cast<double>(readable.size());
  if (pictures > 0) cost.tiles /= static_cast<double>(pictures), cost.prepare_ms = milliseconds_since(begin) / static_cast<double>(pictures);
  return readable;
}

/// How many of `requests` fit the time, told by the first of them (which also warms the machine up).
std::size_t count_that_fits(Vlm& model, std::span<const Request> requests, int batch) {
  const auto begin = Clock::now();
  serve(model, requests.first(1));
  const auto fitting = static_cast<std::size_t>(std::max(1.0, kTimingMs / milliseconds_since(begin)));
  return std::min({fitting, requests.size(), static_cast<std::size_t>(batch)});
}

/// Milliseconds of a tile, of a prompt's token, and of a step with so many tokens before it.
struct StageCosts {
  double encode = 0, prefill = 0, step = 0, tokens_before = 0;
};

/// A new engine holds no picture's features: each distinct one is encoded here.
StageCosts time_few(Vlm& model, std::span<const Request> requests) {
  double tiles = 0, tokens = 0;
  StageCosts costs;
  const auto generations = serve(model, requests);
  for (const auto& generation : generations) {
    if (generation.times.encode_ms > 0) tiles += static_cast<double>(generation.tile_count);
    tokens += static_cast<double>(generation.prompt_token_count);
    costs.encode += generation.times.encode_ms;
    costs.prefill += generation.times.prefill_ms;
    costs.step += generation.times.decode_ms / kSteps;
  }
  if (tiles > 0) costs.encode /= tiles;
  if (tokens > 0) costs.prefill /= tokens;
  if (!generations.empty()) costs.tokens_before = tokens / static_cast<double>(generations.size()) + kSteps / 2.0;
  return costs;
}

/// The same questions without pictures: their steps have next to nothing before them.
std::vector<Request> without_pictures(std::span<const Request> requests) {
  std::vector<Request> bare(requests.begin(), requests.end());
  for (auto& request : bare) {
    request.prompt.images.clear();
    for (auto& turn : request.prompt.turns) std::erase_if(turn.parts, [](const Part& part) { return part.is_image(); });
  }
  return bare;
}

struct LayerTimes {
  StageCosts asked, bare;
};

LayerTimes time_layers(Vlm& model, std::span<const Request> requests) {
  const auto bare = without_pictures(requests);
  return {time_few(model, requests), time_few(model, bare)};
}

}  // namespace

double extrapolated(double one, double two, std::int64_t layers) { return one + static_cast<double>(layers - 1) * std::max(0.0, two - one); }

RequestCost time_stages(const Sketch& sketch, LayerCounts layers, bool times_all_layers, const VlmOptions& options, std::span<const Request> sample) {
  RequestCost cost;
  cost.has_all_layers = times_all_layers;
  const auto open = [&](LayerCounts counts) { return make_engine(sketch(counts), options); };
  const LayerCounts one = times_all_layers ? layers : LayerCounts{1, 1};
  auto model = open(one);
  const auto readable = count(*model, sample, cost);
  const std::span timed(readable.data(), count_that_fits(*model, readable, options.batch));
  model = open(one);
  LayerTimes times = time_layers(*model, timed);
  if (!times_all_layers) {
    model = open({2, 2});
    const auto two = time_layers(*model, timed);
    times.asked.encode = extrapolated(times.asked.encode, two.asked.encode, layers.vision);
    times.asked.prefill = extrapolated(times.asked.prefill, two.asked.prefill, layers.language);
    times.asked.step = extrapolated(times.asked.step, two.asked.step, layers.language);
    times.bare.step = extrapolated(times.bare.step, two.bare.step, layers.language);
  }
  cost.encode_ms = times.asked.encode, cost.prefill_ms = times.asked.prefill;
  const double more_tokens = times.asked.tokens_before - times.bare.tokens_before;
  if (more_tokens > 0) cost.step_ms_per_token = std::max(0.0, times.asked.step - times.bare.step) / more_tokens;
  cost.step_ms = std::max(0.0, times.asked.step - cost.step_ms_per_token * times.asked.tokens_before);
  cost.requests_timed = cost.step_replies = static_cast<std::int64_t>(timed.size());
  return cost;
}

}  // namespace assay
