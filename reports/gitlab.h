#pragma once
#include <string>

#include "reports/gate_record.h"

namespace assay {

/// GitLab's code quality report: an entry for each gated metric and check that did not pass, at the policy's line of the metric.
/// The fingerprint leaves the numbers out, so that GitLab tells a new finding from one that stayed. Source:
/// https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
[[nodiscard]] std::string gate_gitlab(const GateRecord& record);

}  // namespace assay
