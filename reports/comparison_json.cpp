#include "reports/comparison_json.h"

#include "reports/gate_members.h"
#include "reports/record_json.h"

namespace assay {

template <MaybeConst<ComparedRun> T, typename Visit>
void visit_members(T& run, Visit&& visit) {
  visit("name", run.name);
  visit("path", run.path);
  visit("digest", run.digest);
  visit("seconds_per_sample", run.seconds_per_sample);
  visit("peak_memory_bytes", run.peak_memory_bytes);
}

template <MaybeConst<ComparedValue> T, typename Visit>
void visit_members(T& value, Visit&& visit) {
  visit("value", value.metric.value);
  visit("count", value.metric.count);
  visit("low", value.metric.interval.low);
  visit("high", value.metric.interval.high);
  visit("divides_by", value.metric.divides_by);
  visit("is_best", value.is_best);
}

template <MaybeConst<ComparedMetric> T, typename Visit>
void visit_members(T& metric, Visit&& visit) {
  visit("benchmark", metric.benchmark);
  visit("profile", metric.profile);
  visit("metric", metric.metric);
  visit("is_main", metric.is_main);
  visit("values", metric.values);
}

template <MaybeConst<ComparedPair> T, typename Visit>
void visit_members(T& pair, Visit&& visit) {
  visit("first", pair.first);
  visit("second", pair.second);
  visit("metric", pair.metric);
  visit("flips", pair.flips);
}

template <MaybeConst<ComparisonRecord> T, typename Visit>
void visit_members(T& record, Visit&& visit) {
  visit("runs", record.runs);
  visit("metrics", record.metrics);
  visit("pairs", record.pairs);
  visit("differences", record.differences);
}

std::string comparison_json(const ComparisonRecord& record) { return record_json::write(record, kComparisonSchema); }

ComparisonRecord parse_comparison_json(std::string_view text, std::string_view where) {
  ComparisonRecord record = record_json::read<ComparisonRecord>(text, where, kComparisonSchema);
  for (auto& metric : record.metrics)
    for (auto& value : metric.values) value.metric.name = metric.metric;
  return record;
}

}  // namespace assay
