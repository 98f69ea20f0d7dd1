#pragma once
#include <span>
#include <string>
#include <vector>

#include "harness/scored_run.h"
#include "metrics/change_points.h"
#include "reports/history_record.h"

namespace assay {

struct HistoryOptions {
  ChangePointOptions changes;
  std::vector<std::string> waived = {"weights", "engine"};  ///< what may differ along a series, as in a policy
  bool has_all_metrics = false;                             ///< not just each benchmark's main one
};

/// Runs in the order in which they were made: every main metric as a series, and where it took another level. A run that cannot be compared with
/// the one before it (other data, prompts, scorer, samples) begins a new series, which says why.
///
/// Throws   what change_points and compare_metric throw
/// Source   Daly et al. 2020, "The use of change point detection to identify software performance regressions", ICPE, 67
[[nodiscard]] HistoryRecord history_of(std::span<const ScoredRun> runs, const HistoryOptions& options = {});

}  // namespace assay
