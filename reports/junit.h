#pragma once
#include <string>

#include "reports/gate_record.h"
#include "reports/run_record.h"

/// JUnit XML for GitLab, Jenkins and the readers of GitHub.
namespace assay {

/// A test suite for each benchmark, a case for each gated metric and for each failed check: FAIL and SUSPECT are failures,
/// INCONCLUSIVE is skipped, INFRA and INCOMPARABLE are errors. Checks of the whole run have a suite of their own.
[[nodiscard]] std::string gate_junit(const GateRecord& record);

/// A test suite for each benchmark and profile with one case, a failure when samples ended in state error.
[[nodiscard]] std::string run_junit(const RunRecord& record);

}  // namespace assay
