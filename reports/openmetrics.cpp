#include "reports/openmetrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "reports/escaping.h"
#include "reports/number_text.h"

namespace assay {
namespace {

using Labels = std::vector<std::pair<std::string_view, std::string_view>>;

/// One metric family: its metadata, then all of its samples, as the format wants them.
class Family {
 public:
  Family(std::string_view name, std::string_view type, std::string_view unit, std::string_view help) : name_(name) {
    text_ = fmt::format("# TYPE {} {}\n", name, type);
    if (!unit.empty()) text_ += fmt::format("# UNIT {} {}\n", name, unit);
    text_ += fmt::format("# HELP {} {}\n", name, openmetrics_escaped(help));
  }
  void add(const Labels& labels, double value) {
    if (std::isnan(value)) return;  // nothing to divide by: a missing sample says so better than NaN, which spoils sums
    std::string sample = name_;
    char before = '{';
    for (const auto& [name, text] : labels) {
      sample += fmt::format("{}{}=\"{}\"", before, name, openmetrics_escaped(text));
      before = ',';
    }
    if (!labels.empty()) sample += '}';
    if (!samples_.insert(sample).second) return;  // a second value of one series would make readers refuse the whole file
    text_ += fmt::format("{} {}\n", sample, std::isinf(value) ? (value > 0 ? "+Inf" : "-Inf") : exact_text(value));
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string name_, text_;
  std::set<std::string> samples_;
};

Labels labels_of(const GatedMetric& metric) {
  return {{"benchmark", metric.benchmark},
          {"profile", metric.profile},
          {"metric", metric.metric},
          {"gated", metric.is_gated ? "true" : "false"}};
}

/// A family with one number for each metric.
template <typename Number>
std::string each_metric(const GateRecord& record, std::string_view name, std::string_view help, Number&& number) {
  Family family(name, "gauge", "", help);
  for (const auto& metric : record.metrics) family.add(labels_of(metric), static_cast<double>(number(metric)));
  return family.text();
}

std::string verdicts_of(const GateRecord& record) {
  Family gate("assay_gate_verdict", "stateset", "", "The gate's verdict.");
  for (const auto verdict : kVerdicts) gate.add({{"assay_gate_verdict", name_of(verdict)}}, verdict == record.verdict ? 1 : 0);
  Family metrics("assay_gate_metric_verdict", "stateset", "", "One metric's verdict.");
  for (const auto& metric : record.metrics)
    for (const auto verdict : kVerdicts) {
      Labels labels = labels_of(metric);
      labels.emplace_back("assay_gate_metric_verdict", name_of(verdict));
      metrics.add(labels, verdict == metric.verdict ? 1 : 0);
    }
  return gate.text() + metrics.text();
}

std::string quarantine_of(const GateRecord& record) {
  Family family("assay_gate_quarantined", "gauge", "", "Metrics that the policy keeps out of the verdict, to the end of a day.");
  for (const auto& metric : record.metrics) {
    if (metric.quarantined_until.empty()) continue;
    Labels labels = labels_of(metric);
    labels.emplace_back("until", metric.quarantined_until);
    family.add(labels, 1);
  }
  return family.text();
}

std::string behaviour_of(const GateRecord& record) {
  Family changed("assay_gate_changed_replies_ratio", "gauge", "ratio", "Share of replies that differ from the baseline's.");
  Family again("assay_gate_repeated_run_changed_replies_ratio", "gauge", "ratio",
               "Share of replies that a repeated run of the baseline changes.");
  for (const auto& behaviour : record.behaviours) {
    const Labels labels = {{"benchmark", behaviour.benchmark}, {"profile", behaviour.profile}};
    changed.add(labels,
                static_cast<double>(behaviour.changed_replies) / static_cast<double>(std::max<std::int64_t>(behaviour.samples, 1)));
    if (behaviour.again_rate >= 0) again.add(labels, behaviour.again_rate);
  }
  return changed.text() + again.text();
}

}  // namespace

std::string run_openmetrics(const RunRecord& record) {
  Family value("assay_metric", "gauge", "", "A metric on the scale that its official tool prints.");
  Family low("assay_metric_low", "gauge", "", "Lower end of the metric's 95 % interval.");
  Family high("assay_metric_high", "gauge", "", "Upper end of the metric's 95 % interval.");
  Family count("assay_metric_units", "gauge", "", "How many units the metric divides by.");
  Family states("assay_samples", "gauge", "", "Samples by what became of them.");
  for (const auto& result : record.results) {
    for (const auto& metric : result.metrics) {
      const Labels labels = {
          {"benchmark", result.benchmark}, {"split", result.split}, {"profile", result.profile}, {"metric", metric.name}};
      value.add(labels, metric.value);
      low.add(labels, metric.interval.low);
      high.add(labels, metric.interval.high);
      count.add(labels, static_cast<double>(metric.count));
    }
    for (const auto& [state, samples] : result.states)
      states.add({{"benchmark", result.benchmark}, {"split", result.split}, {"profile", result.profile}, {"state", state}},
                 static_cast<double>(samples));
  }
  return value.text() + low.text() + high.text() + count.text() + states.text() + "# EOF\n";
}

std::string gate_openmetrics(const GateRecord& record) {
  Family code("assay_gate_exit_code", "gauge", "", "The exit code that goes with the verdict.");
  code.add({}, exit_code_of(record.verdict));
  return verdicts_of(record) + code.text() +
         each_metric(record, "assay_gate_baseline", "The metric in the baseline.", [](const auto& m) { return m.baseline; }) +
         each_metric(record, "assay_gate_candidate", "The metric in the candidate.", [](const auto& m) { return m.candidate; }) +
         each_metric(record, "assay_gate_difference", "Candidate less baseline.", [](const auto& m) { return m.difference; }) +
         each_metric(record, "assay_gate_difference_low", "Lower end of the difference's interval.",
                     [](const auto& m) { return m.interval.low; }) +
         each_metric(record, "assay_gate_difference_high", "Upper end of the difference's interval.",
                     [](const auto& m) { return m.interval.high; }) +
         each_metric(record, "assay_gate_margin", "The drop that the policy allows.", [](const auto& m) { return m.margin; }) +
         each_metric(record, "assay_gate_units", "Paired units.", [](const auto& m) { return m.units; }) +
         each_metric(record, "assay_gate_lost", "Units whose value fell.", [](const auto& m) { return m.lost; }) +
         each_metric(record, "assay_gate_gained", "Units whose value rose.", [](const auto& m) { return m.gained; }) +
         quarantine_of(record) + behaviour_of(record) + "# EOF\n";
}

}  // namespace assay
