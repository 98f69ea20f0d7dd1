#pragma once
#include <filesystem>
#include <map>
#include <string>

#include "harness/gate/planning_set.h"
#include "harness/manifest.h"

namespace assay {

/// What a run says of each sample: benchmark, id, and the score under the run's first profile; samples without one are left out.
using ScoresOfRun = std::map<std::string, std::map<std::string, double>>;

/// A run as planning reads it.
struct MeasuredRun {
  Manifest manifest;  ///< empty for replies of another harness
  ScoresOfRun scores;
};

/// Takes a run folder, ended or not, and a file of `assay baseline save` or `assay score --save`.
///
/// Throws   DataError where there is no run, or the file is damaged
[[nodiscard]] MeasuredRun read_measured_run(const std::filesystem::path& run);

/// The samples of `set` that both runs have scored, paired.
///
/// Throws   DataError for scores outside [0, 1], and where the runs share no sample of the set
[[nodiscard]] std::vector<PairedUnit> paired_units(const PlanningSet& set, const ScoresOfRun& first, const ScoresOfRun& second);

}  // namespace assay
