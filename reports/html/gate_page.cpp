#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "reports/gate_text.h"
#include "reports/html.h"
#include "reports/html/page.h"
#include "reports/html/plot.h"
#include "reports/html/samples.h"
#include "reports/html/sections.h"
#include "reports/html/table.h"
#include "reports/number_text.h"

namespace assay {
namespace {

std::string head_of(const GateRecord& record) {
  std::string text = fmt::format("<p><span class=\"verdict {}\">{}</span> {}</p>\n", html::colour_of(record.verdict),
                                 name_of(record.verdict), html::element("span", "", advice_on(record)));
  text += html::element(
      "p", "soft small",
      fmt::format("Policy {}, alpha {:g}. Baseline {}, candidate {}.", record.policy.empty() ? "default" : record.policy,
                  record.alpha, record.baseline_digest.empty() ? "without digest" : record.baseline_digest,
                  record.candidate_digest.empty() ? "without digest" : record.candidate_digest));
  return text + "\n";
}

/// In points of the metric's full scale, so that metrics of all scales share an axis. Without a margin the scale is not known, and
/// NaN leaves the row out.
std::string difference_plot(const std::vector<GatedMetric>& metrics) {
  std::vector<html::Difference> rows;
  for (const auto& metric : metrics) {
    if (!metric.is_gated) continue;
    const double points = metric.margin > 0 ? 100 * metric.margin_share / metric.margin : std::nan("");
    rows.push_back({metric_title(metric),
                    points * metric.difference,
                    {points * metric.interval.low, points * metric.interval.high},
                    points * metric.margin,
                    html::colour_of(metric.verdict)});
  }
  return html::difference_plot(rows, "Differences of gated metrics with intervals; the mark left of zero is the margin",
                               "candidate less baseline, points of the metric's full scale; the red mark is the margin");
}

std::string metric_table(const std::vector<GatedMetric>& metrics) {
  html::PageTable table = {"Metrics",
                           {{"verdict"},
                            {"metric", false, true},
                            {"baseline", true},
                            {"candidate", true},
                            {"difference", true},
                            {"interval", true},
                            {"margin", true},
                            {"p, adjusted", true},
                            {"n", true},
                            {"clusters", true},
                            {"lost", true},
                            {"gained", true},
                            {"test"},
                            {"seen with 80 % power", true},
                            {"n to decide", true},
                            {"note", false, true}},
                           {}};
  for (const auto& metric : metrics)
    table.rows.push_back(
        {{html::verdict_mark(metric.verdict, metric.is_gated), html::text_cell(metric_title(metric)),
          html::number_cell(metric.baseline, number_text(metric.baseline)),
          html::number_cell(metric.candidate, number_text(metric.candidate)),
          html::number_cell(metric.difference, signed_text(metric.difference)),
          html::number_cell(metric.interval.low, fmt::format("{} {:g} %", interval_text(metric.interval), 100 * metric.confidence)),
          html::number_cell(metric.margin, number_text(metric.margin)),
          html::number_cell(metric.p_drop_adjusted, probability_text(metric.p_drop_adjusted)), html::count_cell(metric.units),
          html::count_cell(metric.clusters), html::count_cell(metric.lost), html::count_cell(metric.gained),
          html::text_cell(metric.test), html::number_cell(metric.detectable_drop, number_text(metric.detectable_drop)),
          html::number_cell(metric.samples_needed, std::isfinite(metric.samples_needed)
                                                       ? count_text(static_cast<std::int64_t>(std::ceil(metric.samples_needed)))
                                                       : "none"),
          html::text_cell(metric.note)}});
  return html::page_table(table);
}

html::Section metric_section(const GateRecord& record) {
  std::vector<GatedMetric> gated, reported;
  for (const auto& metric : record.metrics) (metric.is_gated ? gated : reported).push_back(metric);
  std::string content = difference_plot(gated) + metric_table(gated);
  if (!reported.empty())
    content += html::folded(fmt::format("Metrics that are only reported: {}", reported.size()), metric_table(reported));
  return {"metrics", "Metrics", content};
}

html::Section check_section(const GateRecord& record) {
  const auto failed = failed_checks(record);
  std::string content = html::check_table(failed, "Failed checks");
  if (!record.checks.empty() && failed.empty()) content += html::paragraph("Every check passed or was waived by the policy.");
  if (!record.checks.empty())
    content += html::folded(fmt::format("All checks: {}", record.checks.size()), html::check_table(record.checks, "All checks"));
  return {"checks", "Comparability and validity", content};
}

/// Against the noise of a repeated run, where one was measured.
const char* outcome_text(const Behaviour& behaviour) {
  if (behaviour.has_changed) return "changed";
  if (behaviour.changed_replies == 0) return "the same";
  return behaviour.again_rate < 0 ? "noise not measured" : "no more than noise";
}

html::Section behaviour_section(const GateRecord& record) {
  html::PageTable table = {"Behaviour",
                           {{"benchmark"},
                            {"replies", true},
                            {"changed", true},
                            {"share", true},
                            {"a repeated run", true},
                            {"scores changed", true},
                            {"p", true},
                            {"behaviour"}},
                           {}};
  for (const auto& behaviour : record.behaviours) {
    const double share = behaviour.samples > 0
                             ? static_cast<double>(behaviour.changed_replies) / static_cast<double>(behaviour.samples)
                             : std::nan("");
    html::Cell outcome = html::text_cell(outcome_text(behaviour));
    outcome.css_class = behaviour.has_changed ? "verdict doubt" : "verdict flat";
    table.rows.push_back(
        {{html::text_cell(benchmark_title(behaviour.benchmark, behaviour.profile)), html::count_cell(behaviour.samples),
          html::count_cell(behaviour.changed_replies), html::number_cell(share, share_text(share)),
          html::number_cell(behaviour.again_rate, behaviour.again_rate < 0 ? "not measured" : share_text(behaviour.again_rate)),
          html::count_cell(behaviour.changed_scores), html::number_cell(behaviour.p_value, probability_text(behaviour.p_value)),
          outcome}});
  }
  return {"behaviour", "Behaviour", html::page_table(table)};
}

/// What was given, and the record's own where that is nothing.
PageContent filled(const GateRecord& record, PageContent content) {
  if (content.runs.empty()) content.runs = {record.baseline_name, record.candidate_name};
  if (content.samples.empty()) content.samples = html::samples_of(record.flips);
  return content;
}

std::string page_of(const GateRecord& record, const PageContent& content, const html::SampleData& data) {
  const std::vector<html::Section> sections = {metric_section(record),
                                               check_section(record),
                                               behaviour_section(record),
                                               html::sample_section(data),
                                               html::state_section(content.runs, content.results),
                                               html::time_section(content),
                                               html::manifest_section(content)};
  return html::page(fmt::format("Assay gate: {} against {}", record.candidate_name, record.baseline_name), head_of(record),
                    sections, data);
}

}  // namespace

std::string gate_html(const GateRecord& record, const PageContent& given) {
  const PageContent content = filled(record, given);
  return page_of(record, content, html::sample_data(content));
}

PageFiles gate_html_folder(const GateRecord& record, const PageContent& given) {
  const PageContent content = filled(record, given);
  auto [list, parts] = html::parted_samples(content, "gate.parts");
  return {page_of(record, content, list), std::move(parts)};
}

}  // namespace assay
