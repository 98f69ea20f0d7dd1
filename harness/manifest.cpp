#include "harness/manifest.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/clock.h"
#include "harness/hardware.h"
#include "harness/journal.h"
#include "harness/plugins.h"
#include "harness/run_folder.h"
#include "harness/version.h"

namespace assay {
namespace {

constexpr std::string_view kSchema = "assay.manifest/1";
constexpr std::size_t kShownDifferences = 8;

std::string json_texts(const std::vector<std::string>& texts) {
  std::vector<std::string> quoted;
  for (const auto& text : texts) quoted.push_back(json::dump_string(text));
  return fmt::format("[{}]", fmt::join(quoted, ","));
}

void add_config(Manifest& manifest, const RunConfig& config) {
  for (auto& [field, json] : field_texts(config))
    (field.effect == Effect::kFixed ? manifest.fixed : manifest.noted).push_back({std::string(field.name), std::move(json)});
}

void add_model(Manifest& manifest, const ModelCard& card, const std::string& weights_digest) {
  manifest.fixed.push_back({"model.family", json::dump_string(card.family)});
  manifest.fixed.push_back({"model.dtype", json::dump_string(card.dtype)});
  if (!card.weights.empty()) manifest.fixed.push_back({"model.weights", json::dump_string(card.weights)});  // else absent, as in manifests from before there was a choice
  manifest.fixed.push_back({"model.chat_template", json::dump_string(card.chat_template)});
  manifest.fixed.push_back({"model.system_text", json::dump_string(card.system_text)});
  manifest.fixed.push_back({"model.weights_digest", json::dump_string(weights_digest)});
  manifest.fixed.push_back({"model.settings_digest", json::dump_string(card.settings_digest)});
  manifest.fixed.push_back({"model.pipeline_digest", json::dump_string(card.pipeline_digest)});
  if (card.endpoint) {
    manifest.fixed.push_back({"endpoint.model", json::dump_string(card.endpoint->model)});
    manifest.fixed.push_back({"endpoint.pictures", json::dump_string(card.endpoint->pictures)});
    manifest.noted.push_back({"endpoint.url", json::dump_string(card.endpoint->url)});
  }
  manifest.noted.push_back({"model.name", json::dump_string(card.name)});
  manifest.noted.push_back({"model.parameter_count", fmt::format("{}", card.parameter_count)});
  manifest.noted.push_back({"model.engine", json::dump_string(card.engine)});
}

void add_benchmark(Manifest& manifest, const PlannedBenchmark& planned) {
  const std::string name = planned.benchmark->name();
  std::vector<std::string> paths;
  for (const auto& path : planned.source->paths()) paths.push_back(path.string());
  manifest.fixed.push_back({name + ".data_digest", json::dump_string(planned.source->digest())});
  if (const auto digest = planned.benchmark->definition_digest(); !digest.empty()) manifest.fixed.push_back({name + ".definition_digest", json::dump_string(digest)});
  if (const auto digest = plugin_digest_of(name); !digest.empty()) manifest.fixed.push_back({name + ".plugin_digest", json::dump_string(digest)});
  manifest.fixed.push_back({name + ".prompt_profile", json::dump_string(planned.prompt_profile)});
  manifest.fixed.push_back({name + ".scoring_profiles", json_texts(planned.scoring_profiles)});
  if (planned.listed)
    manifest.fixed.push_back({name + ".listed_samples", fmt::format("{{\"count\":{},\"digest\":\"{}\"}}", planned.listed->count, planned.listed->digest)});
  manifest.noted.push_back({name + ".data_paths", json_texts(paths)});
  manifest.noted.push_back({name + ".samples", fmt::format("{}", planned.samples.size())});
  manifest.noted.push_back({name + ".distinct_pictures", fmt::format("{}", planned.distinct_pictures)});
}

void add_surroundings(Manifest& manifest) {
  const Hardware hardware = this_hardware();
  manifest.noted.push_back({"hardware.cpu", json::dump_string(hardware.cpu)});
  manifest.noted.push_back({"hardware.cores", fmt::format("{}", hardware.cores)});
  manifest.noted.push_back({"hardware.memory_bytes", fmt::format("{}", hardware.memory_bytes)});
  manifest.noted.push_back({"host", json::dump_string(host_name())});
  manifest.noted.push_back({"compiler", json::dump_string("g++ " __VERSION__)});
  manifest.noted.push_back({"started", json::dump_string(now_utc())});
}

std::string members_text(const std::vector<ManifestEntry>& entries) {
  std::string text;
  for (const auto& entry : entries)
    text += fmt::format("{}    {}: {}", text.empty() ? "" : ",\n", json::dump_string(entry.name), entry.json);
  return text;
}

std::string to_json(const Manifest& manifest) {
  return fmt::format("{{\n  \"schema\": \"{}\",\n  \"fixed\": {{\n{}\n  }},\n  \"noted\": {{\n{}\n  }}\n}}\n", kSchema,
                     members_text(manifest.fixed), members_text(manifest.noted));
}

/// Numbers, lists and texts are compared as JSON writes them, whoever wrote them first.
std::string normal(const std::string& value) { return json::dump(json::parse(value, "manifest")); }

void compare(const std::filesystem::path& run, const Manifest& old, const Manifest& now) {
  std::map<std::string, std::string> before, after;
  for (const auto& entry : old.fixed) before[entry.name] = entry.json;
  for (const auto& entry : now.fixed) after[entry.name] = normal(entry.json);
  std::vector<std::string> differences;
  for (const auto& [name, value] : after) {
    const auto found = before.find(name);
    if (found == before.end()) differences.push_back(fmt::format("\"{}\" was not there, is now {}", name, value));
    else if (found->second != value) differences.push_back(fmt::format("\"{}\" was {}, is now {}", name, found->second, value));
  }
  for (const auto& [name, value] : before)
    if (!after.contains(name)) differences.push_back(fmt::format("\"{}\" was {}, is now gone", name, value));
  if (differences.empty()) return;
  const auto count = differences.size();
  if (count > kShownDifferences) {
    differences.resize(kShownDifferences);
    differences.push_back(fmt::format("and {} more", count - kShownDifferences));
  }
  throw ConfigError(fmt::format("{}: this folder holds another run; choose another one with --out, or ask as before:\n  - {}",
                                run.string(), fmt::join(differences, "\n  - ")));
}

}  // namespace

Manifest make_manifest(const RunConfig& config, const Plan& plan, const ModelCard& card, const std::string& weights_digest) {
  Manifest manifest;
  manifest.fixed.push_back({"assay", json::dump_string(version())});
  add_config(manifest, config);
  add_model(manifest, card, weights_digest);
  for (const auto& planned : plan.benchmarks) add_benchmark(manifest, planned);
  add_surroundings(manifest);
  return manifest;
}

void write_or_compare(const std::filesystem::path& run, const Manifest& manifest) {
  if (std::filesystem::exists(manifest_path(run))) {
    compare(run, read_manifest(run), manifest);
    return;
  }
  if (!JournalFiles(run).empty())
    throw DataError(fmt::format("{}: the folder has journals but no manifest.json, so nobody can tell what was asked; choose another "
                                "folder with --out, or put the manifest back", run.string()));
  write_file_atomically(manifest_path(run), to_json(manifest));
}

std::vector<ManifestEntry> read_members(const json::Value& document, std::string_view key, std::string_view where) {
  const auto& object = json::require(document, key, where);
  if (!object.IsObject()) throw DataError(fmt::format("{}: \"{}\" must be an object", where, key));
  std::vector<ManifestEntry> entries;
  for (const auto& member : object.GetObject()) entries.push_back({std::string(json::text_of(member.name)), json::dump(member.value)});
  return entries;
}

Manifest read_manifest(const std::filesystem::path& run) {
  const auto path = manifest_path(run);
  if (!std::filesystem::exists(path)) throw DataError(fmt::format("{}: no run folder: it has no manifest.json", run.string()));
  try {
    const auto document = json::parse_file(path);
    const std::string schema = json::require_string(document, "schema", path.string());
    if (schema != kSchema) throw DataError(fmt::format("{}: \"schema\" must be \"{}\", got \"{}\"", path.string(), kSchema, schema));
    return {read_members(document, "fixed", path.string()), read_members(document, "noted", path.string())};
  } catch (DataError& error) {
    throw DataError(fmt::format("{}; the manifest is damaged: put it back from a copy, or start over in another folder with --out",
                                error.what()));
  }
}

RunConfig config_of(const Manifest& manifest, const std::filesystem::path& run) {
  RawValues values;
  const RunConfig defaults;
  for (const auto& [field, unused] : field_texts(defaults)) {
    const std::string text = value_of(manifest, field.name);
    if (text.empty() || text == "null") continue;
    const auto value = json::parse(text, "manifest");
    RawValue raw{{}, fmt::format("{}: \"{}\"", manifest_path(run).string(), field.name)};
    if (value.IsString()) raw.texts.emplace_back(json::text_of(value));
    else if (!value.IsArray()) raw.texts.push_back(text);
    else
      for (const auto& item : value.GetArray()) raw.texts.emplace_back(item.IsString() ? json::text_of(item) : "");
    values[std::string(field.name)] = std::move(raw);
  }
  // The run's own copy: the file it was made from may have moved, and its path may be meant from another folder.
  if (const auto samples = values.find("samples"); samples != values.end() && samples->second.texts != std::vector<std::string>{""})
    samples->second.texts = {sample_list_path(run).string()};
  // A plugin that has moved may lie in the run's folder.
  if (const auto plugins = values.find("plugin"); plugins != values.end()) {
    for (auto& plugin : plugins->second.texts) {
      const auto kept = run / std::filesystem::path(plugin).filename();
      if (!std::filesystem::exists(plugin) && std::filesystem::exists(kept)) plugin = kept.string();
    }
  }
  Problems problems;
  RunConfig config = make_config({}, values, problems);
  throw_if_any(problems);
  return config;
}

std::string value_of(const Manifest& manifest, std::string_view name) {
  for (const auto* entries : {&manifest.fixed, &manifest.noted})
    for (const auto& entry : *entries)
      if (entry.name == name) return entry.json;
  return "";
}

}  // namespace assay
