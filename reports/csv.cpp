#include "reports/csv.h"

#include <fmt/format.h>

#include <vector>

#include "reports/comparison_text.h"
#include "reports/escaping.h"
#include "reports/number_text.h"

namespace assay {
namespace {

/// One line of cells that are numbers of ours or went through csv_cell.
std::string line_of(const std::vector<std::string>& cells) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) line += (i == 0 ? "" : ",") + cells[i];
  return line + "\r\n";
}

std::string whole(std::int64_t number) { return fmt::format("{}", number); }
std::string truth(bool is_true) { return is_true ? "1" : "0"; }
/// A number for which anything below zero means that it is not known.
std::string known(double value) { return value < 0 ? "" : exact_text(value); }

}  // namespace

std::string run_csv(const RunRecord& record) {
  std::string text = line_of({"benchmark", "split", "profile", "metric", "is_main", "value", "low", "high", "count", "divides_by"});
  for (const auto& result : record.results)
    for (const auto& metric : result.metrics)
      text += line_of({csv_cell(result.benchmark), csv_cell(result.split), csv_cell(result.profile), csv_cell(metric.name),
                       truth(metric.name == result.main_metric), exact_text(metric.value), exact_text(metric.interval.low),
                       exact_text(metric.interval.high), whole(metric.count), csv_cell(metric.divides_by)});
  return text;
}

std::string gate_csv(const GateRecord& record) {
  std::string text = line_of({"benchmark",
                              "profile",
                              "metric",
                              "is_gated",
                              "verdict",
                              "baseline",
                              "candidate",
                              "difference",
                              "low",
                              "high",
                              "confidence",
                              "margin",
                              "p_drop",
                              "p_drop_adjusted",
                              "p_non_inferior",
                              "p_gain",
                              "p_gain_adjusted",
                              "detectable_drop",
                              "samples_needed",
                              "test",
                              "units",
                              "clusters",
                              "lost",
                              "gained",
                              "note"});
  for (const auto& metric : record.metrics)
    text += line_of({csv_cell(metric.benchmark),
                     csv_cell(metric.profile),
                     csv_cell(metric.metric),
                     truth(metric.is_gated),
                     name_of(metric.verdict),
                     exact_text(metric.baseline),
                     exact_text(metric.candidate),
                     exact_text(metric.difference),
                     exact_text(metric.interval.low),
                     exact_text(metric.interval.high),
                     exact_text(metric.confidence),
                     exact_text(metric.margin),
                     exact_text(metric.p_drop),
                     exact_text(metric.p_drop_adjusted),
                     exact_text(metric.p_non_inferior),
                     exact_text(metric.p_gain),
                     exact_text(metric.p_gain_adjusted),
                     exact_text(metric.detectable_drop),
                     exact_text(metric.samples_needed),
                     csv_cell(metric.test),
                     whole(metric.units),
                     whole(metric.clusters),
                     whole(metric.lost),
                     whole(metric.gained),
                     csv_cell(metric.note)});
  return text;
}

std::string comparison_csv(const ComparisonRecord& record) {
  std::string text = line_of({"run", "benchmark", "profile", "metric", "is_main", "is_best", "value", "low", "high", "count",
                              "divides_by", "seconds_per_sample", "peak_memory_bytes"});
  for (const auto& metric : record.metrics)
    for (std::size_t i = 0; i < metric.values.size() && i < record.runs.size(); ++i) {
      const auto& [value, is_best] = metric.values[i];
      if (!has_value(metric.values[i])) continue;
      text += line_of({csv_cell(record.runs[i].name), csv_cell(metric.benchmark), csv_cell(metric.profile), csv_cell(metric.metric),
                       truth(metric.is_main), truth(is_best), exact_text(value.value), exact_text(value.interval.low),
                       exact_text(value.interval.high), whole(value.count), csv_cell(value.divides_by),
                       known(record.runs[i].seconds_per_sample), known(record.runs[i].peak_memory_bytes)});
    }
  return text;
}

}  // namespace assay
