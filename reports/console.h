#pragma once
#include <string>

#include "reports/comparison_record.h"
#include "reports/gate_record.h"

namespace assay {

/// What a person reads in a terminal: the verdict, a table of metrics, failed checks, changed behaviour, the worst few flips. No
/// text of a model or data set reaches the terminal unescaped, nor begins a line.
[[nodiscard]] std::string gate_console(const GateRecord& record);

/// Every metric of every run with its interval, the pairs' differences, what else differs between the runs.
[[nodiscard]] std::string comparison_console(const ComparisonRecord& record);

}  // namespace assay
