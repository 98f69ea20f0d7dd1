#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "harness/scored_run.h"
#include "reports/gate_record.h"

/// Whether two runs can be held against each other at all: made with one data set, one way of asking and one way of scoring.
namespace assay {

/// A difference of two manifests.
struct ManifestDifference {
  std::string name;   ///< "chartqa_test.data_digest"
  std::string group;  ///< "data"; empty: only noted, and nothing that decides results
  std::string baseline, candidate;  ///< as JSON; empty: not there
};

/// Members that differ, fixed ones first. Of members that belong to a benchmark, those of benchmarks that both runs have.
[[nodiscard]] std::vector<ManifestDifference> manifest_differences(const ScoredRun& baseline, const ScoredRun& candidate);

/// What stands in the way in the manifests alone, waived or not.
[[nodiscard]] std::vector<GateCheck> check_manifests(const ScoredRun& baseline, const ScoredRun& candidate, const std::vector<std::string>& waived);

/// What stands in the way of a comparison, waived or not, in the manifests (data, prompts, pictures, decoding, scorer, ...), in the benchmarks and
/// samples that both have, and in what each sample was asked. Empty: nothing differs but what is only noted.
[[nodiscard]] std::vector<GateCheck> check_comparability(const ScoredRun& baseline, const ScoredRun& candidate, const std::vector<std::string>& waived);

/// The names that a policy may waive: groups of manifest members.
[[nodiscard]] std::vector<std::string> waivable_groups();
/// Whether a policy waives `member` or the group that it belongs to.
[[nodiscard]] bool is_waived(const std::vector<std::string>& waived, std::string_view member, std::string_view group);
/// A group, or something that may be a member's name (it has a dot, or is a run's option).
[[nodiscard]] bool may_be_waived(std::string_view name);

}  // namespace assay
