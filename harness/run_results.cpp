#include "harness/run_results.h"

#include <utility>

#include "benchmarks/judge.h"
#include "harness/base/error.h"
#include "harness/scoring.h"

namespace assay {
namespace {

/// A row that cannot be read failed as a sample of this run; it keeps its place under the id it failed with.
Sample sample_or_stand_in(const PlannedBenchmark& planned, const PlannedSample& which) {
  try {
    return planned.source->get(which.index);
  } catch (const InternalError&) {
    throw;
  } catch (const Error&) {
    Sample stand_in;
    stand_in.id = which.id;
    return stand_in;
  }
}

std::vector<Reply> read_replies(const PlannedBenchmark& planned, const std::vector<RunState::Entry>& entries, JournalFiles& journals) {
  std::vector<Reply> replies;
  replies.reserve(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (!entries[i].is_done) continue;
    const JournalRecord record = journals.read(entries[i].place);
    replies.push_back({sample_or_stand_in(planned, planned.samples[i]), record.generation ? record.generation->reply : "",
                       state_of(record.generation)});
  }
  return replies;
}

}  // namespace

RunResults compute_results(const Plan& plan, const RunState& state, JournalFiles& journals, Judge* judge) {
  RunResults results;
  for (std::size_t b = 0; b < plan.benchmarks.size(); ++b) {
    const PlannedBenchmark& planned = plan.benchmarks[b];
    std::vector<Reply> replies = read_replies(planned, state.entries[b], journals);
    if (auto submission = planned.benchmark->submission(replies)) results.submissions.push_back(std::move(*submission));
    for (std::size_t p = 0; p < planned.scoring_profiles.size(); ++p) {
      const bool is_last = p + 1 == planned.scoring_profiles.size();
      std::vector<Reply> scored = is_last ? std::move(replies) : replies;
      if (judge != nullptr) ask_judge(*judge, *planned.benchmark, planned.scoring_profiles[p], scored);
      results.record.results.push_back(score_all(*planned.benchmark, std::move(scored), planned.scoring_profiles[p]));
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
      const JournalRecord record = journals.read(entry.place);
      if (!record.generation) continue;
      const Generation& generation = *record.generation;
      timing.image_decode_ms += generation.times.image_decode_ms;
      timing.preprocess_ms += generation.times.preprocess_ms;
      timing.encode_ms += generation.times.encode_ms;
      timing.prefill_ms += generation.times.prefill_ms;
      timing.decode_ms += generation.times.decode_ms;
      timing.prompt_tokens += generation.prompt_token_count;
      timing.new_tokens += static_cast<std::int64_t>(generation.token_ids.size());
      timing.tiles += generation.tile_count;
    }
  }
  return timing;
}

}  // namespace assay
