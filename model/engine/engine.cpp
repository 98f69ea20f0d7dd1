#include "model/engine/engine.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <future>
#include <optional>
#include <thread>
#include <utility>

#include "harness/base/digest.h"
#include "harness/base/error.h"
#include "model/engine/active_reply.h"
#include "model/engine/feature_cache.h"
#include "model/engine/image_pool.h"
#include "model/engine/prefix_cache.h"
#include "model/tensor/short_waits.h"

namespace assay {
namespace {

constexpr std::int64_t kFeatureBytes = std::int64_t{512} << 20;
constexpr std::size_t kAhead = 2;  // requests whose pictures are prepared beyond the threads that prepare them

double milliseconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

/// A request that waits for its pictures.
struct Waiting {
  Request request;
  std::vector<std::shared_future<ImagePool::Prepared>> images;  ///< an invalid future: the features are held already
};

/// A prompt ready to run: tokens, and the pictures' features.
struct Ready {
  RenderedPrompt prompt;
  std::vector<std::shared_ptr<const FeatureCache::Entry>> images;
  std::string tiling;          ///< what their features depend on beside the pixels
  bool is_prefix_shared = false;  ///< another request that waits begins alike, as far as can be told

  /// Tokens up to the end of the last picture; 0 without pictures.
  [[nodiscard]] std::int64_t prefix_length() const { return prompt.slots.empty() ? 0 : prompt.slots.back().position + prompt.slots.back().count; }
};

int core_count() { return static_cast<int>(std::max(1U, std::thread::hardware_concurrency())); }

class Engine : public Vlm {
 public:
  Engine(std::unique_ptr<Family> family, const VlmOptions& options) : family_(std::move(family)), options_(options), features_(kFeatureBytes), prefixes_(options.prefix_bytes) {
    const int cores = core_count();
    at::set_num_threads(options_.threads > 0 ? options_.threads : cores);
    if (options_.image_threads < 1) options_.image_threads = cores;
  }

  const ModelCard& card() const override { return family_->card(); }
  std::string weights_digest() const override { return family_->weights_digest(); }

  void run(RequestSource& source, GenerationSink& sink) override {
    const c10::InferenceMode inference;
    const ShortWaits short_waits(core_count());
    try {
      Run(*this, source, sink).serve();
    } catch (const c10::Error& error) {
      throw ModelError(fmt::format("the engine failed: {}", error.what_without_backtrace()));
    }
  }

  Result<PromptView> view_prompt(const Request& request) override {
    std::vector<ImageView> views;
    for (const auto& image : request.prompt.images) {
      auto prepared = family_->prepare(image, request.max_tiles, request.prompt.images.size());
      if (!prepared) return std::move(prepared).error();
      views.push_back(prepared->view);
    }
    auto rendered = family_->render(request.prompt, views);
    if (!rendered) return std::move(rendered).error();
    PromptView view{rendered->text, rendered->token_ids, std::move(views), request.decoding.stop};
    if (!family_->end_text().empty()) view.stop.insert(view.stop.begin(), family_->end_text());
    return view;
  }

  Result<FloatArray> view_pixels(const ImageInput& image, std::optional<int> max_tiles) override {
    auto prepared = family_->prepare(image, max_tiles, 1);
    if (!prepared) return std::move(prepared).error();
    return FloatArray{prepared->shape, std::move(prepared->pixels)};
  }

  Result<FloatArray> view_logits(const Request& request) override {
    const c10::InferenceMode inference;
    ImagePool pool(options_.image_threads);
    StageTimes times;
    auto ready = make_ready(admit(request, pool), times);
    if (!ready) return std::move(ready).error();
    std::int64_t reused = 0;
    auto cache = family_->decoder().new_cache();
    const auto logits = prefill(*ready, cache, reused);
    const auto row = row_of(logits, 0);
    return FloatArray{{static_cast<std::int64_t>(row.size())}, {row.begin(), row.end()}};
  }

 private:
  /// What one call of run() keeps.
  class Run {
   public:
    Run(Engine& engine, RequestSource& source, GenerationSink& sink)
        : engine_(engine), source_(source), sink_(sink), pool_(engine.options_.image_threads) {}

    void serve() {
      while (!source_.is_cancelled()) {
        pull();
        if (waiting_.empty() && active_.empty()) return;
        while (!waiting_.empty() && row_count() < engine_.options_.batch) {
          start(take_first());
          if (source_.is_cancelled()) return;
          pull();
        }
        if (!active_.empty()) step();
      }
    }

