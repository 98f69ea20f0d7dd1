#pragma once
#include <string>
#include <vector>

#include "harness/gate/subset.h"
#include "harness/plan.h"

namespace assay {

/// A benchmark as planning sees it: no replies, only what counts and what hangs together.
struct PlanningSet {
  std::string benchmark;
  std::vector<std::string> ids;                 ///< every sample's, in the data's order
  std::vector<std::size_t> cluster_of_sample;   ///< places in `clusters`
  std::vector<SubsetCluster> clusters;          ///< named after their first sample; in the order of these
  std::string unit_name;                        ///< what `units` of the clusters count: "samples", "circular groups"
  std::string note;                             ///< empty, or a sentence on what was assumed

  [[nodiscard]] SetShape shape() const;
};

/// Reads every sample. Samples are in one cluster where they share a group or their first picture, by content or by the name that the row
/// gives it. Units are the rows of the main metric where that is a mean, else samples.
[[nodiscard]] PlanningSet read_planning_set(const PlannedBenchmark& planned);

}  // namespace assay
