#include "harness/run_loop.h"

#include <mutex>
#include <unordered_map>
#include <utility>

#include "harness/base/error.h"
#include "harness/likelihood.h"
#include "harness/scoring.h"

namespace assay {
namespace {

constexpr std::size_t kShownFailures = 5;

/// A sample between request and generation.
struct InFlight {
  std::size_t benchmark = 0;
  std::size_t planned = 0;
  Sample sample;
  std::vector<Option> ranked = {};  ///< whose texts are ranked in place of a reply
};

/// Hands out what is not done and takes back what is; the model may call both from threads of its own.
class Samples final : public RequestSource, public GenerationSink {
 public:
  Samples(const Plan& plan, const RunState& state, JournalWriter& journal, const LoopOptions& options)
      : plan_(plan), state_(state), journal_(journal), options_(options), total_(plan.sample_count()) {
    outcome_.done = state.done;
    outcome_.failed = state.failed;
  }

  std::optional<Request> next() override {
    const std::lock_guard lock(mutex_);
    while (!must_end() && advance()) {
      const auto [benchmark, planned] = here();
      if (state_.entries[benchmark][planned].is_done) continue;
      auto request = begin(benchmark, planned);
      if (request) return std::move(request).value();
      conclude({benchmark, planned, {}}, std::move(request).error());
    }
    return std::nullopt;
  }

  [[nodiscard]] bool is_cancelled() const override {
    const std::lock_guard lock(mutex_);
    return must_end();
  }

  std::optional<Request> finish(const std::string& request_id, Result<Generation> generation) override {
    const std::lock_guard lock(mutex_);
    const auto found = in_flight_.find(request_id);
    if (found == in_flight_.end()) throw InternalError(fmt::format("the model finished \"{}\", which was not asked or is finished", request_id));
    InFlight sample = std::move(found->second);
    in_flight_.erase(found);
    conclude(std::move(sample), std::move(generation));
    return std::nullopt;
  }

  LoopOutcome outcome() {
    const std::lock_guard lock(mutex_);
    if (is_over_budget()) outcome_.end = LoopOutcome::End::kOverBudget;
    else if (outcome_.done < total_ && is_stopping()) outcome_.end = LoopOutcome::End::kStopped;
    else if (outcome_.done < total_)
      throw InternalError(fmt::format("the model returned with {} of {} samples done{}", outcome_.done, total_,
                                      in_flight_.empty() ? "" : "; not finished: " + in_flight_.begin()->first));
    return std::move(outcome_);
  }

 private:
  /// The one place where an Error becomes a sample's failure; InternalError and bad_alloc pass through.
  Result<Request> begin(std::size_t benchmark, std::size_t planned) {
    const PlannedBenchmark& from = plan_.benchmarks[benchmark];
    const PlannedSample& which = from.samples[planned];
    const char* stage = "read";
    try {
      Sample sample = from.source->get(which.index);
      stage = "ask";
      Question question = question_for(from, sample, plan_.decoding);
      std::vector<Option> ranked = question.ranked;
      Request request = request_for(from, which, std::move(question));
      if (plan_.ranks_options) rank_options(sample, request);
      in_flight_.insert_or_assign(request.id, InFlight{benchmark, planned, std::move(sample), std::move(ranked)});
      return request;
    } catch (const InternalError&) {
      throw;
    } catch (const Error& error) {
      return SampleFailure{which.id, stage, error.what()};
    }
  }

  void conclude(InFlight in_flight, Result<Generation> generation) {
    const PlannedBenchmark& from = plan_.benchmarks[in_flight.benchmark];
    const PlannedSample& which = from.samples[in_flight.planned];
    JournalRecord record{from.benchmark->name(), which.id, which.content_key, std::move(generation), {}, {}};
    if (record.generation && record.generation->finish == Finish::kRanked) record.generation->reply = letter_of(in_flight.ranked, record.generation->reply);
    const Reply reply{std::move(in_flight.sample), record.generation ? record.generation->reply : "", state_of(record.generation)};
    record.score = score_reply(*from.benchmark, reply, from.scoring_profiles.front(), &record.score_error);
    journal_.append(record);
    ++outcome_.done;
    ++outcome_.done_now;
    if (record.score.state == SampleState::kError) count_failure(record);
    if (options_.on_record) options_.on_record(record);
    if (options_.on_progress) options_.on_progress(outcome_.done, outcome_.failed);
  }

