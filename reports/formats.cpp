#include "reports/formats.h"

#include <array>

#include "reports/comparison_json.h"
#include "reports/console.h"
#include "reports/csv.h"
#include "reports/gate_json.h"
#include "reports/github.h"
#include "reports/gitlab.h"
#include "reports/html.h"
#include "reports/junit.h"
#include "reports/latex.h"
#include "reports/markdown.h"
#include "reports/openmetrics.h"
#include "reports/results_json.h"
#include "reports/text_reports.h"

namespace assay {
namespace {

/// A writer that needs the record alone.
template <typename Record, std::string (*kWrite)(const Record&)>
std::string alone(const Record& record, const PageContent&) {
  return kWrite(record);
}

constexpr std::array kRunFormats = {
    Format<RunRecord>{"console", "report.txt", alone<RunRecord, console_report>},
    Format<RunRecord>{"csv", "report.csv", alone<RunRecord, run_csv>},
    Format<RunRecord>{"html", "report.html", run_html, true, run_html_folder},
    Format<RunRecord>{"json", "results.json", alone<RunRecord, results_json>},
    Format<RunRecord>{"junit", "report.junit.xml", alone<RunRecord, run_junit>},
    Format<RunRecord>{"latex", "report.tex", alone<RunRecord, run_latex>},
    Format<RunRecord>{"md", "report.md", alone<RunRecord, markdown_report>},
    Format<RunRecord>{"openmetrics", "report.openmetrics.txt", alone<RunRecord, run_openmetrics>},
};

constexpr std::array kGateFormats = {
    Format<GateRecord>{"console", "gate.txt", alone<GateRecord, gate_console>},
    Format<GateRecord>{"csv", "gate.csv", alone<GateRecord, gate_csv>},
    Format<GateRecord>{"github", "gate.github.txt", alone<GateRecord, gate_github>},
    Format<GateRecord>{"gitlab", "gate.gitlab.json", alone<GateRecord, gate_gitlab>},
    Format<GateRecord>{"html", "gate.html", gate_html, true, gate_html_folder},
    Format<GateRecord>{"json", "gate.json", alone<GateRecord, gate_json>},
    Format<GateRecord>{"junit", "gate.junit.xml", alone<GateRecord, gate_junit>},
    Format<GateRecord>{"latex", "gate.tex", alone<GateRecord, gate_latex>},
    Format<GateRecord>{"md", "gate.md", alone<GateRecord, gate_markdown>},
    Format<GateRecord>{"openmetrics", "gate.openmetrics.txt", alone<GateRecord, gate_openmetrics>},
};

constexpr std::array kComparisonFormats = {
    Format<ComparisonRecord>{"console", "comparison.txt", alone<ComparisonRecord, comparison_console>},
    Format<ComparisonRecord>{"csv", "comparison.csv", alone<ComparisonRecord, comparison_csv>},
    Format<ComparisonRecord>{"html", "comparison.html", comparison_html, true, comparison_html_folder},
    Format<ComparisonRecord>{"json", "comparison.json", alone<ComparisonRecord, comparison_json>},
    Format<ComparisonRecord>{"latex", "comparison.tex", alone<ComparisonRecord, comparison_latex>},
    Format<ComparisonRecord>{"md", "comparison.md", alone<ComparisonRecord, comparison_markdown>},
};

}  // namespace

std::span<const Format<RunRecord>> run_formats() { return kRunFormats; }
std::span<const Format<GateRecord>> gate_formats() { return kGateFormats; }
std::span<const Format<ComparisonRecord>> comparison_formats() { return kComparisonFormats; }

}  // namespace assay
