#include "reports/results_json.h"

#include <cmath>
#include <limits>

#include "harness/base/error.h"
#include "harness/base/json.h"

namespace assay {
namespace {

constexpr const char* kTimingSchema = "assay.timing/1";

using Allocator = json::Document::AllocatorType;

json::Value metric_value(const Metric& metric, Allocator& allocator) {
  json::Value value(rapidjson::kObjectType);
  value.AddMember("name", json::string_value(metric.name, allocator), allocator);
  value.AddMember("value", metric.value, allocator);
  value.AddMember("count", metric.count, allocator);
  value.AddMember("low", metric.interval.low, allocator);
  value.AddMember("high", metric.interval.high, allocator);
  value.AddMember("divides_by", json::string_value(metric.divides_by, allocator), allocator);
  return value;
}

json::Value result_value(const BenchmarkResult& result, Allocator& allocator) {
  json::Value value(rapidjson::kObjectType);
  value.AddMember("benchmark", json::string_value(result.benchmark, allocator), allocator);
  value.AddMember("split", json::string_value(result.split, allocator), allocator);
  value.AddMember("profile", json::string_value(result.profile, allocator), allocator);
  value.AddMember("samples", result.samples, allocator);
  json::Value states(rapidjson::kObjectType);
  for (const auto& [name, count] : result.states) states.AddMember(json::string_value(name, allocator), json::Value(count), allocator);
  value.AddMember("states", states, allocator);
  json::Value failed(rapidjson::kArrayType);
  for (const auto& id : result.failed_ids) failed.PushBack(json::string_value(id, allocator), allocator);
  value.AddMember("failed_ids", failed, allocator);
  value.AddMember("main_metric", json::string_value(result.main_metric, allocator), allocator);
  json::Value metrics(rapidjson::kArrayType);
  for (const auto& metric : result.metrics) metrics.PushBack(metric_value(metric, allocator), allocator);
  value.AddMember("metrics", metrics, allocator);
  return value;
}

double number_or_nan(const json::Value& object, std::string_view key, std::string_view where) {
  const auto& value = json::require(object, key, where);
  if (value.IsNull()) return std::numeric_limits<double>::quiet_NaN();
  if (!value.IsNumber()) throw DataError(fmt::format("{}: \"{}\" must be a number or null", where, key));
  return value.GetDouble();
}

Metric read_metric(const json::Value& value, std::string_view where) {
  Metric metric;
  metric.name = json::require_string(value, "name", where);
  metric.value = number_or_nan(value, "value", where);
  metric.count = json::require_int(value, "count", where);
  metric.interval = {number_or_nan(value, "low", where), number_or_nan(value, "high", where)};
  metric.divides_by = json::string_or(value, "divides_by", "");
  return metric;
}

BenchmarkResult read_result(const json::Value& value, std::string_view where) {
  BenchmarkResult result;
  result.benchmark = json::require_string(value, "benchmark", where);
  result.split = json::require_string(value, "split", where);
  result.profile = json::require_string(value, "profile", where);
  result.samples = json::require_int(value, "samples", where);
  const auto& states = json::require(value, "states", where);
  if (!states.IsObject()) throw DataError(fmt::format("{}: \"states\" must be an object", where));
  for (const auto& state : states.GetObject())
    result.states[std::string(json::text_of(state.name))] = json::require_int(states, json::text_of(state.name), where);
  if (const auto* failed = json::find(value, "failed_ids"); failed != nullptr && failed->IsArray())
    for (const auto& id : failed->GetArray())
      if (id.IsString()) result.failed_ids.emplace_back(json::text_of(id));
  result.main_metric = json::string_or(value, "main_metric", "");
  const auto& metrics = json::require_array(value, "metrics", where);
  for (rapidjson::SizeType i = 0; i < metrics.Size(); ++i)
    result.metrics.push_back(read_metric(metrics[i], fmt::format("{}.metrics[{}]", where, i)));
  return result;
}

/// The one list of timing.json's members.
template <typename Timing, typename Visitor>
void visit_timing(Timing& timing, Visitor&& member) {
  member("samples", timing.samples);
  member("distinct_pictures", timing.distinct_pictures);
  member("prompt_tokens", timing.prompt_tokens);
  member("reused_tokens", timing.reused_tokens);
  member("audited", timing.audited);
  member("new_tokens", timing.new_tokens);
  member("tiles", timing.tiles);
  member("image_decode_ms", timing.image_decode_ms);
  member("preprocess_ms", timing.preprocess_ms);
  member("encode_ms", timing.encode_ms);
  member("prefill_ms", timing.prefill_ms);
  member("decode_ms", timing.decode_ms);
  member("wall_ms", timing.wall_ms);
  member("samples_in_wall", timing.samples_in_wall);
  member("peak_memory_bytes", timing.peak_memory_bytes);
}

}  // namespace

std::string results_json(const RunRecord& record) {
  json::Document document;
  auto& allocator = document.GetAllocator();
  document.SetObject();
  document.AddMember("schema", json::string_value(kResultsSchema, allocator), allocator);
  if (!record.weights.empty()) document.AddMember("weights", json::string_value(record.weights, allocator), allocator);
  json::Value results(rapidjson::kArrayType);
  for (const auto& result : record.results) results.PushBack(result_value(result, allocator), allocator);
  document.AddMember("results", results, allocator);
  return json::dump_pretty(document) + "\n";
}

RunRecord parse_results(std::string_view text, std::string_view where) {
  const auto document = json::parse(text, where);
  const std::string schema = json::require_string(document, "schema", where);
  if (schema != kResultsSchema) throw DataError(fmt::format("{}: \"schema\" must be \"{}\", got \"{}\"", where, kResultsSchema, schema));
  RunRecord record;
  record.weights = json::string_or(document, "weights", "");
  const auto& results = json::require_array(document, "results", where);
  for (rapidjson::SizeType i = 0; i < results.Size(); ++i)
    record.results.push_back(read_result(results[i], fmt::format("{}: results[{}]", where, i)));
  return record;
}

std::string timing_json(const RunTiming& timing) {
  json::Document document;
  auto& allocator = document.GetAllocator();
  document.SetObject();
  document.AddMember("schema", rapidjson::StringRef(kTimingSchema), allocator);
  visit_timing(timing, [&](const char* name, auto value) { document.AddMember(rapidjson::StringRef(name), value, allocator); });
  return json::dump_pretty(document) + "\n";
}

RunTiming parse_timing(std::string_view text, std::string_view where) {
  const auto document = json::parse(text, where);
  RunTiming timing;
  visit_timing(timing, [&]<typename T>(const char* name, T& value) {
    value = static_cast<T>(json::double_or(document, name, static_cast<double>(json::int_or(document, name, 0))));
  });
  return timing;
}

}  // namespace assay
