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

struct AllScored {
  BenchmarkResult result;
  std::vector<ScoredReply> replies;
};

AllScored score_each(const Benchmark& benchmark, std::vector<Reply> replies, std::string_view profile) {
  AllScored all;
  BenchmarkResult& result = all.result;
  result.benchmark = benchmark.name();
  result.split = benchmark.split();
  result.profile = profile;
  result.samples = static_cast<std::int64_t>(replies.size());
  result.main_metric = benchmark.main_metric();
  for (const auto state : kSampleStates) result.states[name_of(state)] = 0;
  all.replies.reserve(replies.size());
  for (Reply& reply : replies) {
    Score score = score_reply(benchmark, reply, profile);
    if (score.state == SampleState::kError) {
      reply.state = SampleState::kError;
      result.failed_ids.push_back(reply.sample.id);
    }
    ++result.states[name_of(score.state)];
    all.replies.push_back({std::move(reply), std::move(score)});
  }
  result.metrics = benchmark.metrics(all.replies, profile);
  return all;
}

SampleRecord record_of(const ScoredReply& scored) {
  SampleRecord record;
  record.id = scored.reply.sample.id;
  record.cluster = cluster_of(scored.reply.sample);
  record.category = scored.reply.sample.category;
  record.state = scored.score.state;
  record.value = scored.score.value;
  record.answer = scored.score.answer;
  if (scored.reply.state != SampleState::kError) record.reply_digest = digest_of(scored.reply.text);
  return record;
}

}  // namespace

ScoredBenchmark score_benchmark(const Benchmark& benchmark, std::vector<Reply> replies, std::string_view profile) {
  AllScored all = score_each(benchmark, std::move(replies), profile);
  ScoredBenchmark scored{std::move(all.result), {}, benchmark.bases(all.replies, profile)};
  for (const auto& reply : all.replies) scored.samples.push_back(record_of(reply));
  return scored;
}

BenchmarkResult score_all(const Benchmark& benchmark, std::vector<Reply> replies, std::string_view profile) {
  return score_each(benchmark, std::move(replies), profile).result;
}

}  // namespace assay
