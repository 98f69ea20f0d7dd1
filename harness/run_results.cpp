#include "harness/run_results.h"

#include <algorithm>
#include <utility>

#include "benchmarks/judge.h"
#include "harness/base/error.h"
#include "harness/likelihood.h"
#include "harness/run_loop.h"
#include "harness/scoring.h"

namespace assay {
namespace {

/// What a journal says of a reply beside its text.
struct Asked {
  std::string content_key;
  std::int64_t new_tokens = -1, prompt_tokens = -1;
};

/// -1: an endpoint did not say.
std::int64_t new_tokens_of(const Generation& generation) {
  return generation.endpoint ? generation.endpoint->completion_tokens : static_cast<std::int64_t>(generation.token_ids.size());
}
std::int64_t prompt_tokens_of(const Generation& generation) {
  return generation.endpoint ? generation.endpoint->prompt_tokens : generation.prompt_token_count;
}

/// A turn's tokens; where an endpoint did not say them of one turn, the dialogue's are not known.
void add_tokens(const Generation& turn, Asked& asked) {
  const auto add = [](std::int64_t& sum, std::int64_t count) { sum = sum < 0 || count < 0 ? -1 : sum + count; };
  add(asked.new_tokens, new_tokens_of(turn));
  add(asked.prompt_tokens, prompt_tokens_of(turn));
}

struct Replies {
  std::vector<Reply> replies;
  std::vector<Asked> asked;  ///< one for each
  std::vector<LikeliestOption> likeliest;
};

Replies read_replies(const PlannedBenchmark& planned, const std::vector<RunState::Entry>& entries, JournalFiles& journals) {
  Replies all;
  all.replies.reserve(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (!entries[i].is_done) continue;
    const JournalRecord record = journals.read(entries[i].place);
    const auto& generation = record.generation;
    all.replies.push_back(reply_of(sample_or_stand_in(planned, planned.samples[i]), entries[i].earlier, generation));
    all.likeliest.push_back(generation ? likeliest_option(all.replies.back().sample, *generation) : LikeliestOption{});
    Asked asked{planned.samples[i].content_key, -1, -1};
    if (generation) {
      asked.new_tokens = new_tokens_of(*generation), asked.prompt_tokens = prompt_tokens_of(*generation);
      for (const PastTurn& turn : entries[i].earlier) add_tokens(*journals.read(turn.place).generation, asked);
    }
    all.asked.push_back(std::move(asked));
  }
  return all;
}

void note_asked(ScoredBenchmark& benchmark, const std::vector<Asked>& asked) {
  for (std::size_t i = 0; i < asked.size(); ++i) {
    benchmark.samples[i].content_key = asked[i].content_key;
    benchmark.samples[i].new_tokens = asked[i].new_tokens;
    benchmark.samples[i].prompt_tokens = asked[i].prompt_tokens;
  }
}

void add_times(const Generation& generation, RunTiming& timing) {
  timing.image_decode_ms += generation.times.image_decode_ms;
  timing.preprocess_ms += generation.times.preprocess_ms;
  timing.encode_ms += generation.times.encode_ms;
  timing.prefill_ms += generation.times.prefill_ms;
  timing.decode_ms += generation.times.decode_ms;
  timing.prompt_tokens += std::max<std::int64_t>(0, prompt_tokens_of(generation));
  timing.reused_tokens += generation.reused_token_count;
  timing.audited += generation.is_audited ? 1 : 0;
  timing.new_tokens += std::max<std::int64_t>(0, new_tokens_of(generation));
  timing.tiles += generation.tile_count;
}

}  // namespace

RunRecord RunResults::record() const {
  RunRecord record;
  for (const auto& benchmark : benchmarks) record.results.push_back(benchmark.result);
  return record;
}

std::vector<Reply> replies_of(const PlannedBenchmark& planned, const std::vector<RunState::Entry>& entries, JournalFiles& journals) {
  return read_replies(planned, entries, journals).replies;
}

RunResults compute_results(const Plan& plan, const RunState& state, JournalFiles& journals, Judge* judge) {
  RunResults results;
  for (std::size_t b = 0; b < plan.benchmarks.size(); ++b) {
    const PlannedBenchmark& planned = plan.benchmarks[b];
    Replies all = read_replies(planned, state.entries[b], journals);
    if (auto submission = planned.benchmark->submission(all.replies)) results.submissions.push_back(std::move(*submission));
    for (std::size_t p = 0; p < planned.scoring_profiles.size(); ++p) {
      const bool is_last = p + 1 == planned.scoring_profiles.size();
      std::vector<Reply> replies = is_last ? std::move(all.replies) : all.replies;
      if (judge != nullptr) ask_judge(*judge, *planned.benchmark, planned.scoring_profiles[p], replies);
      std::vector<ScoredReply> scored;
      BenchmarkResult result = score_all(*planned.benchmark, std::move(replies), planned.scoring_profiles[p], &scored);
      results.benchmarks.push_back(scored_benchmark(*planned.benchmark, std::move(result), scored));
      note_asked(results.benchmarks.back(), all.asked);
      add_likelihood_metrics(results.benchmarks.back(), all.likeliest);
    }
  }
  return results;
}

RunTiming sum_times(const Plan& plan, const RunState& state, JournalFiles& journals) {
  RunTiming timing;
  for (const auto& planned : plan.benchmarks) timing.distinct_pictures += planned.distinct_pictures;
  for (const auto& entries : state.entries) {
    for (const auto& entry : entries) {
      if (!entry.is_done) continue;
      ++timing.samples;
      for (const PastTurn& turn : entry.earlier) add_times(*journals.read(turn.place).generation, timing);
      const JournalRecord record = journals.read(entry.place);
      if (record.generation) add_times(*record.generation, timing);
    }
  }
  return timing;
}

}  // namespace assay
