#pragma once
#include <string>

#include "reports/comparison_record.h"
#include "reports/gate_record.h"
#include "reports/run_record.h"

/// Tables for a paper: tabulars by the rules of the booktabs package, values with ± half the width of their interval. Every letter
/// that LaTeX gives a meaning is escaped; letters beyond ASCII need XeLaTeX or LuaLaTeX.
namespace assay {

[[nodiscard]] std::string run_latex(const RunRecord& record);
[[nodiscard]] std::string gate_latex(const GateRecord& record);
/// Metric by run; bold only where a run is better than every other by a real difference.
[[nodiscard]] std::string comparison_latex(const ComparisonRecord& record);

}  // namespace assay
