#include "reports/text_reports.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/escaping.h"
#include "reports/number_text.h"
#include "reports/stage_times.h"
#include "reports/text_table.h"

namespace assay {
namespace {

constexpr std::size_t kShownFailures = 10;

std::string metric_interval(const Metric& metric) { return std::isnan(metric.value) ? "none" : interval_text(metric.interval); }

Row row_of(const Metric& metric, bool is_main) {
  return {is_main ? metric.name + " *" : metric.name, number_text(metric.value), metric_interval(metric),
          fmt::format("{} {}", metric.count, metric.divides_by)};
}

Table empty_table() { return {{{"metric"}, {"value", true}, {"95 % interval", true}, {"divides by"}}, {}}; }

Table table_of(const BenchmarkResult& result) {
  Table table = empty_table();
  for (const auto& metric : result.metrics) table.rows.push_back(row_of(metric, metric.name == result.main_metric));
  return table;
}

/// "480 scored, 18 truncated, 2 error"; states that nothing fell into are left out.
std::string states_text(const BenchmarkResult& result) {
  std::string text;
  for (const auto& [name, count] : result.states)
    if (count > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, name);
  return text.empty() ? "none" : text;
}

std::string failures_text(const BenchmarkResult& result) {
  std::string text;
  const auto shown = std::min(result.failed_ids.size(), kShownFailures);
  for (std::size_t i = 0; i < shown; ++i) text += fmt::format("{}{}", i == 0 ? "" : ", ", result.failed_ids[i]);
  if (result.failed_ids.size() > shown) text += fmt::format(" and {} more", result.failed_ids.size() - shown);
  return text;
}

}  // namespace

std::string weights_text(const RunRecord& record) {
  return record.weights.empty() ? "" : fmt::format("The language model ran with {} weights (--weights {}).", record.weights, record.weights);
}

std::string console_report(const RunRecord& record) {
  std::string text;
  for (const auto& result : record.results) {
    const std::string title = fmt::format("{} (split {}, scored as {}): {} samples: {}", result.benchmark, result.split,
                                          result.profile, result.samples, states_text(result));
    text += fmt::format("{}{}\n", text.empty() ? "" : "\n", console_escaped(title));
    text += console_table(table_of(result));
    if (!result.failed_ids.empty()) text += fmt::format("  failed: {}\n", console_escaped(failures_text(result)));
  }
  if (!record.weights.empty()) text.insert(0, console_escaped(weights_text(record)) + "\n");
  return text;
}

std::string markdown_report(const RunRecord& record) {
  std::string text = "# Results\n";
  if (!record.weights.empty()) text += fmt::format("\n{}\n", markdown_escaped(weights_text(record)));
  for (const auto& result : record.results) {
    text += fmt::format("\n## {}\n\nSplit {}, scored as {}. {} samples: {}. The main metric is marked with \\*.\n\n",
                        markdown_escaped(result.benchmark), markdown_escaped(result.split), markdown_escaped(result.profile),
                        result.samples, states_text(result));
    text += markdown_table(table_of(result));
    if (!result.failed_ids.empty()) text += fmt::format("\nFailed: {}\n", markdown_escaped(failures_text(result)));
  }
  return text;
}

std::string console_summary(const RunRecord& record) {
  if (record.results.size() < 2) return "";
  Table table = empty_table();
  for (const auto& result : record.results) {
    for (const auto& metric : result.metrics) {
      if (metric.name != result.main_metric) continue;
      table.rows.push_back(row_of(metric, false));
      table.rows.back()[0] = fmt::format("{} {} ({})", result.benchmark, metric.name, result.profile);
    }
  }
  return console_table(table);
}

std::string console_timing(const RunTiming& timing) {
  const double total = total_ms(timing);
  std::string text = fmt::format("{} samples on {} distinct pictures: {} tiles, {} prompt tokens ({} reused), {} new tokens\n", timing.samples,
                                 timing.distinct_pictures, timing.tiles, timing.prompt_tokens, timing.reused_tokens, timing.new_tokens);
  if (timing.audited > 0) text += fmt::format("audit: {} samples run again by themselves, all with the same logits and replies\n", timing.audited);
  if (total > 0) {
    text += "time:";
    for (const auto& [name, ms] : stage_times(timing))
      text += fmt::format(" {} {:.1f} s ({:.0f} %),", name, ms / 1000, 100 * ms / total);
    text.back() = '\n';
  }
  if (timing.samples_in_wall > 0)
    text += fmt::format("this start: {} samples in {:.1f} s, {:.2f}/s\n", timing.samples_in_wall, timing.wall_ms / 1000,
                        1000.0 * static_cast<double>(timing.samples_in_wall) / std::max(timing.wall_ms, 1e-3));
  if (timing.peak_memory_bytes > 0) text += fmt::format("peak memory: {}\n", bytes_text(static_cast<double>(timing.peak_memory_bytes)));
  return text;
}

}  // namespace assay
