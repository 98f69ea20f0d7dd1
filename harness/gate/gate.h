#pragma once
#include <string>

#include "harness/gate/policy.h"
#include "harness/gate/rerun.h"
#include "harness/scored_run.h"
#include "metrics/decision.h"
#include "reports/gate_record.h"

namespace assay {

/// Decides whether the candidate is as good as the baseline: comparability, validity, each metric's paired test against its margin, Holm over
/// the gated ones. `today` (YYYY-MM-DD) tells which quarantines still hold. Equal inputs give equal records on any number of threads.
/// With reruns each side's scores are the means of its runs; what changed in behaviour, and `exact`, is told of the first ones.
///
/// Throws   DataError for runs that hold a metric in ways that cannot be paired; ConfigError for a rule about a benchmark or metric that neither run has
[[nodiscard]] GateRecord decide_gate(const ScoredRun& baseline, const ScoredRun& candidate, const Policy& policy, const std::string& today,
                                     const Reruns& reruns = {});

/// The gravest verdict of all checks and gated metrics.
[[nodiscard]] Verdict overall_verdict(const GateRecord& record);

/// What the process ends with: the verdict's code, an INCONCLUSIVE or SUSPECT one as the policy maps it.
[[nodiscard]] int exit_code_of(const GateRecord& record, const Policy& policy);

[[nodiscard]] Verdict verdict_of(Decision decision);

}  // namespace assay