  void count_failure(const JournalRecord& record) {
    ++outcome_.failed;
    if (outcome_.failures.size() >= kShownFailures) return;
    outcome_.failures.push_back(
        record.generation ? fmt::format("{}/{}: score: {}", record.benchmark, record.id, record.score_error)
                          : fmt::format("{}/{}: {}: {}", record.benchmark, record.id, record.generation.error().stage,
                                        record.generation.error().message));
  }

  [[nodiscard]] bool is_over_budget() const {
    return static_cast<double>(outcome_.failed) > options_.max_failures * static_cast<double>(total_);
  }
  [[nodiscard]] bool is_stopping() const { return options_.should_stop && options_.should_stop(); }
  [[nodiscard]] bool must_end() const { return is_over_budget() || is_stopping(); }

  /// Steps to the next sample in planned order; false at the end.
  bool advance() {
    ++position_;
    while (benchmark_ < plan_.benchmarks.size() && position_ >= plan_.benchmarks[benchmark_].order.size() + 1) {
      ++benchmark_;
      position_ = 1;
    }
    return benchmark_ < plan_.benchmarks.size();
  }
  [[nodiscard]] std::pair<std::size_t, std::size_t> here() const {
    return {benchmark_, plan_.benchmarks[benchmark_].order[position_ - 1]};
  }

  const Plan& plan_;
  const RunState& state_;
  JournalWriter& journal_;
  const LoopOptions& options_;
  const std::int64_t total_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, InFlight> in_flight_;
  LoopOutcome outcome_;
  std::size_t benchmark_ = 0;
  std::size_t position_ = 0;  ///< one past the place in the benchmark's order
};

}  // namespace

RunState read_state(const Plan& plan, const JournalFiles& journals) {
  RunState state;
  std::unordered_map<std::string, std::pair<std::size_t, std::size_t>> where;
  for (std::size_t b = 0; b < plan.benchmarks.size(); ++b) {
    const auto& planned = plan.benchmarks[b];
    state.entries.emplace_back(planned.samples.size());
    for (std::size_t s = 0; s < planned.samples.size(); ++s) where[planned.benchmark->name() + "/" + planned.samples[s].id] = {b, s};
  }
  std::int64_t strangers = 0, changed = 0;
  state.notes = journals.for_each([&](const JournalRecord& record, RecordPlace place) {
    const auto found = where.find(record.benchmark + "/" + record.id);
    if (found == where.end()) {
      ++strangers;
      return;
    }
    const auto [b, s] = found->second;
    if (plan.benchmarks[b].samples[s].content_key != record.content_key) {
      ++changed;
      return;
    }
    state.entries[b][s] = {true, record.score.state == SampleState::kError, place};
  });
  if (strangers > 0) state.notes.push_back(fmt::format("{} records are of samples that this run does not ask; they are left aside", strangers));
  if (changed > 0) state.notes.push_back(fmt::format("{} records answer a question that has changed since; those samples are done again", changed));
  for (const auto& entries : state.entries) {
    for (const auto& entry : entries) {
      state.done += entry.is_done ? 1 : 0;
      state.failed += entry.is_failed ? 1 : 0;
    }
  }
  return state;
}

void forget_failures(RunState& state) {
  for (auto& entries : state.entries)
    for (auto& entry : entries)
      if (entry.is_failed) entry = {};
  state.done -= state.failed;
  state.failed = 0;
}

LoopOutcome run_samples(const Plan& plan, const RunState& state, Vlm& model, JournalWriter& journal, const LoopOptions& options) {
  Samples samples(plan, state, journal, options);
  if (state.done < plan.sample_count()) model.run(samples, samples);
  journal.flush();
  return samples.outcome();
}

}  // namespace assay
