#include "harness/run_loop.h"

#include <limits>
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
  Question dialogue = {};           ///< of several turns: what is asked in all of them
  std::vector<PastTurn> earlier = {};
};

/// What a record does to what is known of its sample. A turn that was asked again makes those behind it void.
void take_record(RunState::Entry& entry, const JournalRecord& record, RecordPlace place, std::size_t turn_count) {
  const auto turn = static_cast<std::size_t>(record.turn);
  if (record.turn < 0 || turn > entry.earlier.size()) return;  // what it replied to was lost with a damaged line
  entry.earlier.resize(turn);
  entry.is_done = !record.generation || turn + 1 >= turn_count;
  entry.is_failed = entry.is_done && record.score.state == SampleState::kError;
  if (entry.is_done) entry.place = place;
  else entry.earlier.push_back({place, record.score.state, record.generation->reply});
}

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
      conclude({benchmark, planned, {}, {}, {}, state_.entries[benchmark][planned].earlier}, std::move(request).error());
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
    if (generation && sample.earlier.size() < sample.dialogue.later_turns.size()) return go_on(std::move(sample), std::move(generation));
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
      InFlight in_flight{benchmark, planned, std::move(sample), question.ranked};
      if (!question.later_turns.empty()) {
        in_flight.dialogue = std::move(question);
        in_flight.earlier = state_.entries[benchmark][planned].earlier;
        return next_turn(std::move(in_flight));
      }
      Request request = request_for(from, which, std::move(question));
      if (plan_.ranks_options) rank_options(in_flight.sample, request);
      in_flight_.insert_or_assign(request.id, std::move(in_flight));
      return request;
    } catch (const InternalError&) {
      throw;
    } catch (const Error& error) {
      return SampleFailure{which.id, stage, error.what()};
    }
  }

  Request next_turn(InFlight in_flight) {
    const PlannedBenchmark& from = plan_.benchmarks[in_flight.benchmark];
    std::vector<std::string> said;
    for (const PastTurn& turn : in_flight.earlier) said.push_back(turn.reply);
    Request request = request_for(from, from.samples[in_flight.planned], in_flight.dialogue, said);
    in_flight_.insert_or_assign(request.id, std::move(in_flight));
    return request;
  }

  /// Journals the turn and asks the next one, unless the run is to end.
  std::optional<Request> go_on(InFlight in_flight, Result<Generation> generation) {
    JournalRecord record = record_of(in_flight, std::move(generation));
    record.score = {std::numeric_limits<double>::quiet_NaN(), state_of(record.generation), ""};
    journal_.append(record);
    in_flight.earlier.push_back({{}, record.score.state, std::move(record.generation->reply)});
    if (must_end()) return std::nullopt;
    return next_turn(std::move(in_flight));
  }

  [[nodiscard]] JournalRecord record_of(const InFlight& in_flight, Result<Generation> generation) const {
    const PlannedBenchmark& from = plan_.benchmarks[in_flight.benchmark];
    const PlannedSample& which = from.samples[in_flight.planned];
    return {from.benchmark->name(), which.id, which.content_key, std::move(generation), {}, {}, static_cast<std::int64_t>(in_flight.earlier.size())};
  }

  void conclude(InFlight in_flight, Result<Generation> generation) {
    const PlannedBenchmark& from = plan_.benchmarks[in_flight.benchmark];
    JournalRecord record = record_of(in_flight, std::move(generation));
    if (record.generation && record.generation->finish == Finish::kRanked) record.generation->reply = letter_of(in_flight.ranked, record.generation->reply);
    const Reply reply = reply_of(std::move(in_flight.sample), in_flight.earlier, record.generation);
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
    take_record(state.entries[b][s], record, place, plan.benchmarks[b].samples[s].turn_count);
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
      if (entry.is_failed) entry.is_done = entry.is_failed = false;
  state.done -= state.failed;
  state.failed = 0;
}

Reply reply_of(Sample sample, const std::vector<PastTurn>& earlier, const Result<Generation>& last) {
  Reply reply{std::move(sample), last ? last->reply : "", state_of(last)};
  for (const PastTurn& turn : earlier) {
    reply.earlier.push_back(turn.reply);
    if (turn.state == SampleState::kTruncated && last) reply.state = SampleState::kTruncated;
  }
  return reply;
}

LoopOutcome run_samples(const Plan& plan, const RunState& state, Vlm& model, JournalWriter& journal, const LoopOptions& options) {
  Samples samples(plan, state, journal, options);
  if (state.done < plan.sample_count()) model.run(samples, samples);
  journal.flush();
  return samples.outcome();
}

}  // namespace assay
