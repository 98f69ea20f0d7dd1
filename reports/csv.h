#pragma once
#include <string>

#include "reports/comparison_record.h"
#include "reports/gate_record.h"
#include "reports/run_record.h"

/// Tables for spreadsheets and data frames (RFC 4180, UTF-8): a row a metric, numbers in full, an empty cell where there is none.
/// Texts that a spreadsheet would take for a formula begin with an apostrophe.
namespace assay {

[[nodiscard]] std::string run_csv(const RunRecord& record);
[[nodiscard]] std::string gate_csv(const GateRecord& record);
/// A row for each metric and run.
[[nodiscard]] std::string comparison_csv(const ComparisonRecord& record);

}  // namespace assay