   private:
    /// Of a step.
    [[nodiscard]] int row_count() const {
      std::size_t rows = 0;
      for (const auto& active : active_) rows += active.caches.size();
      return static_cast<int>(rows);
    }

    void pull() {
      const auto most = kAhead + static_cast<std::size_t>(engine_.options_.image_threads);
      while (!is_drained_ && waiting_.size() < most) {
        auto request = source_.next();
        if (!request) is_drained_ = true;
        else waiting_.push_back(engine_.admit(std::move(*request), pool_, &waiting_));
      }
    }

    Waiting take_first() {
      auto first = std::move(waiting_.front());
      waiting_.pop_front();
      return first;
    }

    void finish(const std::string& id, Result<Generation> generation) {
      if (auto more = sink_.finish(id, std::move(generation))) waiting_.push_front(engine_.admit(std::move(*more), pool_));
    }

    void start(Waiting waiting) {
      const auto request = waiting.request;
      const auto& decoding = request.decoding;
      if (decoding.beams > 1 && decoding.do_sample)
        return finish(request.id, SampleFailure{request.id, "generate", "a beam search does not sample; set beams to 1 or the temperature to 0"});
      Generation generation;
      auto ready = engine_.make_ready(std::move(waiting), generation.times);
      if (!ready) return finish(request.id, std::move(ready).error());
      ready->is_prefix_shared = std::ranges::any_of(waiting_, [&](const Waiting& other) { return has_same_pictures(request, other.request); });
      engine_.describe(*ready, generation);
      const auto begin = std::chrono::steady_clock::now();
      try {
        auto cache = engine_.family_->decoder().new_cache();
        const auto logits = engine_.prefill(*ready, cache, generation.reused_token_count);
        generation.times.prefill_ms = milliseconds_since(begin);
        if (!request.options.empty()) engine_.rank(request, logits, cache, generation);
        if (!request.options.empty() && !request.writes_too) return finish(request.id, with_likeliest(request, std::move(generation)));
        ActiveReply active{request.id, {}, Reply(*engine_.family_, decoding), {}, std::move(generation)};
        active.caches.push_back(std::move(cache));
        if (decoding.beams > 1) active.search.emplace(decoding, engine_.family_->beam_end_ids());
        if (!active.reply.is_finished()) active.extend(logits, 0);
        active_.push_back(std::move(active));
        retire();
      } catch (const ModelError& error) {
        finish(request.id, SampleFailure{request.id, "prefill", error.what()});
      }
    }

    /// Replies that have become longer than the model reaches fail; the others go on.
    void drop_outgrown() {
      const auto& decoder = engine_.family_->decoder();
      for (auto active = active_.begin(); active != active_.end();) {
        if (decoder.has_room(active->caches.front())) {
          ++active;
          continue;
        }
        const auto id = active->id;
        const auto length = active->caches.front().length();
        active = active_.erase(active);
        finish(id, SampleFailure{id, "generate", fmt::format("prompt and reply outgrew the sliding window of {} tokens, which is not supported", length)});
      }
    }

    /// One token for every reply.
    void step() {
      drop_outgrown();
      if (active_.empty()) return;
      const auto begin = std::chrono::steady_clock::now();
      std::vector<std::int64_t> ids;
      std::vector<KvCache*> caches;
      for (auto& active : active_) {
        for (const auto id : active.last_tokens()) ids.push_back(id);
        for (auto& cache : active.caches) caches.push_back(&cache);
      }
      const auto logits = engine_.family_->decoder().step(at::tensor(ids, at::kLong), caches);
      const auto share = milliseconds_since(begin) / static_cast<double>(ids.size());
      std::int64_t row = 0;
      for (auto& active : active_) {
        const auto rows = static_cast<std::int64_t>(active.caches.size());
        active.extend(logits, row);
        active.generation.times.decode_ms += share * static_cast<double>(rows);
        row += rows;
      }
      retire();
    }

    void retire() {
      for (auto active = active_.begin(); active != active_.end();) {
        if (!active->reply.is_finished()) {
          ++active;
          continue;
        }
        auto generation = std::move(active->generation);
        generation.reply = active->reply.text();
        generation.token_ids = active->reply.token_ids();
        generation.finish = active->reply.finish();
        const auto id = active->id;
        active = active_.erase(active);
        finish(id, std::move(generation));
      }
    }

    Engine& engine_;
    RequestSource& source_;
    GenerationSink& sink_;
    ImagePool pool_;
    bool is_drained_ = false;
    std::deque<Waiting> waiting_;
    std::deque<ActiveReply> active_;
  };

