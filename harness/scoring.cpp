#include "harness/scoring.h"

#include <utility>

#include "harness/base/error.h"

namespace assay {

SampleState state_of(const Result<Generation>& generation) {
  if (!generation) return SampleState::kError;
  if (generation->finish == Finish::kLength) return SampleState::kTruncated;
  if (generation->reply.empty() && generation->finish != Finish::kRanked) return SampleState::kEmpty;
  return SampleState::kScored;
}

Score score_reply(const Benchmark& benchmark, const Reply& reply, std::string_view profile, std::string* error) {
  if (reply.state == SampleState::kError) return Score{0, SampleState::kError, ""};
  try {
    Score score = benchmark.score(reply, profile);
    if (reply.state != SampleState::kScored) score.state = reply.state;
    return score;
  } catch (const InternalError&) {
    throw;
  } catch (const Error& failure) {
    if (error != nullptr) *error = failure.what();
    return Score{0, SampleState::kError, ""};
  }
}

BenchmarkResult score_all(const Benchmark& benchmark, std::vector<Reply> replies, std::string_view profile) {
  BenchmarkResult result;
  result.benchmark = benchmark.name();
  result.split = benchmark.split();
  result.profile = profile;
  result.samples = static_cast<std::int64_t>(replies.size());
  result.main_metric = benchmark.main_metric();
  for (const auto state : {SampleState::kScored, SampleState::kUnparsed, SampleState::kTruncated, SampleState::kEmpty,
                           SampleState::kError, SampleState::kJudgeFailed})
    result.states[name_of(state)] = 0;
  std::vector<ScoredReply> scored;
  scored.reserve(replies.size());
  for (Reply& reply : replies) {
    Score score = score_reply(benchmark, reply, profile);
    if (score.state == SampleState::kError) {
      reply.state = SampleState::kError;
      result.failed_ids.push_back(reply.sample.id);
    }
    ++result.states[name_of(score.state)];
    scored.push_back({std::move(reply), std::move(score)});
  }
  result.metrics = benchmark.metrics(scored, profile);
  return result;
}

}  // namespace assay
