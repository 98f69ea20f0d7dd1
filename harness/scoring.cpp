#include "harness/scoring.h"

#include <utility>

#include "benchmarks/summary.h"
#include "harness/base/digest.h"
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

namespace {

/// Of all that was said, turn by turn.
std::string reply_digest_of(const Reply& reply) {
  std::string text;
  for (const auto& turn : reply.earlier) text += turn + '\0';
  return digest_of(text + reply.text);
}

}  // namespace

BenchmarkResult score_all(const Benchmark& benchmark, std::vector<Reply> replies, std::string_view profile, std::vector<ScoredReply>* kept) {
  BenchmarkResult result;
  result.benchmark = benchmark.name();
  result.split = benchmark.split();
  result.profile = profile;
  result.samples = static_cast<std::int64_t>(replies.size());
  result.main_metric = benchmark.main_metric();
  for (const auto state : kSampleStates) result.states[name_of(state)] = 0;
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
  if (kept != nullptr) *kept = std::move(scored);
  return result;
}

ScoredBenchmark scored_benchmark(const Benchmark& benchmark, BenchmarkResult result, const std::vector<ScoredReply>& scored) {
  ScoredBenchmark all{std::move(result), {}, {}};
  all.bases = benchmark.bases(scored, all.result.profile);
  all.samples.reserve(scored.size());
  for (const auto& [reply, score] : scored) {
    SampleRecord record;
    record.id = reply.sample.id;
    record.cluster = cluster_of(reply.sample);
    record.category = reply.sample.category;
    record.state = score.state;
    record.value = score.value;
    record.answer = score.answer;
    if (reply.state != SampleState::kError) record.reply_digest = reply_digest_of(reply);
    all.samples.push_back(std::move(record));
  }
  return all;
}

}  // namespace assay
