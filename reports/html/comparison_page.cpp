#include <fmt/format.h>

#include "reports/comparison_text.h"
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

constexpr double kBytesPerGibibyte = 1024.0 * 1024 * 1024;

html::Section run_section(const ComparisonRecord& record) {
  html::PageTable table = {"Runs", {{"run"}, {"seconds a sample", true}, {"peak memory", true}, {"digest"}, {"path"}}, {}};
  for (const auto& run : record.runs)
    table.rows.push_back(
        {{html::text_cell(run.name),
          html::number_cell(run.seconds_per_sample, run.seconds_per_sample < 0 ? "none" : number_text(run.seconds_per_sample)),
          html::number_cell(run.peak_memory_bytes, bytes_text(run.peak_memory_bytes)), html::text_cell(run.digest),
          html::text_cell(run.path)}});
  return {"runs", "Runs", html::page_table(table)};
}

html::Cell value_cell(const ComparedMetric& metric, std::size_t i) {
  if (i >= metric.values.size() || !has_value(metric.values[i])) return {"-", "NaN", ""};
  const Metric& value = metric.values[i].metric;
  html::Cell cell = html::number_cell(value.value, fmt::format("{} {}", number_text(value.value), interval_text(value.interval)));
  if (metric.values[i].is_best) cell.css_class = "verdict good";
  return cell;
}

html::Section metric_section(const ComparisonRecord& record) {
  html::PageTable table = {"Metrics", {{"metric", false, true}}, {}};
  for (const auto& run : record.runs) table.columns.push_back({run.name, true});
  std::vector<html::Bar> bars;
  for (const auto& metric : record.metrics) {
    html::PageTable::Row row = {{html::text_cell(compared_title(metric))}};
    for (std::size_t i = 0; i < record.runs.size(); ++i) {
      row.cells.push_back(value_cell(metric, i));
      if (metric.is_main && i < metric.values.size() && has_value(metric.values[i]))
        bars.push_back({fmt::format("{}: {} {}", record.runs[i].name, metric.benchmark, metric.metric),
                        metric.values[i].metric.value, metric.values[i].metric.interval});
    }
    table.rows.push_back(std::move(row));
  }
  const std::string legend =
      html::element("p", "soft small", "*: a benchmark's main metric. Green: better than every other run by a real difference.");
  return {"metrics", "Metrics",
          html::bar_plots(bars, "Main metrics with 95 % intervals") + html::page_table(table) +
              (record.metrics.empty() ? "" : legend + "\n")};
}

/// Score against what `cost` says of each run, for each main metric.
template <typename Cost>
std::string cost_plots(const ComparisonRecord& record, const std::string& cost_name, Cost&& cost) {
  std::string text;
  for (const auto& metric : record.metrics) {
    if (!metric.is_main) continue;
    std::vector<html::Point> points;
    for (std::size_t i = 0; i < record.runs.size() && i < metric.values.size(); ++i)
      if (has_value(metric.values[i]))
        points.push_back(
            {record.runs[i].name, cost(record.runs[i]), metric.values[i].metric.value, metric.values[i].metric.interval});
    const std::string name = benchmark_title(fmt::format("{} {}", metric.benchmark, metric.metric), metric.profile);
    text += html::cost_plot(points, fmt::format("{} against {}", name, cost_name), cost_name, name);
  }
  return text;
}

html::Section cost_section(const ComparisonRecord& record) {
  const std::string plots =
      cost_plots(record, "seconds a sample", [](const ComparedRun& run) { return run.seconds_per_sample; }) +
      cost_plots(record, "peak memory, GiB", [](const ComparedRun& run) { return run.peak_memory_bytes / kBytesPerGibibyte; });
  return {"cost", "Score against cost",
          plots.empty()
              ? ""
              : html::element("p", "soft small", "The dashed line joins the runs that no other beats in both.") + "\n" + plots};
}

