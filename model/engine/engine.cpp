#include "model/engine/engine.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "harness/base/digest.h"
#include "harness/base/error.h"
#include "model/engine/active_reply.h"
#include "model/engine/audit.h"
#include "model/engine/image_pool.h"
#include "model/engine/picture_stage.h"
#include "model/engine/prompt_stage.h"
#include "model/family_parts.h"

namespace assay {
namespace {

constexpr std::size_t kAhead = 2;  // requests whose pictures are prepared beyond the threads that prepare them
constexpr std::int64_t kRowsTogether = 512;  // a run of prompts' ends takes no more requests once it has as many rows

int core_count() { return static_cast<int>(std::max(1U, std::thread::hardware_concurrency())); }

class Engine : public Vlm {
 public:
  Engine(std::unique_ptr<Family> family, const VlmOptions& options)
      : family_(std::move(family)), options_(options), pictures_(*family_, options), prompts_(*family_, options.prefix_bytes) {
    const int cores = core_count();
    at::set_num_threads(options_.threads > 0 ? options_.threads : cores);
    if (options_.image_threads < 1) options_.image_threads = cores;
  }

  const ModelCard& card() const override { return family_->card(); }
  std::string weights_digest() const override { return family_->weights_digest(); }

  void run(RequestSource& source, GenerationSink& sink) override {
    const c10::InferenceMode inference;
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
    return FloatArray{prepared->shape, {prepared->pixels.begin(), prepared->pixels.end()}};
  }

  Result<FloatArray> view_logits(const Request& request) override {
    const c10::InferenceMode inference;
    ImagePool pool(options_.image_threads);
    auto ready = pictures_.make_ready(pictures_.admit(request, pool));
    if (!ready) return std::move(ready).error();
    auto prompt = prompts_.begin(*ready);
    const auto end = prompt.end();
    const auto logits = family_->decoder().extend({&end, 1}, Decoder::Rows::kLast);
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
        if (waiting_.empty() && !held_ && active_.empty()) return;
        while (row_count() < engine_.options_.batch && start()) {}
        if (!active_.empty() && !source_.is_cancelled()) step();
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
        else waiting_.push_back(engine_.pictures_.admit(std::move(*request), pool_, waiting_));
      }
      engine_.pictures_.encode_ahead(waiting_);
    }

    Waiting take_first() {
      auto first = std::move(waiting_.front());
      waiting_.pop_front();
      return first;
    }

    void finish(const std::string& id, Result<Generation> generation) {
      if (generation) audit(id, *generation);
      if (auto more = sink_.finish(id, std::move(generation))) waiting_.push_front(engine_.pictures_.admit(std::move(*more), pool_));
    }

    /// Runs the request again by itself, where it is one of those that are audited.
    void audit(const std::string& id, Generation& generation) {
      const auto audited = audited_.extract(id);
      if (audited.empty()) return;
      auto& [request, logits] = audited.mapped();
      const auto expected = run_alone(*engine_.family_, engine_.options_, request);
      if (!expected) throw ModelError(fmt::format("the audit could not run sample \"{}\" again by itself: {}", id, expected.error().message));
      check_audit(id, {std::move(logits), generation.option_log_probabilities, generation.token_ids}, *expected);
      generation.is_audited = true;
    }

    /// A request whose prompt has been run but for its end.
    struct Starting {
      Request request;
      Generation generation;
      BegunPrompt prompt;
      std::int64_t kv_bytes = 0;  ///< that its reply may come to need, beside what others share with it
    };

    /// Takes waiting requests as far as there is room and runs what their prompts do not share together. False where there was none to take.
    bool start() {
      std::vector<Starting> starting;
      std::int64_t rows = 0, kv_bytes = 0;
      int room = engine_.options_.batch - row_count();
      for (const auto& active : active_) kv_bytes += active.kv_bytes;
      while (room > 0 && rows < kRowsTogether && !source_.is_cancelled()) {
        auto one = take_begun(/*may_wait=*/active_.empty() && starting.empty());
        if (!one) break;
        kv_bytes += one->kv_bytes;
        const bool is_first = active_.empty() && starting.empty();
        if (kv_bytes > engine_.options_.kv_bytes && !is_first) {
          held_ = std::move(one);
          break;
        }
        rows += one->prompt.rows.size(0);
        room -= std::max(1, one->request.decoding.beams);
        starting.push_back(std::move(*one));
      }
      if (starting.empty()) return false;
      run_prompts(starting, rows);
      return true;
    }

