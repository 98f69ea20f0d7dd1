#pragma once
#include <filesystem>
#include <map>
#include <string>

#include "harness/gate/planning_set.h"

namespace assay {

/// What a run's journals say of each sample: benchmark, id, and the score under the run's first profile; samples without one are left out.
using ScoresOfRun = std::map<std::string, std::map<std::string, double>>;

/// Throws   DataError where there is no run
[[nodiscard]] ScoresOfRun scores_of_run(const std::filesystem::path& run);

/// The samples of `set` that both runs have scored, paired.
///
/// Throws   DataError for scores outside [0, 1], and where the runs share no sample of the set
[[nodiscard]] std::vector<PairedUnit> paired_units(const PlanningSet& set, const ScoresOfRun& first, const ScoresOfRun& second);

}  // namespace assay
