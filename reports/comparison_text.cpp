#include "reports/comparison_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/gate_text.h"
#include "reports/number_text.h"

namespace assay {
namespace {

std::string value_cell(const ComparedValue& value) {
  if (!has_value(value)) return "-";
  return fmt::format("{} {}{}", number_text(value.metric.value), interval_text(value.metric.interval),
                     value.is_best ? " best" : "");
}

}  // namespace

std::string compared_title(const ComparedMetric& metric) {
  return benchmark_title(fmt::format("{} {}", metric.benchmark, metric.metric), metric.profile) + (metric.is_main ? " *" : "");
}

std::string run_name(const ComparisonRecord& record, std::size_t place) {
  return place < record.runs.size() ? record.runs[place].name : "?";
}

std::string pair_title(const ComparisonRecord& record, const ComparedPair& pair) {
  return fmt::format("{} less {}", run_name(record, pair.second), run_name(record, pair.first));
}

bool has_value(const ComparedValue& value) { return value.metric.count > 0 && !std::isnan(value.metric.value); }

Table compared_table(const ComparisonRecord& record) {
  Table table = {{{"metric"}}, {}};
  for (const auto& run : record.runs) table.columns.push_back({run.name, true});
  for (const auto& metric : record.metrics) {
    Row row = {compared_title(metric)};
    for (std::size_t i = 0; i < record.runs.size(); ++i)
      row.push_back(i < metric.values.size() ? value_cell(metric.values[i]) : "-");
    table.rows.push_back(std::move(row));
  }
  return table;
}

Table compared_runs_table(const ComparisonRecord& record) {
  Table table = {{{"run"}, {"seconds a sample", true}, {"peak memory", true}, {"digest"}}, {}};
  for (const auto& run : record.runs)
    table.rows.push_back({run.name, run.seconds_per_sample < 0 ? "none" : number_text(run.seconds_per_sample),
                          bytes_text(run.peak_memory_bytes), run.digest});
  return table;
}

Table pairs_table(const ComparisonRecord& record) {
  Table table = {{{"pair"},
                  {"metric"},
                  {"difference", true},
                  {"interval", true},
                  {"p, lower", true},
                  {"p, higher", true},
                  {"lost", true},
                  {"gained", true},
                  {"n", true}},
                 {}};
  for (const auto& pair : record.pairs)
    table.rows.push_back({pair_title(record, pair), metric_title(pair.metric), signed_text(pair.metric.difference),
                          interval_text(pair.metric.interval), probability_text(pair.metric.p_drop_adjusted),
                          probability_text(pair.metric.p_gain_adjusted), fmt::format("{}", pair.metric.lost),
                          fmt::format("{}", pair.metric.gained), fmt::format("{}", pair.metric.units)});
  return table;
}

}  // namespace assay