html::Section pair_section(const ComparisonRecord& record) {
  html::PageTable table = {"Pairs",
                           {{"pair"},
                            {"metric", false, true},
                            {"difference", true},
                            {"interval", true},
                            {"p, lower", true},
                            {"p, higher", true},
                            {"lost", true},
                            {"gained", true},
                            {"n", true}},
                           {}};
  for (const auto& pair : record.pairs) {
    const GatedMetric& metric = pair.metric;
    table.rows.push_back(
        {{html::text_cell(pair_title(record, pair)), html::text_cell(metric_title(metric)),
          html::number_cell(metric.difference, signed_text(metric.difference)),
          html::number_cell(metric.interval.low, fmt::format("{} {:g} %", interval_text(metric.interval), 100 * metric.confidence)),
          html::number_cell(metric.p_drop_adjusted, probability_text(metric.p_drop_adjusted)),
          html::number_cell(metric.p_gain_adjusted, probability_text(metric.p_gain_adjusted)), html::count_cell(metric.lost),
          html::count_cell(metric.gained), html::count_cell(metric.units)}});
  }
  return {"pairs", "Pairs", html::page_table(table)};
}

html::Section difference_section(const ComparisonRecord& record) {
  html::PageTable table = {"What differs between the runs",
                           {{"member"}, {"benchmark"}, {"in one run"}, {"in another"}, {"what it means", false, true}},
                           {}};
  for (const auto& check : record.differences)
    table.rows.push_back({{html::text_cell(check.name), html::text_cell(check.benchmark), html::text_cell(check.baseline),
                           html::text_cell(check.candidate), html::text_cell(check.message)}});
  return {"differences", table.label, html::page_table(table)};
}

/// The pairs' flips as samples of all runs: those of a pair that were not compared lack the sample.
std::vector<PageSample> flips_of(const ComparisonRecord& record) {
  std::vector<PageSample> samples;
  for (const auto& pair : record.pairs)
    for (auto& sample : html::samples_of(pair.flips)) {
      PageSample wide = {sample.benchmark, sample.profile, std::vector<SampleRecord>(record.runs.size()),
                         std::vector<SampleText>(record.runs.size())};
      for (const auto& [place, side] : {std::pair{pair.first, 0U}, std::pair{pair.second, 1U}})
        if (place < record.runs.size()) wide.records[place] = sample.records[side], wide.texts[place] = sample.texts[side];
      samples.push_back(std::move(wide));
    }
  return samples;
}

/// What was given, and the record's own where that is nothing.
PageContent filled(const ComparisonRecord& record, PageContent content) {
  if (content.runs.empty())
    for (const auto& run : record.runs) content.runs.push_back(run.name);
  if (content.samples.empty()) content.samples = flips_of(record);
  return content;
}

std::string page_of(const ComparisonRecord& record, const PageContent& content, const html::SampleData& data) {
  const std::vector<html::Section> sections = {run_section(record),
                                               metric_section(record),
                                               cost_section(record),
                                               pair_section(record),
                                               difference_section(record),
                                               html::sample_section(data),
                                               html::state_section(content.runs, content.results),
                                               html::time_section(content),
                                               html::manifest_section(content)};
  std::string title = "Assay comparison";
  for (std::size_t i = 0; i < record.runs.size(); ++i) title += fmt::format("{}{}", i == 0 ? ": " : ", ", record.runs[i].name);
  return html::page(title, "", sections, data);
}

}  // namespace

std::string comparison_html(const ComparisonRecord& record, const PageContent& given) {
  const PageContent content = filled(record, given);
  return page_of(record, content, html::sample_data(content));
}

PageFiles comparison_html_folder(const ComparisonRecord& record, const PageContent& given) {
  const PageContent content = filled(record, given);
  auto [list, parts] = html::parted_samples(content, "comparison.parts");
  return {page_of(record, content, list), std::move(parts)};
}

}  // namespace assay