  /// What the pictures' features depend on beside the pixels.
  static std::string tiling_key(const Request& request) {
    return fmt::format("|{}|{}", request.max_tiles.value_or(0), request.prompt.images.size());
  }

  static bool has_same_pictures(const Request& one, const Request& other) {
    const auto &ours = one.prompt.images, &theirs = other.prompt.images;
    return tiling_key(one) == tiling_key(other) && std::ranges::equal(ours, theirs, {}, &ImageInput::key, &ImageInput::key);
  }

  /// Sets the pictures' preparation going, unless their features are held or another waiting request prepares the same.
  Waiting admit(Request request, ImagePool& pool, const std::deque<Waiting>* others = nullptr) {
    Waiting waiting{std::move(request), {}};
    const auto& prompt = waiting.request.prompt;
    for (const auto& image : prompt.images) {
      if (features_.find_by_key(image.key + tiling_key(waiting.request))) {
        waiting.images.emplace_back();
        continue;
      }
      auto future = others == nullptr ? std::shared_future<ImagePool::Prepared>() : find_waiting(*others, waiting.request, image.key);
      waiting.images.push_back(future.valid() ? future : pool.prepare(*family_, image, waiting.request.max_tiles, prompt.images.size()));
    }
    return waiting;
  }

  static std::shared_future<ImagePool::Prepared> find_waiting(const std::deque<Waiting>& others, const Request& request, const std::string& key) {
    for (const auto& other : others) {
      if (tiling_key(other.request) != tiling_key(request)) continue;
      for (std::size_t i = 0; i < other.images.size(); ++i) {
        if (other.request.prompt.images[i].key == key && other.images[i].valid()) return other.images[i];
      }
    }
    return {};
  }

  /// Waits for the pictures, encodes what is not held, and writes the prompt.
  Result<Ready> make_ready(Waiting waiting, StageTimes& times) {
    Ready ready;
    std::vector<ImageView> views;
    const auto& request = waiting.request;
    ready.tiling = tiling_key(request);
    for (std::size_t i = 0; i < request.prompt.images.size(); ++i) {
      const auto& image = request.prompt.images[i];
      auto features = make_features(image, image.key + tiling_key(request), waiting.images[i], request, times);
      if (!features) {
        auto failure = std::move(features).error();
        failure.sample_id = request.id;
        return failure;
      }
      views.push_back((*features)->view);
      ready.images.push_back(std::move(*features));
    }
    auto rendered = family_->render(request.prompt, views);
    if (!rendered) {
      auto failure = std::move(rendered).error();
      failure.sample_id = request.id;
      return failure;
    }
    ready.prompt = std::move(*rendered);
    return ready;
  }

  Result<std::shared_ptr<const FeatureCache::Entry>> make_features(const ImageInput& image, const std::string& key,
                                                                   const std::shared_future<ImagePool::Prepared>& future, const Request& request,
                                                                   StageTimes& times) {
    if (auto held = features_.find_by_key(key)) return held;
    // Known when the request was admitted, but pushed out of the cache since: prepare it here.
    const auto prepared = future.valid() ? future.get()
                                         : std::make_shared<const Result<PreparedImage>>(
                                               family_->prepare(image, request.max_tiles, request.prompt.images.size()));
    if (!*prepared) return prepared->error();
    const auto& ready = **prepared;
    times.image_decode_ms += ready.decode_ms;
    times.preprocess_ms += ready.preprocess_ms;
    const auto digest = ready.view.digest + tiling_key(request);
    if (auto held = features_.find_by_digest(digest, key)) return held;
    const auto begin = std::chrono::steady_clock::now();
    auto features = encode(ready);
    times.encode_ms += milliseconds_since(begin);
    return features_.insert(digest, key, {ready.view, std::move(features)});
  }

  /// Tiles in batches, then put together.  -> [tokens, D]
  at::Tensor encode(const PreparedImage& image) const {
    const auto pixels = at::from_blob(const_cast<float*>(image.pixels.data()), image.shape, at::kFloat);  // read only
    std::vector<at::Tensor> parts;
    for (std::int64_t first = 0; first < pixels.size(0); first += options_.encoder_batch) {
      const auto count = std::min<std::int64_t>(options_.encoder_batch, pixels.size(0) - first);
      parts.push_back(family_->encode(pixels.narrow(0, first, count)));
    }
    return family_->assemble(at::cat(parts), image.view);
  }

