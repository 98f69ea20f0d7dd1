#pragma once
#include <span>

#include "harness/scored_run.h"
#include "reports/comparison_record.h"

namespace assay {

/// Several runs side by side: every metric of each, pairwise paired tests, what was asked otherwise, and time. A value is best where it is higher
/// than every other run's by a difference whose 95 % interval, Holm over the pairs, leaves out 0. Samples that only one run of a pair has are left out of
/// that pair and counted in its note.
[[nodiscard]] ComparisonRecord compare_runs(std::span<const ScoredRun> runs);

}  // namespace assay
