#include "reports/latex.h"

#include <fmt/format.h>

#include <cmath>

#include "reports/comparison_text.h"
#include "reports/escaping.h"
#include "reports/gate_text.h"
#include "reports/text_table.h"

namespace assay {
namespace {

constexpr const char* kHead = "% \\usepackage{booktabs} in the preamble. Values with half the width of their interval.\n";

/// "$0.6364 \pm 0.0210$"; with `sign` the number always has one.
std::string with_half_width(double value, const Interval& interval, bool has_sign) {
  if (std::isnan(value)) return "--";
  const std::string number = has_sign ? fmt::format("{:+.4f}", value) : fmt::format("{:.4f}", value);
  const double half = (interval.high - interval.low) / 2;
  return std::isnan(half) ? fmt::format("${}$", number) : fmt::format("${} \\pm {:.4f}$", number, half);
}

/// Bold in text and in math alike.
std::string bold(const std::string& cell) { return fmt::format("{{\\boldmath\\bfseries {}}}", cell); }

std::string plain_number(double value) { return std::isnan(value) ? "--" : fmt::format("${:.4f}$", value); }

}  // namespace

std::string run_latex(const RunRecord& record) {
  Table table = {{{"Benchmark"}, {"Metric"}, {"Value", true}, {"n", true}}, {}};
  for (const auto& result : record.results)
    for (const auto& metric : result.metrics)
      table.rows.push_back({latex_escaped(benchmark_title(result.benchmark, result.profile)), latex_escaped(metric.name),
                            with_half_width(metric.value, metric.interval, false), fmt::format("{}", metric.count)});
  return kHead + latex_table(table);
}

std::string gate_latex(const GateRecord& record) {
  Table table = {
      {{"Metric"}, {"Baseline", true}, {"Candidate", true}, {"Difference", true}, {"Margin", true}, {"n", true}, {"Verdict"}}, {}};
  for (const auto& metric : record.metrics)
    table.rows.push_back({latex_escaped(metric_title(metric)), plain_number(metric.baseline), plain_number(metric.candidate),
                          with_half_width(metric.difference, metric.interval, true), plain_number(metric.margin),
                          fmt::format("{}", metric.units), latex_escaped(verdict_cell(metric))});
  return kHead + latex_table(table);
}

std::string comparison_latex(const ComparisonRecord& record) {
  Table table = {{{"Metric"}}, {}};
  for (const auto& run : record.runs) table.columns.push_back({run.name, true});
  for (const auto& metric : record.metrics) {
    Row row = {latex_escaped(benchmark_title(fmt::format("{} {}", metric.benchmark, metric.metric), metric.profile))};
    for (std::size_t i = 0; i < record.runs.size(); ++i) {
      const bool is_there = i < metric.values.size() && has_value(metric.values[i]);
      const std::string cell =
          is_there ? with_half_width(metric.values[i].metric.value, metric.values[i].metric.interval, false) : "--";
      row.push_back(is_there && metric.values[i].is_best ? bold(cell) : cell);
    }
    table.rows.push_back(std::move(row));
  }
  return kHead + latex_table(table);
}

}  // namespace assay
