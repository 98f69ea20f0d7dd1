#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "harness/gate/pairs.h"
#include "harness/scored_run.h"
#include "reports/gate_record.h"

/// What `exact` asks: that every reply is the baseline's. One that is not fails; where all are, no score has dropped, however few the samples.
namespace assay {

/// A FAIL for each benchmark with a changed reply or score; the message names the first ones.
[[nodiscard]] std::vector<GateCheck> check_exact(const std::vector<BenchmarkPair>& pairs);

/// Whether two runs are one and the same, reply by reply and unit by unit.
struct Identity {
  std::int64_t samples = 0;
  std::int64_t failures = 0;  ///< of them, without a reply in either run
  std::string obstacle;       ///< what keeps the two from being the same, or from being known to be; empty: they are
};

/// A difference between the runs that was waived, or a manifest that is not there. Weights and engine are no obstacle: they are what is under test.
/// Empty where there is none.
[[nodiscard]] std::string identity_obstacle(const ScoredRun& baseline, const ScoredRun& candidate);

/// The same samples, asked the same, with equal replies (or failures), states, answers and scores.
[[nodiscard]] Identity identity_of(const BenchmarkPair& pair);
/// And a metric has made the same units of them.
[[nodiscard]] Identity identity_of(const BenchmarkPair& pair, const BasisPair& basis);

}  // namespace assay
