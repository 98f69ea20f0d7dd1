#pragma once
#include <string>
#include <vector>

#include "harness/scored_run.h"
#include "reports/gate_record.h"

namespace assay {

/// What to do about a gate that is SUSPECT or INCONCLUSIVE: the commands that ask all of the undecided benchmarks once more with another seed and
/// gate the mean, `gate_command` being the one that was given; or, where the model repeats itself, why that would tell nothing new. Empty
/// for other verdicts. `reruns` is how many there are already.
[[nodiscard]] std::string rerun_advice(const GateRecord& record, const ScoredRun& candidate, const std::vector<std::string>& gate_command,
                                       std::size_t reruns);

}  // namespace assay
