#include <fmt/format.h>

#include <utility>

#include "reports/gate_text.h"
#include "reports/html.h"
#include "reports/html/page.h"
#include "reports/html/plot.h"
#include "reports/html/roofline_plot.h"
#include "reports/html/samples.h"
#include "reports/html/sections.h"
#include "reports/html/table.h"
#include "reports/number_text.h"
#include "reports/text_reports.h"

namespace assay {
namespace {

std::string metric_table(const BenchmarkResult& result) {
  html::PageTable table = {
      result.benchmark,
      {{"metric", false, true}, {"value", true}, {"95 % interval", true}, {"divides by", true}, {"what it counts"}},
      {}};
  for (const auto& metric : result.metrics)
    table.rows.push_back({{html::text_cell(metric.name), html::number_cell(metric.value, number_text(metric.value)),
                           html::number_cell(metric.interval.low, interval_text(metric.interval)), html::count_cell(metric.count),
                           html::text_cell(metric.divides_by)},
                          metric.name == result.main_metric ? "differs" : ""});
  return html::page_table(table);
}

html::Section benchmark_section(const BenchmarkResult& result, std::size_t number) {
  std::vector<html::Bar> bars;
  for (const auto& metric : result.metrics) bars.push_back({metric.name, metric.value, metric.interval});
  const std::string title = benchmark_title(result.benchmark, result.profile);
  return {fmt::format("benchmark-{}", number), title,
          html::paragraph(fmt::format("Split {}, {} samples. The main metric is {}.", result.split, count_text(result.samples),
                                      result.main_metric)) +
              html::bar_plots(bars, fmt::format("Metrics of {} with 95 % intervals", title)) + metric_table(result)};
}

/// The main metric of every benchmark.
html::Section overview_section(const RunRecord& record) {
  html::PageTable table = {
      "Overview", {{"benchmark"}, {"split"}, {"main metric"}, {"value", true}, {"95 % interval", true}, {"samples", true}}, {}};
  for (const auto& result : record.results)
    for (const auto& metric : result.metrics)
      if (metric.name == result.main_metric)
        table.rows.push_back(
            {{html::text_cell(benchmark_title(result.benchmark, result.profile)), html::text_cell(result.split),
              html::text_cell(metric.name), html::number_cell(metric.value, number_text(metric.value)),
              html::number_cell(metric.interval.low, interval_text(metric.interval)), html::count_cell(result.samples)}});
  return {"overview", "Overview", (record.weights.empty() ? "" : html::paragraph(weights_text(record))) + html::page_table(table)};
}

std::string page_of(const RunRecord& record, const PageContent& content, const html::SampleData& data) {
  std::vector<html::Section> sections = {overview_section(record)};
  for (std::size_t i = 0; i < record.results.size(); ++i) sections.push_back(benchmark_section(record.results[i], i + 1));
  const std::string name = content.runs.empty() ? "run" : content.runs[0];
  sections.push_back(html::state_section({name}, {record}));
  sections.push_back(html::time_section(content));
  sections.push_back(html::roofline_section(content.roofline));
  sections.push_back(html::sample_section(data));
  sections.push_back(html::manifest_section(content));
  return html::page(fmt::format("Assay: {}", name), "", sections, data);
}

}  // namespace

std::string run_html(const RunRecord& record, const PageContent& content) {
  return page_of(record, content, html::sample_data(content));
}

PageFiles run_html_folder(const RunRecord& record, const PageContent& content) {
  auto [list, parts] = html::parted_samples(content, "report.parts");
  return {page_of(record, content, list), std::move(parts)};
}

}  // namespace assay
