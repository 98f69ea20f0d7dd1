#include "harness/scored_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "harness/base/digest.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/gzip.h"
#include "harness/run_folder.h"
#include "harness/samples_json.h"
#include "reports/results_json.h"

namespace assay {
namespace {

constexpr const char* kBaselineSchema = "assay.baseline/1";

using Allocator = json::Document::AllocatorType;

json::Value entries_value(const std::vector<ManifestEntry>& entries, Allocator& allocator) {
  json::Value value(rapidjson::kObjectType);
  for (const auto& entry : entries) {
    const auto parsed = json::parse(entry.json, "manifest");
    value.AddMember(json::string_value(entry.name, allocator), json::Value(parsed, allocator), allocator);
  }
  return value;
}

json::Value repeats_value(const std::vector<Repeat>& repeats, Allocator& allocator) {
  json::Value list(rapidjson::kArrayType);
  for (const auto& repeat : repeats) {
    json::Value value(rapidjson::kObjectType);
    value.AddMember("benchmark", json::string_value(repeat.benchmark, allocator), allocator);
    value.AddMember("profile", json::string_value(repeat.profile, allocator), allocator);
    value.AddMember("samples", repeat.samples, allocator);
    value.AddMember("changed_replies", repeat.changed_replies, allocator);
    value.AddMember("changed_scores", repeat.changed_scores, allocator);
    list.PushBack(value, allocator);
  }
  return list;
}

std::vector<Repeat> read_repeats(const json::Value& list, const std::string& where) {
  std::vector<Repeat> repeats;
  for (rapidjson::SizeType i = 0; i < list.Size(); ++i) {
    const std::string here = fmt::format("{}: repeats[{}]", where, i);
    repeats.push_back({json::require_string(list[i], "benchmark", here), json::require_string(list[i], "profile", here),
                       json::require_int(list[i], "samples", here), json::require_int(list[i], "changed_replies", here),
                       json::require_int(list[i], "changed_scores", here)});
  }
  return repeats;
}

/// What the digest is over: all but who saved it and when.
void write_content(const ScoredRun& run, const TextSink& out) {
  json::Document document;
  auto& allocator = document.GetAllocator();
  out(fmt::format(R"({{"manifest":{{"fixed":{},"noted":{}}},"repeats":{},"scored":)", json::dump(entries_value(run.manifest.fixed, allocator)),
                  json::dump(entries_value(run.manifest.noted, allocator)), json::dump(repeats_value(run.repeats, allocator))));
  write_samples(run.benchmarks, out);
  out("}");
}

std::string digest_of_content(const ScoredRun& run) {
  Digest digest;
  write_content(run, [&](std::string_view piece) { digest.add(piece); });
  return digest.hex();
}

ScoredRun read_baseline(std::string_view bytes, const std::string& where) {
  const auto document = json::parse(gunzip(bytes, where), where);
  if (const auto* schema = json::find(document, "schema"); schema != nullptr && schema->IsString() && json::text_of(*schema) == kSamplesSchema)
    return {where, {}, {}, read_samples(document, where), {}, {}};
  check_schema(document, kBaselineSchema, where);
  const auto& content = json::require(document, "content", where);
  const auto& manifest = json::require(content, "manifest", where);
  ScoredRun run{where, json::require_string(document, "digest", where), {read_members(manifest, "fixed", where), read_members(manifest, "noted", where)},
                read_samples(json::require(content, "scored", where), where), read_repeats(json::require_array(content, "repeats", where), where), {}};
  const auto& saved = json::require(document, "saved", where);
  run.saved = {json::string_or(saved, "from", ""), json::string_or(saved, "by", ""), json::string_or(saved, "why", ""), json::string_or(saved, "at", "")};
  if (const auto now = digest_of(json::dump(content)); now != run.digest)
    throw DataError(fmt::format("{}: is damaged: its digest must be {}, its content has {}; put it back from a copy", where, run.digest, now));
  return run;
}

ScoredRun read_run_folder(const std::filesystem::path& path) {
  const auto samples = samples_path(path);
  Manifest manifest = read_manifest(path);
  if (!std::filesystem::exists(samples))
    throw ModelError(fmt::format("{}: the run has not ended: it has no {}; let `assay run` go on to its end", path.string(), samples.filename().string()));
  ScoredRun run{path.string(), {}, std::move(manifest), parse_samples_file(read_file(samples), samples.string()), {}, {}};
  for (int k = 2; std::filesystem::exists(samples_path(repeat_path(path, k))); ++k) {
    const auto again = samples_path(repeat_path(path, k));
    add_repeats(run.repeats, repeats_of(run, {again.string(), {}, {}, parse_samples_file(read_file(again), again.string()), {}, {}}));
  }
  run.digest = digest_of_content(run);
  return run;
}

}  // namespace

std::string samples_file(const std::vector<ScoredBenchmark>& benchmarks) {
  Gzip file;
  write_samples(benchmarks, [&](std::string_view piece) { file.add(piece); });
  file.add("\n");
  return file.finish();
}

std::vector<ScoredBenchmark> parse_samples_file(std::string_view bytes, std::string_view where) {
  return read_samples(json::parse(gunzip(bytes, where), where), where);
}

std::string baseline_file(const ScoredRun& run) {
  json::Document document;
  auto& allocator = document.GetAllocator();
  json::Value saved(rapidjson::kObjectType);
  for (const auto& [name, text] : {std::pair{"from", &run.saved.from}, {"by", &run.saved.by}, {"why", &run.saved.why}, {"at", &run.saved.at}})
    saved.AddMember(rapidjson::StringRef(name), json::string_value(*text, allocator), allocator);
  Gzip file;
  file.add(fmt::format(R"({{"schema":"{}","digest":"{}","saved":{},"content":)", kBaselineSchema, digest_of_content(run), json::dump(saved)));
  write_content(run, [&](std::string_view piece) { file.add(piece); });
  file.add("}\n");
  return file.finish();
}

ScoredRun read_scored_run(const std::filesystem::path& path) {
  if (std::filesystem::is_directory(path)) return read_run_folder(path);
  if (!std::filesystem::exists(path))
    throw DataError(fmt::format("{}: there is no such run folder or baseline; `assay run` makes the one, `assay baseline save` the other", path.string()));
  try {
    ScoredRun run = read_baseline(read_file(path), path.string());
    if (run.digest.empty()) run.digest = digest_of_content(run);
    return run;
  } catch (DataError& error) {
    throw DataError(fmt::format("{}; expected a run folder, or a file of `assay baseline save` or `assay score --save`", error.what()));
  }
}

const ScoredBenchmark* find_benchmark(const ScoredRun& run, std::string_view benchmark, std::string_view profile) {
  const auto found = std::ranges::find_if(run.benchmarks, [&](const ScoredBenchmark& one) { return one.result.benchmark == benchmark && one.result.profile == profile; });
  return found == run.benchmarks.end() ? nullptr : &*found;
}

std::map<std::string_view, const SampleRecord*> samples_by_id(const ScoredBenchmark& benchmark) {
  std::map<std::string_view, const SampleRecord*> samples;
  for (const auto& sample : benchmark.samples) samples[sample.id] = &sample;
  return samples;
}

std::optional<RunTiming> timing_of(const ScoredRun& run) {
  const auto path = timing_path(run.name);
  if (!std::filesystem::is_directory(run.name) || !std::filesystem::exists(path)) return std::nullopt;
  return parse_timing(read_file(path), path.string());
}

Repeat changes_between(const ScoredBenchmark& first, const ScoredBenchmark& second) {
  const auto by_id = samples_by_id(second);
  Repeat changes{first.result.benchmark, first.result.profile, 0, 0, 0};
  for (const auto& sample : first.samples) {
    const auto found = by_id.find(sample.id);
    if (found == by_id.end()) continue;
    ++changes.samples;
    changes.changed_replies += found->second->reply_digest != sample.reply_digest ? 1 : 0;
    changes.changed_scores += has_flipped(sample, *found->second) ? 1 : 0;
  }
  return changes;
}

bool has_flipped(const SampleRecord& first, const SampleRecord& second) {
  const bool both_lack_one = std::isnan(first.value) && std::isnan(second.value);
  return first.value != second.value && !both_lack_one;
}

void add_repeats(std::vector<Repeat>& sums, const std::vector<Repeat>& more) {
  for (const auto& repeat : more) {
    const auto sum = std::ranges::find_if(sums, [&](const Repeat& one) { return one.benchmark == repeat.benchmark && one.profile == repeat.profile; });
    if (sum == sums.end()) {
      sums.push_back(repeat);
      continue;
    }
    sum->samples += repeat.samples, sum->changed_replies += repeat.changed_replies, sum->changed_scores += repeat.changed_scores;
  }
}

std::vector<Repeat> repeats_of(const ScoredRun& first, const ScoredRun& second) {
  std::vector<Repeat> repeats;
  for (const auto& one : first.benchmarks)
    if (const auto* other = find_benchmark(second, one.result.benchmark, one.result.profile)) repeats.push_back(changes_between(one, *other));
  return repeats;
}

}  // namespace assay
