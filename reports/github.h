#pragma once
#include <string>

#include "reports/gate_record.h"

namespace assay {

/// Workflow commands for GitHub Actions, to be printed: errors for FAIL alone, warnings for what is not decided or not valid,
/// notices for what got better, each at the policy's line of the metric. At most 10 of a kind, which is what GitHub shows of a
/// step. Source: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
[[nodiscard]] std::string gate_github(const GateRecord& record);

}  // namespace assay