  /// A prompt's tokens with the pictures' features in their places.
  struct Embedded {
    at::Tensor rows;                 ///< [T, D]
    std::vector<RowRange> pictures;  ///< the rows that are features
  };
  Embedded embed(const Ready& ready) const {
    Embedded embedded{family_->decoder().embed(at::tensor(ready.prompt.token_ids, at::kLong)), {}};
    for (const auto& slot : ready.prompt.slots) {
      embedded.rows.narrow(0, slot.position, slot.count).copy_(ready.images[slot.image_index]->features.narrow(0, slot.first_feature, slot.count));
      embedded.pictures.push_back({slot.position, slot.count});
    }
    return embedded;
  }

  static std::string prefix_key(const Ready& ready) {
    Digest digest;
    const auto count = static_cast<std::size_t>(ready.prefix_length());
    digest.add({reinterpret_cast<const char*>(ready.prompt.token_ids.data()), count * sizeof(std::int64_t)});
    for (const auto& slot : ready.prompt.slots)
      digest.add(fmt::format("|{} {} {} {}", slot.position, slot.count, slot.first_feature, ready.images[slot.image_index]->view.digest));
    return digest.add(ready.tiling).hex();
  }

  /// Runs the prompt, from the end of its last picture where an earlier question has run it that far. In parts or as a whole: the bits are the same.
  /// -> logits [1, V]
  at::Tensor prefill(const Ready& ready, KvCache& cache, std::int64_t& reused) {
    const auto& decoder = family_->decoder();
    decoder.check_ids(ready.prompt.token_ids);
    const auto total = static_cast<std::int64_t>(ready.prompt.token_ids.size()), prefix = ready.prefix_length();
    const auto [rows, pictures] = embed(ready);
    if (options_.prefix_bytes <= 0 || prefix == 0 || prefix == total || !decoder.can_part(prefix, total))
      return decoder.extend(rows, cache, Decoder::Rows::kLast, pictures);
    const auto key = prefix_key(ready);
    if (const auto held = prefixes_.find(key)) {
      cache = held->fork(total - prefix);
      reused = prefix;
    } else if (ready.is_prefix_shared) {
      (void)decoder.extend(rows.narrow(0, 0, prefix), cache, Decoder::Rows::kLast, pictures);
      prefixes_.insert(key, cache.fork());
    } else {
      return decoder.extend(rows, cache, Decoder::Rows::kLast, pictures);
    }
    return decoder.extend(rows.narrow(0, prefix, total - prefix), cache, Decoder::Rows::kLast);
  }

  /// The options' likelihoods after one shared prompt.
  void rank(const Request& request, const at::Tensor& logits, const KvCache& cache, Generation& generation) const {
    const auto begin = std::chrono::steady_clock::now();
    for (const auto& option : request.options) {
      const auto ids = family_->tokenizer().encode(option);
      family_->decoder().check_ids(ids);
      double sum = ids.empty() ? 0 : log_probability(row_of(logits, 0), ids.front());
      if (ids.size() > 1) {
        auto fork = cache.fork();
        const std::vector<std::int64_t> given(ids.begin(), ids.end() - 1);
        const auto rows = family_->decoder().extend(family_->decoder().embed(at::tensor(given, at::kLong)), fork, Decoder::Rows::kAll);
        for (std::size_t i = 1; i < ids.size(); ++i) sum += log_probability(row_of(rows, static_cast<std::int64_t>(i) - 1), ids[i]);
      }
      generation.option_log_probabilities.push_back(sum);
    }
    generation.times.decode_ms += milliseconds_since(begin);
  }

  static Generation with_likeliest(const Request& request, Generation generation) {
    const auto& sums = generation.option_log_probabilities;
    generation.reply = request.options[static_cast<std::size_t>(std::max_element(sums.begin(), sums.end()) - sums.begin())];
    generation.finish = Finish::kRanked;
    return generation;
  }

  static void describe(const Ready& ready, Generation& generation) {
    const auto& ids = ready.prompt.token_ids;
    generation.prompt_token_count = static_cast<std::int64_t>(ids.size());
    generation.prompt_digest = digest_of({reinterpret_cast<const char*>(ids.data()), ids.size() * sizeof(std::int64_t)});
    for (const auto& image : ready.images) {
      generation.tile_count += image->view.tile_count;
      generation.image_digests.push_back(image->view.digest);
    }
  }

  std::unique_ptr<Family> family_;
  VlmOptions options_;
  FeatureCache features_;
  PrefixCache prefixes_;
};

}  // namespace

std::unique_ptr<Vlm> make_engine(std::unique_ptr<Family> family, const VlmOptions& options) {
  return std::make_unique<Engine>(std::move(family), options);
}

}  // namespace assay
