#pragma once
#include <string>

#include "reports/gate_record.h"
#include "reports/run_record.h"

/// OpenMetrics 1.0 text, for Prometheus and GitLab's metrics report.
/// Source: https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md
namespace assay {

[[nodiscard]] std::string run_openmetrics(const RunRecord& record);
[[nodiscard]] std::string gate_openmetrics(const GateRecord& record);

}  // namespace assay
