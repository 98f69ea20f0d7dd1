#pragma once
#include <string>
#include <vector>

#include "harness/journal.h"
#include "harness/plan.h"
#include "harness/run_loop.h"
#include "harness/scored_run.h"
#include "reports/run_record.h"
#include "reports/run_timing.h"

namespace assay {

class Judge;

/// What the records of a run say. Nothing here depends on how often the run was interrupted, or in which order samples finished.
struct RunResults {
  std::vector<ScoredBenchmark> benchmarks;  ///< one for each benchmark and profile
  std::vector<Submission> submissions;

  [[nodiscard]] RunRecord record() const;
};

/// Scores every done sample of the plan under each of its benchmarks' profiles, in sample order, one benchmark in memory at a time.
/// What a profile wants to know from a judge is asked of `judge`; without one such samples have no score.
[[nodiscard]] RunResults compute_results(const Plan& plan, const RunState& state, JournalFiles& journals, Judge* judge = nullptr);

/// The replies of the samples that are done, in sample order.
[[nodiscard]] std::vector<Reply> replies_of(const PlannedBenchmark& planned, const std::vector<RunState::Entry>& entries, JournalFiles& journals);

/// Where the time of all records went.
[[nodiscard]] RunTiming sum_times(const Plan& plan, const RunState& state, JournalFiles& journals);

}  // namespace assay
