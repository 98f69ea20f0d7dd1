#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/scored_run.h"
#include "reports/gate_record.h"

/// Asking again what a gate could not settle: whole benchmarks, with other seeds, every sample's score averaged over the runs. Asking only the
/// samples that got worse would make them better by chance alone.
namespace assay {

/// Further runs of the same build.
struct Reruns {
  std::vector<ScoredRun> of_baseline, of_candidate;
};

/// What keeps runs from being repetitions of `first`: anything but the seed differs, or samples of a benchmark are missing. Every one is INCOMPARABLE.
[[nodiscard]] std::vector<GateCheck> check_reruns(const ScoredRun& first, std::span<const ScoredRun> again);

/// The runs as one: of each benchmark that a rerun has too, every sample's value and every column of a metric's units averaged. Replies and
/// answers are the first run's. A metric's interval has the mean ends of the runs' own, which is not too narrow: the spread of a mean is
/// at most the mean of the spreads.
///
/// Throws   DataError for runs that hold a metric in ways that cannot be averaged
[[nodiscard]] ScoredRun mean_of_runs(const ScoredRun& first, std::span<const ScoredRun> again);

/// "the mean of 3 runs"; empty where no rerun has the benchmark.
[[nodiscard]] std::string rerun_note(std::span<const ScoredRun> again, std::string_view benchmark, std::string_view profile);

}  // namespace assay
