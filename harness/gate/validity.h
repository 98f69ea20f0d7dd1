#pragma once
#include <vector>

#include "harness/gate/pairs.h"
#include "harness/gate/policy.h"
#include "harness/scored_run.h"
#include "reports/gate_record.h"

namespace assay {

/// Whether the candidate's replies may be judged at all: failed, empty, truncated, unparsed replies and missing judgements against their budgets
/// (INFRA), and the mean length of a reply against the baseline's (SUSPECT: shorter replies can hide behind an equal score).
/// One entry for each budget that is broken.
[[nodiscard]] std::vector<GateCheck> check_validity(const std::vector<BenchmarkPair>& pairs, const Budgets& budgets);

/// How many replies and scores changed, held against what a repeated run of the baseline changes.
[[nodiscard]] Behaviour behaviour_of(const BenchmarkPair& pair, const std::vector<Repeat>& repeats, double alpha);

}  // namespace assay
