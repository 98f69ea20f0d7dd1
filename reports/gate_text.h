#pragma once
#include <string>
#include <vector>

#include "reports/gate_record.h"
#include "reports/text_table.h"

/// How a gate's decision is worded: what its reports for people share. Texts are as they came; each report escapes them.
namespace assay {

[[nodiscard]] std::string benchmark_title(const std::string& benchmark, const std::string& profile);  ///< "mme (official)"
[[nodiscard]] std::string metric_title(const GatedMetric& metric);  ///< "mme perception (official)"

/// "FAIL: runs/new against runs/old".
[[nodiscard]] std::string verdict_line(const GateRecord& record);

/// The difference with interval, margin, n and test, and what would decide it.
[[nodiscard]] std::string metric_sentence(const GatedMetric& metric);
[[nodiscard]] std::string check_sentence(const GateCheck& check);
[[nodiscard]] std::string behaviour_sentence(const Behaviour& behaviour);
[[nodiscard]] std::string flip_sentence(const Flip& flip);  ///< without its replies

/// "FAIL"; in parentheses for a metric that is only reported, with "quarantined" before it where it is.
[[nodiscard]] std::string verdict_cell(const GatedMetric& metric);

[[nodiscard]] bool is_quarantined(const GatedMetric& metric);

/// True for a gated metric that did not pass, and for any that has a note: its sentence belongs into the report.
[[nodiscard]] bool needs_words(const GatedMetric& metric);

/// Every metric: baseline, candidate, difference, interval, margin, verdict, test, n.
[[nodiscard]] Table gated_table(const std::vector<GatedMetric>& metrics);

/// Checks that stopped or spoiled something, waived ones aside; and those that a policy waived.
[[nodiscard]] std::vector<GateCheck> failed_checks(const GateRecord& record);
[[nodiscard]] std::vector<GateCheck> waived_checks(const GateRecord& record);

/// What a verdict means and what to do about it, in a sentence.
[[nodiscard]] const char* advice_on(const GateRecord& record);

/// Where a policy speaks of the metric: file and line, for reports that point at one.
struct PolicyPlace {
  std::string file;
  std::int64_t line = 1;
};
[[nodiscard]] PolicyPlace policy_place(const GateRecord& record, const GatedMetric& metric);
[[nodiscard]] PolicyPlace policy_place(const GateRecord& record);

}  // namespace assay
