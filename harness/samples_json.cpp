#include "harness/samples_json.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "harness/base/error.h"
#include "reports/results_json.h"

namespace assay {
namespace {

using Allocator = json::Document::AllocatorType;

/// A sample is a row of these.
constexpr std::array kColumns = {"id", "content_key", "cluster", "category", "state", "value", "answer", "reply_digest", "new_tokens", "prompt_tokens"};
constexpr std::size_t kRowHead = 3;  // unit, cluster, stratum; the values follow

json::Value number(double value) { return std::isnan(value) ? json::Value() : json::Value(value); }

json::Value sample_value(const SampleRecord& sample, Allocator& allocator) {
  json::Value row(rapidjson::kArrayType);
  const auto text = [&](std::string_view value) { row.PushBack(json::string_value(value, allocator), allocator); };
  text(sample.id), text(sample.content_key), text(sample.cluster), text(sample.category), text(name_of(sample.state));
  row.PushBack(number(sample.value), allocator);
  text(sample.answer), text(sample.reply_digest);
  row.PushBack(sample.new_tokens, allocator).PushBack(sample.prompt_tokens, allocator);
  return row;
}

json::Value basis_row_value(const BasisRow& basis_row, Allocator& allocator) {
  json::Value row(rapidjson::kArrayType);
  for (const auto* text : {&basis_row.unit, &basis_row.cluster, &basis_row.stratum}) row.PushBack(json::string_value(*text, allocator), allocator);
  for (const double x : basis_row.values) row.PushBack(x, allocator);
  return row;
}

/// A list of what `value_of` makes of each, in brackets.
template <typename Item>
void write_list(const std::vector<Item>& items, json::Value (*value_of)(const Item&, Allocator&), const TextSink& out) {
  out("[");
  Allocator allocator;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out(",");
    out(json::dump(value_of(items[i], allocator)));
    allocator.Clear();
  }
  out("]");
}

void write_basis(const MetricBasis& basis, const TextSink& out) {
  out(fmt::format(R"({{"name":{},"scale":{},"formula":{},"combination":{},"rows":)", json::dump_string(basis.name), json::dump(number(basis.scale)),
                  json::dump_string(name_of(basis.formula)), json::dump_string(name_of(basis.combination))));
  write_list(basis.rows, basis_row_value, out);
  out("}");
}

void write_benchmark(const ScoredBenchmark& benchmark, const TextSink& out) {
  out(fmt::format(R"({{"benchmark":{},"profile":{},"samples":)", json::dump_string(benchmark.result.benchmark), json::dump_string(benchmark.result.profile)));
  write_list(benchmark.samples, sample_value, out);
  out(R"(,"bases":[)");
  for (std::size_t i = 0; i < benchmark.bases.size(); ++i) {
    if (i > 0) out(",");
    write_basis(benchmark.bases[i], out);
  }
  out("]}");
}

std::string text_at(const json::Value& row, std::size_t column, std::string_view where) {
  const auto& value = row[static_cast<rapidjson::SizeType>(column)];
  if (!value.IsString()) throw DataError(fmt::format("{}: column {} must be a string", where, column));
  return std::string(json::text_of(value));
}

double number_at(const json::Value& row, std::size_t column, std::string_view where) {
  const auto& value = row[static_cast<rapidjson::SizeType>(column)];
  if (value.IsNull()) return std::numeric_limits<double>::quiet_NaN();
  if (!value.IsNumber()) throw DataError(fmt::format("{}: column {} must be a number or null", where, column));
  return value.GetDouble();
}

std::int64_t count_at(const json::Value& row, std::size_t column, std::string_view where) {
  const auto& value = row[static_cast<rapidjson::SizeType>(column)];
  if (!value.IsInt64()) throw DataError(fmt::format("{}: column {} must be a whole number", where, column));
  return value.GetInt64();
}

SampleState state_named(const std::string& name, std::string_view where) {
  for (const auto state : kSampleStates)
    if (name == name_of(state)) return state;
  throw DataError(fmt::format("{}: there is no state \"{}\"", where, name));
}

SampleRecord read_sample(const json::Value& row, std::string_view where) {
  if (!row.IsArray() || row.Size() != kColumns.size())
    throw DataError(fmt::format("{}: a sample must be a list of {}", where, fmt::join(kColumns, ", ")));
  SampleRecord sample;
  sample.id = text_at(row, 0, where), sample.content_key = text_at(row, 1, where);
  sample.cluster = text_at(row, 2, where), sample.category = text_at(row, 3, where);
  sample.state = state_named(text_at(row, 4, where), where);
  sample.value = number_at(row, 5, where);
  sample.answer = text_at(row, 6, where), sample.reply_digest = text_at(row, 7, where);
  sample.new_tokens = count_at(row, 8, where), sample.prompt_tokens = count_at(row, 9, where);
  return sample;
}

MetricBasis read_basis(const json::Value& value, const std::string& where) {
  MetricBasis basis;
  basis.name = json::require_string(value, "name", where);
  basis.scale = json::double_or(value, "scale", 1);
  basis.formula = formula_named(json::require_string(value, "formula", where));
  basis.combination = combination_named(json::require_string(value, "combination", where));
  const auto& rows = json::require_array(value, "rows", where);
  for (rapidjson::SizeType i = 0; i < rows.Size(); ++i) {
    const auto& row = rows[i];
    const std::string here = fmt::format("{}.rows[{}]", where, i);
    if (!row.IsArray() || row.Size() <= kRowHead) throw DataError(fmt::format("{}: must be a list of unit, cluster, stratum and values", here));
    BasisRow read{text_at(row, 0, here), text_at(row, 1, here), text_at(row, 2, here), {}};
    for (std::size_t c = kRowHead; c < row.Size(); ++c) read.values.push_back(number_at(row, c, here));
    basis.rows.push_back(std::move(read));
  }
  return basis;
}

/// "assay.samples/1" -> 1; 0 where there is no number behind the name.
int version_in(std::string_view schema, std::string_view expected) {
  const auto name = expected.substr(0, expected.rfind('/') + 1);
  if (!schema.starts_with(name)) return 0;
  int version = 0;
  for (const char c : schema.substr(name.size())) version = c >= '0' && c <= '9' && version < 1000 ? 10 * version + (c - '0') : 0;
  return version;
}

}  // namespace

