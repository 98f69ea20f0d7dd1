#include "harness/cli/rerun_advice.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/cli/command_line.h"
#include "harness/manifest.h"
#include "remote/endpoint.h"

namespace assay {
namespace {

bool is_open(Verdict verdict) { return verdict == Verdict::kSuspect || verdict == Verdict::kInconclusive; }

/// Benchmarks with something that could not be settled, in the record's order.
std::vector<std::string> open_benchmarks(const GateRecord& record) {
  std::vector<std::string> names;
  const auto take = [&names](const std::string& name) {
    if (!name.empty() && std::ranges::find(names, name) == names.end()) names.push_back(name);
  };
  for (const auto& metric : record.metrics)
    if (metric.is_gated && is_open(metric.verdict)) take(metric.benchmark);
  for (const auto& check : record.checks)
    if (check.verdict == Verdict::kSuspect) take(check.benchmark);  // an open check is about labels, which no rerun brings
  return names;
}

/// Options that a rerun has of its own, or that are of one start alone.
bool is_left_out(std::string_view name) {
  static const std::set<std::string_view> kOwn = {"bench", "seed", "out", "repeat", "retry-failed", "format"};
  return kOwn.contains(name);
}

void add_option(std::vector<std::string>& words, const FieldText& option) {
  const auto value = json::parse(option.json, "option");
  const std::string name = fmt::format("--{}", option.field.name);
  const auto text = [](const json::Value& one) { return one.IsString() ? std::string(json::text_of(one)) : json::dump(one); };
  if (value.IsBool()) {
    words.push_back(name);
  } else if (!value.IsArray()) {
    words.insert(words.end(), {name, text(value)});
  } else if (option.field.splits_at_commas) {
    std::vector<std::string> items;
    for (const auto& item : value.GetArray()) items.push_back(text(item));
    words.insert(words.end(), {name, fmt::format("{}", fmt::join(items, ","))});
  } else {
    for (const auto& item : value.GetArray()) words.insert(words.end(), {name, text(item)});
  }
}

/// `assay run` with every option of the candidate that is not the default.
std::vector<std::string> run_command(const RunConfig& config, const std::vector<std::string>& benchmarks, std::uint64_t seed, const std::string& out) {
  std::map<std::string_view, std::string> defaults;
  for (const auto& option : field_texts(RunConfig{})) defaults[option.field.name] = option.json;
  std::vector<std::string> words = {"assay", "run"};
  for (const auto& option : field_texts(config))
    if (!is_left_out(option.field.name) && option.json != defaults[option.field.name] && option.json != "null") add_option(words, option);
  words.insert(words.end(), {"--bench", fmt::format("{}", fmt::join(benchmarks, ",")), "--seed", fmt::format("{}", seed), "--out", out});
  return words;
}

}  // namespace

std::string rerun_advice(const GateRecord& record, const ScoredRun& candidate, const std::vector<std::string>& gate_command, std::size_t reruns) {
  const auto benchmarks = open_benchmarks(record);
  if (!is_open(record.verdict) || benchmarks.empty()) return "";
  const std::string names = fmt::format("{}", fmt::join(benchmarks, ", "));
  if (candidate.manifest.fixed.empty())
    return fmt::format("to settle {}: ask all of it again with another seed, in the way that made {}, and add --rerun FILE", names, candidate.name);
  const RunConfig config = config_of(candidate.manifest, candidate.name);
  if (config.decoding.temperature == 0 && !names_endpoint(config.model.path))
    return fmt::format("asking {} again would tell nothing new, for the model repeats itself at temperature 0; take more samples (`assay plan`), or a wider margin",
                       names);
  const std::uint64_t seed = config.decoding.seed + reruns + 1;
  const std::string out = fmt::format("{}-seed-{}", candidate.name, seed);
  std::vector<std::string> gate = gate_command;
  gate.insert(gate.end(), {"--rerun", out});
  return fmt::format("to settle {}, ask all of it again with another seed, and gate the mean of the runs:\n  {}\n  {}", names,
                     command_text(run_command(config, benchmarks, seed, out)), command_text(gate));
}

}  // namespace assay