    /// The next request that has not failed; nothing where none waits, or where its pictures are not encoded yet and meanwhile there is something else to do.
    std::optional<Starting> take_begun(bool may_wait) {
      if (held_) return std::exchange(held_, std::nullopt);
      while (!waiting_.empty() && !source_.is_cancelled()) {
        if (!may_wait && !engine_.pictures_.is_ready(waiting_.front())) break;
        auto waiting = take_first();
        pull();
        if (auto one = begin(std::move(waiting))) return one;
      }
      return std::nullopt;
    }

    void run_prompts(std::vector<Starting>& starting, std::int64_t rows) {
      const auto begun = std::chrono::steady_clock::now();
      std::vector<Stretch> ends;
      for (auto& one : starting) ends.push_back(one.prompt.end());
      const auto logits = engine_.family_->decoder().extend(ends, Decoder::Rows::kLast);
      const auto per_row = ms_since(begun) / static_cast<double>(rows);
      for (std::size_t i = 0; i < starting.size(); ++i) {
        starting[i].generation.times.prefill_ms += per_row * static_cast<double>(starting[i].prompt.rows.size(0));
        go_on(std::move(starting[i]), logits.narrow(0, static_cast<std::int64_t>(i), 1));
      }
      retire();
    }

    /// Nothing where the request has failed.
    std::optional<Starting> begin(Waiting waiting) {
      const auto request = waiting.request;
      const auto fail = [&](SampleFailure failure) { return finish(request.id, std::move(failure)), std::nullopt; };
      if (request.decoding.beams > 1 && request.decoding.do_sample)
        return fail({request.id, "generate", "a beam search does not sample; set beams to 1 or the temperature to 0"});
      auto ready = engine_.pictures_.make_ready(std::move(waiting));
      if (!ready) return fail(std::move(ready).error());
      Generation generation;
      generation.times = ready->times;
      ready->is_prefix_shared = std::ranges::any_of(waiting_, [&](const Waiting& other) { return has_same_pictures(request, other.request); });
      describe(*ready, generation);
      const auto begun = std::chrono::steady_clock::now();
      try {
        auto prompt = engine_.prompts_.begin(*ready);
        generation.times.prefill_ms = ms_since(begun);
        generation.reused_token_count = prompt.reused_token_count;
        const auto tokens = prompt.rows.size(0) + std::max(1, request.decoding.beams) * std::int64_t{request.decoding.max_new_tokens};
        return Starting{request, std::move(generation), std::move(prompt), tokens * engine_.family_->decoder().bytes_per_token()};
      } catch (const ModelError& error) {
        return fail({request.id, "prefill", error.what()});
      }
    }

    /// From a prompt that has been run, with the logits [1, V] behind it, to its first token or its likeliest option.
    void go_on(Starting one, const at::Tensor& logits) {
      const auto& request = one.request;
      auto& cache = one.prompt.cache;
      try {
        rank_options(*engine_.family_, request, logits, cache, one.generation);
      } catch (const ModelError& error) {
        return finish(request.id, SampleFailure{request.id, "prefill", error.what()});
      }
      if (!engine_.options_.is_fast && is_audited(request.id, engine_.options_.audit_seed, engine_.options_.audit_share)) {
        const auto row = row_of(logits, 0);
        audited_[request.id] = {request, {row.begin(), row.end()}};
      }
      if (!request.options.empty() && !request.writes_too) return finish(request.id, with_likeliest(request, std::move(one.generation)));
      auto& active = active_.emplace_back(*engine_.family_, request, std::move(cache), std::move(one.generation));
      active.kv_bytes = one.kv_bytes;
      active.extend(logits, 0);
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
      const auto share = ms_since(begin) / static_cast<double>(ids.size());
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
    std::optional<Starting> held_;  ///< there was no room for its keys and values yet; goes first
    std::deque<ActiveReply> active_;
    struct Audited {
      Request request;
      std::vector<float> logits;  ///< after its prompt
    };
    std::unordered_map<std::string, Audited> audited_;  ///< of those under way
  };

  static Generation with_likeliest(const Request& request, Generation generation) {
    auto worths = generation.option_log_probabilities;
    for (std::size_t i = 0; request.ranks_per_token && i < worths.size(); ++i) worths[i] /= static_cast<double>(std::max<std::int64_t>(1, generation.option_token_counts[i]));
    generation.reply = request.options[static_cast<std::size_t>(std::max_element(worths.begin(), worths.end()) - worths.begin())];
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
  PictureStage pictures_;
  PromptStage prompts_;
};

}  // namespace

std::unique_ptr<Vlm> make_engine(std::unique_ptr<Family> family, const VlmOptions& options) {
  return std::make_unique<Engine>(std::move(family), options);
}

}  // namespace assay
