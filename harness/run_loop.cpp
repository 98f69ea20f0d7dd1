#include "harness/run_loop.h"

#include <limits>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

#include "harness/base/error.h"
#include "harness/ledger_work.h"
#include "harness/likelihood.h"
#include "harness/ranks/crew.h"
#include "harness/scoring.h"

namespace assay {
namespace {

/// A sample between request and generation.
struct InFlight {
  PlanPlace place;
  Sample sample;
  std::vector<Option> ranked = {};  ///< whose texts are ranked in place of a reply
  Question dialogue = {};           ///< of several turns: what is asked in all of them
  std::vector<PastTurn> earlier = {};
};

/// Hands the model what the work is and takes back what it makes of it; the model may call both from threads of its own.
class Samples final : public RequestSource, public GenerationSink {
 public:
  Samples(const Plan& plan, Work& work, JournalWriter& journal, const std::function<void(const JournalRecord&)>& on_record)
      : plan_(plan), work_(work), journal_(journal), on_record_(on_record) {}

  std::optional<Request> next() override {
    const std::lock_guard lock(mutex_);
    while (!work_.must_end()) {
      const auto place = work_.next();
      has_said_all_ = !place;
      if (!place) break;
      auto request = begin(*place);
      if (request) return std::move(request).value();
      conclude({*place, {}, {}, {}, work_.said_before(*place)}, std::move(request).error());
    }
    return std::nullopt;
  }

  [[nodiscard]] bool is_cancelled() const override {
    const std::lock_guard lock(mutex_);
    return work_.must_end();
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

  /// The model has returned.
  void check_that_all_are_finished() {
    const std::lock_guard lock(mutex_);
    if (work_.must_end()) return;
    if (!in_flight_.empty()) throw InternalError(fmt::format("the model returned without having finished \"{}\"", in_flight_.begin()->first));
    if (!has_said_all_) throw InternalError("the model returned while there were samples left");
  }

 private:
  /// The one place where an Error becomes a sample's failure; InternalError and bad_alloc pass through.
  Result<Request> begin(PlanPlace place) {
    const PlannedBenchmark& from = plan_.benchmarks[place.benchmark];
    const PlannedSample& which = from.samples[place.sample];
    const char* stage = "read";
    try {
      Sample sample = from.source->get(which.index);
      stage = "ask";
      Question question = question_for(from, sample, plan_.decoding);
      InFlight in_flight{place, std::move(sample), question.ranked};
      if (!question.later_turns.empty()) {
        in_flight.dialogue = std::move(question);
        in_flight.earlier = work_.said_before(place);
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
    const PlannedBenchmark& from = plan_.benchmarks[in_flight.place.benchmark];
    std::vector<std::string> said;
    for (const PastTurn& turn : in_flight.earlier) said.push_back(turn.reply);
    Request request = request_for(from, from.samples[in_flight.place.sample], in_flight.dialogue, said);
    in_flight_.insert_or_assign(request.id, std::move(in_flight));
    return request;
  }

  /// Journals the turn and asks the next one, unless the run is to end.
  std::optional<Request> go_on(InFlight in_flight, Result<Generation> generation) {
    JournalRecord record = record_of(in_flight, std::move(generation));
    record.score = {std::numeric_limits<double>::quiet_NaN(), state_of(record.generation), ""};
    journal_.append(record);
    in_flight.earlier.push_back({{}, record.score.state, std::move(record.generation->reply)});
    if (work_.must_end()) return std::nullopt;
    return next_turn(std::move(in_flight));
  }

  [[nodiscard]] JournalRecord record_of(const InFlight& in_flight, Result<Generation> generation) const {
    const PlannedBenchmark& from = plan_.benchmarks[in_flight.place.benchmark];
    const PlannedSample& which = from.samples[in_flight.place.sample];
    return {from.benchmark->name(), which.id, which.content_key, std::move(generation), {}, {}, static_cast<std::int64_t>(in_flight.earlier.size())};
  }

  void conclude(InFlight in_flight, Result<Generation> generation) {
    const PlannedBenchmark& from = plan_.benchmarks[in_flight.place.benchmark];
    JournalRecord record = record_of(in_flight, std::move(generation));
    if (record.generation && record.generation->finish == Finish::kRanked) record.generation->reply = letter_of(in_flight.ranked, record.generation->reply);
    const Reply reply = reply_of(std::move(in_flight.sample), in_flight.earlier, record.generation);
    record.score = score_reply(*from.benchmark, reply, from.scoring_profiles.front(), &record.score_error);
    journal_.append(record);
    if (on_record_) on_record_(record);
    work_.conclude(in_flight.place, failure_of(record));
  }

  /// "benchmark/id: stage: message"; nothing for a sample that has not failed.
  static std::optional<std::string> failure_of(const JournalRecord& record) {
    if (record.score.state != SampleState::kError) return std::nullopt;
    if (record.generation) return fmt::format("{}/{}: score: {}", record.benchmark, record.id, record.score_error);
    const SampleFailure& failure = record.generation.error();
    return fmt::format("{}/{}: {}: {}", record.benchmark, record.id, failure.stage, failure.message);
  }

  const Plan& plan_;
  Work& work_;
  JournalWriter& journal_;
  const std::function<void(const JournalRecord&)>& on_record_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, InFlight> in_flight_;
  bool has_said_all_ = false;  ///< the model was told last that there is no more
};

}  // namespace

Reply reply_of(Sample sample, const std::vector<PastTurn>& earlier, const Result<Generation>& last) {
  Reply reply{std::move(sample), last ? last->reply : "", state_of(last)};
  for (const PastTurn& turn : earlier) {
    reply.earlier.push_back(turn.reply);
    if (turn.state == SampleState::kTruncated && last) reply.state = SampleState::kTruncated;
  }
  return reply;
}

void work_through(const Plan& plan, Work& work, Vlm& model, JournalWriter& journal, const std::function<void(const JournalRecord& record)>& on_record) {
  Samples samples(plan, work, journal, on_record);
  while (work.wait_for_more()) {
    model.run(samples, samples);
    samples.check_that_all_are_finished();
  }
  journal.flush();
}

LoopOutcome run_samples(const Plan& plan, const RunState& state, Vlm& model, JournalWriter& journal, const LoopOptions& options) {
  LedgerWork work(plan, state, options);
  const CrewAtWork crew(options.crew, options.folder, work);
  do {
    work_through(plan, work, model, journal, options.on_record);
    crew.finish();  // what a rank lost that is gone by then is left again
  } while (work.has_more());
  return work.outcome();
}

}  // namespace assay
