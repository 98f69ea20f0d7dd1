#pragma once
#include <string>

#include "reports/comparison_record.h"
#include "reports/gate_record.h"

namespace assay {

/// For a GitHub step summary or a merge request's note: verdict, metrics, failed checks, the 20 worst flips. Always under 1 MiB,
/// whatever the replies hold.
[[nodiscard]] std::string gate_markdown(const GateRecord& record);

/// The same for several runs, under the same limit.
[[nodiscard]] std::string comparison_markdown(const ComparisonRecord& record);

}  // namespace assay
