#pragma once
#include <string>

#include "reports/comparison_record.h"
#include "reports/gate_record.h"
#include "reports/page_content.h"
#include "reports/page_files.h"
#include "reports/run_record.h"

/// One self-contained file each, for people: nothing is loaded from anywhere, a content security policy lets nothing run but the
/// page's own script, and every text is escaped. With 20,000 samples a page stays under 20 MB: long texts are cut and pictures left
/// out, which the page then says. In the folder form the page has the list of samples alone and loads texts and pictures, all of them
/// and whole, from scripts beside it (report.parts/texts-0000.js, ...): a file opened from a disk may load those, and no others.
namespace assay {

/// Metrics with intervals, failures by state, stage times, timed stages against the machine's limits, samples, manifest.
[[nodiscard]] std::string run_html(const RunRecord& record, const PageContent& content);
[[nodiscard]] PageFiles run_html_folder(const RunRecord& record, const PageContent& content);

/// Verdict, differences with margins, checks, behaviour, flips and all samples, manifests. Without samples in `content` it shows
/// the record's own flips.
[[nodiscard]] std::string gate_html(const GateRecord& record, const PageContent& content);
[[nodiscard]] PageFiles gate_html_folder(const GateRecord& record, const PageContent& content);

/// Every metric of every run, score against time and memory, pairs, samples, manifests.
[[nodiscard]] std::string comparison_html(const ComparisonRecord& record, const PageContent& content);
[[nodiscard]] PageFiles comparison_html_folder(const ComparisonRecord& record, const PageContent& content);

}  // namespace assay
