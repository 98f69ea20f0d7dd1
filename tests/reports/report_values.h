#pragma once
#include <limits>
#include <string>

#include "reports/comparison_record.h"
#include "reports/gate_record.h"
#include "reports/page_content.h"
#include "reports/run_record.h"

/// Records to write reports from: ordinary ones, and ones whose every text is out to break the report.
namespace assay::testing {

/// Markup, commands, formulas, terminal codes, broken UTF-8, letters of all kinds.
std::string hostile_text();
/// The same at the end of 100,000 letters without a break.
std::string long_hostile_text();

GateRecord gate_record();  ///< one metric of each verdict, checks, behaviour, flips
GateRecord hostile_gate();
ComparisonRecord comparison_record();  ///< three runs
ComparisonRecord hostile_comparison();
RunRecord run_record();
RunRecord hostile_run();

/// What a page of `runs` runs shows: samples that stayed, fell, rose and changed their reply, times, manifests.
PageContent page_content(std::size_t runs, std::size_t samples);
PageContent hostile_page_content(std::size_t runs);

}  // namespace assay::testing
