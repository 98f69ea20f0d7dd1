#pragma once
#include <string>
#include <vector>

#include "reports/gate_record.h"
#include "reports/html/page.h"
#include "reports/html/samples.h"
#include "reports/page_content.h"

/// Parts of a page that runs, gates and comparisons have alike. Each is empty where there is nothing to show.
namespace assay::html {

/// What became of the samples: a row for each run and benchmark, and the ids of those that failed.
[[nodiscard]] Section state_section(const std::vector<std::string>& runs, const std::vector<RunRecord>& results);

/// Where the time went, drawn and as a table.
[[nodiscard]] Section time_section(const PageContent& content);

/// The runs' manifests: what differs, then all of it.
[[nodiscard]] Section manifest_section(const PageContent& content);

/// The place that the page's script fills, and what had to be left out.
[[nodiscard]] Section sample_section(const SampleData& data);

/// Checks as a table: verdict, what was checked, both values, what it means.
[[nodiscard]] std::string check_table(const std::vector<GateCheck>& checks, const std::string& label);

}  // namespace assay::html
