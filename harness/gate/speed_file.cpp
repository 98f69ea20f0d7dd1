#include "harness/gate/speed_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "harness/base/error.h"
#include "harness/base/json.h"

namespace assay {
namespace {

constexpr const char* kWayOut = "write it with --benchmark_out=FILE --benchmark_out_format=json --benchmark_repetitions=9";

double seconds_in(const std::string& unit, std::string_view where) {
  if (unit == "ns") return 1e-9;
  if (unit == "us") return 1e-6;
  if (unit == "ms") return 1e-3;
  if (unit == "s") return 1;
  throw DataError(fmt::format("{}: \"time_unit\" must be ns, us, ms or s, got \"{}\"", where, unit));
}

/// The clock rate is left out: it is the one of that moment.
std::string machine_of(const json::Value& context) {
  std::string machine = fmt::format("{} processors", json::int_or(context, "num_cpus", 0));
  const auto* caches = json::find(context, "caches");
  if (caches == nullptr || !caches->IsArray()) return machine;
  for (const auto& cache : caches->GetArray())
    machine += fmt::format(", L{} {} {} kB", json::int_or(cache, "level", 0), json::string_or(cache, "type", "?"), json::int_or(cache, "size", 0) / 1024);
  return machine;
}

SpeedCase& case_named(const std::string& name, std::vector<SpeedCase>& cases) {
  const auto found = std::ranges::find(cases, name, &SpeedCase::name);
  return found != cases.end() ? *found : cases.emplace_back(SpeedCase{name, {}});
}

bool is_peak(std::string_view name) { return name.starts_with("peak/"); }

void add_counter(const json::Value& row, const char* name, double scale, std::vector<double>& values) {
  const auto* counter = json::find(row, name);
  if (counter != nullptr && counter->IsNumber()) values.push_back(counter->GetDouble() * scale);
}

void append(std::vector<double>& values, const std::vector<double>& more) { values.insert(values.end(), more.begin(), more.end()); }

void append_cases(std::vector<SpeedCase>& cases, const std::vector<SpeedCase>& more) {
  for (const auto& one : more) {
    auto& pooled = case_named(one.name, cases);
    append(pooled.seconds, one.seconds), append(pooled.flops, one.flops), append(pooled.bytes, one.bytes), append(pooled.shares, one.shares);
  }
}

}  // namespace

SpeedFile read_speed_file(const std::filesystem::path& path) {
  const std::string where = path.string();
  const auto document = json::parse_file(path);
  const auto* context = json::find(document, "context");
  const auto* rows = json::find(document, "benchmarks");
  if (context == nullptr || rows == nullptr || !rows->IsArray()) throw DataError(fmt::format("{}: not a file of Google Benchmark; {}", where, kWayOut));
  SpeedFile file{where, machine_of(*context), json::string_or(*context, "cpu", ""), {}};
  for (const auto& row : rows->GetArray()) {
    if (json::string_or(row, "run_type", "iteration") != "iteration") continue;  // means and deviations of the repetitions
    const auto name = json::string_or(row, "run_name", json::string_or(row, "name", ""));
    if (json::bool_or(row, "error_occurred", false))
      throw DataError(fmt::format("{}: {} failed: {}", where, name, json::string_or(row, "error_message", "no message")));
    const double seconds = json::double_or(row, "real_time", 0) * seconds_in(json::string_or(row, "time_unit", "ns"), where);
    if (!(seconds > 0 && std::isfinite(seconds))) throw DataError(fmt::format("{}: {}: \"real_time\" must be positive", where, name));
    auto& one = case_named(name, is_peak(name) ? file.peaks : file.cases);
    one.seconds.push_back(seconds);
    add_counter(row, "GFLOP/s", 1e9, one.flops);
    add_counter(row, "GB/s", 1e9, one.bytes);
    add_counter(row, "roofline_share", 1, one.shares);
  }
  if (file.cases.empty()) throw DataError(fmt::format("{}: no benchmark in it; {}", where, kWayOut));
  return file;
}

std::string machine_difference(const SpeedFile& one, const SpeedFile& other) {
  if (one.machine != other.machine) return fmt::format("{} against {}", one.machine, other.machine);
  if (!one.cpu.empty() && !other.cpu.empty() && one.cpu != other.cpu) return fmt::format("{} against {}", one.cpu, other.cpu);
  return "";
}

void add_repetitions(SpeedFile& file, const SpeedFile& more) {
  if (const auto difference = machine_difference(file, more); !difference.empty())
    throw DataError(fmt::format("{}: repetitions of two machines: {}", more.name, difference));
  append_cases(file.cases, more.cases);
  append_cases(file.peaks, more.peaks);
}

}  // namespace assay