void write_samples(const std::vector<ScoredBenchmark>& benchmarks, const TextSink& out) {
  RunRecord record;
  for (const auto& benchmark : benchmarks) record.results.push_back(benchmark.result);
  out(fmt::format(R"({{"schema":{},"results":{},"columns":["{}"],"benchmarks":[)", json::dump_string(kSamplesSchema), json::dump(json::parse(results_json(record), "results")),
                  fmt::join(kColumns, R"(",")")));
  for (std::size_t i = 0; i < benchmarks.size(); ++i) {
    if (i > 0) out(",");
    write_benchmark(benchmarks[i], out);
  }
  out("]}");
}

std::vector<ScoredBenchmark> read_samples(const json::Value& value, std::string_view where) {
  check_schema(value, kSamplesSchema, where);
  const auto record = parse_results(json::dump(json::require(value, "results", where)), fmt::format("{}: results", where));
  const auto& list = json::require_array(value, "benchmarks", where);
  if (list.Size() != record.results.size())
    throw DataError(fmt::format("{}: has results of {} benchmarks and samples of {}", where, record.results.size(), list.Size()));
  std::vector<ScoredBenchmark> benchmarks;
  for (rapidjson::SizeType i = 0; i < list.Size(); ++i) {
    const std::string here = fmt::format("{}: benchmarks[{}]", where, i);
    ScoredBenchmark benchmark;
    benchmark.result = record.results[i];
    const auto& samples = json::require_array(list[i], "samples", here);
    for (rapidjson::SizeType k = 0; k < samples.Size(); ++k) benchmark.samples.push_back(read_sample(samples[k], fmt::format("{}.samples[{}]", here, k)));
    const auto& bases = json::require_array(list[i], "bases", here);
    for (rapidjson::SizeType k = 0; k < bases.Size(); ++k) benchmark.bases.push_back(read_basis(bases[k], fmt::format("{}.bases[{}]", here, k)));
    benchmarks.push_back(std::move(benchmark));
  }
  return benchmarks;
}

void check_schema(const json::Value& object, std::string_view expected, std::string_view where) {
  const std::string schema = json::require_string(object, "schema", where);
  if (schema == expected) return;
  if (version_in(schema, expected) > version_in(expected, expected))
    throw DataError(fmt::format("{}: was written by a newer Assay (\"{}\", this one reads \"{}\"); update Assay, or write it again with this one", where,
                                schema, expected));
  throw DataError(fmt::format("{}: \"schema\" must be \"{}\", got \"{}\"", where, expected, schema));
}

}  // namespace assay
