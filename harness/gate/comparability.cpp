#include "harness/gate/comparability.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace assay {
namespace {

/// A member belongs to the first group one of whose patterns is its name or, with a dot in front, its end.
struct Group {
  const char* name;
  std::vector<std::string_view> members;
  const char* way_out;
};
const std::vector<Group>& groups() {
  static const std::vector<Group> kGroups = {
      {"weights", {"model.weights_digest", "model.settings_digest", "model.family", "endpoint.model"}, "compare runs of one checkpoint"},
      {"engine", {"model.dtype", "model.weights", "device"}, "run both with one --dtype, --weights and --device"},
      {"scorer", {"assay"}, "score both runs with one version of Assay: `assay score RUN --save FILE`"},
      {"data", {".data_digest"}, "run both on one data set"},
      {"overlap", {"limit", "sample", "samples", "bench", ".listed_samples"}, "run both on the same samples"},
      {"prompts", {".prompt_profile", ".definition_digest", "model.chat_template", "model.system_text"}, "ask both in one way"},
      {"scoring", {".scoring_profiles"}, "score both under one --profile"},
      {"pictures", {"model.pipeline_digest", "max-image-pixels", "max-image-bytes", "blank-pictures", "without-pictures", "endpoint.pictures"}, "prepare pictures in one way"},
      {"decoding", {"temperature", "top-p", "top-k", "seed", "max-new-tokens", "max-tiles"}, "decode with the same options"},
      {"judge", {"judge"}, "let one judge grade both"},
      {"machine", {"machine"}, "time both on one machine"},
  };
  return kGroups;
}

const Group* group_of(std::string_view member) {
  for (const auto& group : groups())
    for (const auto pattern : group.members)
      if (member == pattern || (pattern.front() == '.' && member.ends_with(pattern))) return &group;
  return nullptr;
}

std::map<std::string, std::string> members_of(const std::vector<ManifestEntry>& entries) {
  std::map<std::string, std::string> members;
  for (const auto& entry : entries) members[entry.name] = entry.json;
  return members;
}

std::set<std::string> benchmark_names(const ScoredRun& run) {
  std::set<std::string> names;
  for (const auto& benchmark : run.benchmarks) names.insert(benchmark.result.benchmark);
  return names;
}

/// Members like "mme.data_digest" count only where both runs have mme.
bool is_of_one_run(const std::string& member, const std::set<std::string>& ours, const std::set<std::string>& theirs) {
  const std::string owner = member.substr(0, member.rfind('.'));
  return ours.contains(owner) != theirs.contains(owner);
}

GateCheck check_of(std::string name, const ScoredBenchmark& benchmark, const std::vector<std::string>& waived, std::string_view group) {
  GateCheck check;
  check.is_waived = is_waived(waived, name, group);
  check.name = std::move(name);
  check.benchmark = benchmark.result.benchmark;
  check.verdict = check.is_waived ? Verdict::kPass : Verdict::kIncomparable;
  return check;
}

/// Samples that only one run has, and samples that were asked otherwise.
void check_samples(const ScoredBenchmark& baseline, const ScoredBenchmark& candidate, const std::vector<std::string>& waived,
                   std::vector<GateCheck>& checks) {
  const auto before = samples_by_id(baseline), now = samples_by_id(candidate);
  std::size_t common = 0, asked_otherwise = 0;
  std::string_view missing, changed;
  for (const auto& [id, sample] : before) {
    const auto found = now.find(id);
    if (found == now.end()) {
      missing = missing.empty() ? id : missing;
      continue;
    }
    ++common;
    if (sample->content_key.empty() || found->second->content_key.empty() || sample->content_key == found->second->content_key) continue;
    ++asked_otherwise;
    changed = changed.empty() ? id : changed;
  }
  if (common < before.size() || common < now.size()) {
    GateCheck check = check_of("overlap", baseline, waived, "overlap");
    check.baseline = fmt::format("{} samples", before.size()), check.candidate = fmt::format("{} samples", now.size());
    check.message = fmt::format("{} of the baseline's {} samples and of the candidate's {} are in both{}; run both on the same samples, or waive \"overlap\" "
                                "to compare those in both", common, before.size(), now.size(), missing.empty() ? "" : fmt::format(" (\"{}\" is not)", missing));
    checks.push_back(std::move(check));
  }
  if (asked_otherwise > 0) {
    GateCheck check = check_of("content_key", baseline, waived, "prompts");
    check.message = fmt::format("{} of {} samples were asked otherwise, \"{}\" first: another question, picture or decoding limit; ask both in one way, or "
                                "waive \"prompts\"", asked_otherwise, common, changed);
    checks.push_back(std::move(check));
  }
}

void check_benchmarks(const ScoredRun& baseline, const ScoredRun& candidate, const std::vector<std::string>& waived, std::vector<GateCheck>& checks) {
  for (const auto& benchmark : baseline.benchmarks) {
    if (const auto* other = find_benchmark(candidate, benchmark.result.benchmark, benchmark.result.profile)) {
      check_samples(benchmark, *other, waived, checks);
      continue;
    }
    GateCheck check = check_of("overlap", benchmark, waived, "overlap");
    check.baseline = fmt::format("scored as {}", benchmark.result.profile), check.candidate = "not there";
    check.message = fmt::format("the candidate has no {} scored as {}; run it on it, or waive \"overlap\"", benchmark.result.benchmark, benchmark.result.profile);
    checks.push_back(std::move(check));
  }
  for (const auto& benchmark : candidate.benchmarks) {
    if (find_benchmark(baseline, benchmark.result.benchmark, benchmark.result.profile) != nullptr) continue;
    GateCheck check{"overlap", benchmark.result.benchmark, Verdict::kPass, "not there", fmt::format("scored as {}", benchmark.result.profile), {}, true};
    check.message = fmt::format("only the candidate has {} scored as {}; it is not compared", benchmark.result.benchmark, benchmark.result.profile);
    checks.push_back(std::move(check));
  }
}

std::string shown(const std::string& json) { return json.empty() ? "not there" : json; }

}  // namespace

std::vector<ManifestDifference> manifest_differences(const ScoredRun& baseline, const ScoredRun& candidate) {
  std::vector<ManifestDifference> differences;
  const auto ours = benchmark_names(baseline), theirs = benchmark_names(candidate);
  for (const auto entries : {&Manifest::fixed, &Manifest::noted}) {
    const bool is_fixed = entries == &Manifest::fixed;
    const auto before = members_of(baseline.manifest.*entries), now = members_of(candidate.manifest.*entries);
    std::set<std::string> names;
    for (const auto* side : {&before, &now})
      for (const auto& [name, unused] : *side) names.insert(name);
    for (const auto& name : names) {
      const auto a = before.find(name), b = now.find(name);
      const std::string was = a == before.end() ? "" : a->second, is = b == now.end() ? "" : b->second;
      if (was == is || is_of_one_run(name, ours, theirs)) continue;
      const Group* group = is_fixed ? group_of(name) : nullptr;
      differences.push_back({name, group != nullptr ? group->name : is_fixed ? "other" : "", was, is});
    }
  }
  return differences;
}

std::vector<GateCheck> check_manifests(const ScoredRun& baseline, const ScoredRun& candidate, const std::vector<std::string>& waived) {
  std::vector<GateCheck> checks;
  if (baseline.manifest.fixed.empty() || candidate.manifest.fixed.empty()) {
    const bool none = baseline.manifest.fixed.empty() && candidate.manifest.fixed.empty();
    checks.push_back({"manifest", "", Verdict::kPass, baseline.manifest.fixed.empty() ? "not there" : "there",
                      candidate.manifest.fixed.empty() ? "not there" : "there",
                      fmt::format("{} no manifest (replies of another harness), so prompts, data and decoding could not be compared",
                                  none ? "both runs have" : "one of the runs has"), true});
  } else {
    for (const auto& difference : manifest_differences(baseline, candidate)) {
      if (difference.group.empty() || difference.group == "overlap") continue;  // samples are compared one by one
      GateCheck check{difference.name, "", Verdict::kIncomparable, shown(difference.baseline), shown(difference.candidate), {}, false};
      check.is_waived = is_waived(waived, difference.name, difference.group);
      if (check.is_waived) check.verdict = Verdict::kPass;
      const Group* group = group_of(difference.name);
      check.message = fmt::format("\"{}\" is {} in the baseline and {} in the candidate; {}, or waive \"{}\"", difference.name, check.baseline,
                                  check.candidate, group != nullptr ? group->way_out : "run both alike", difference.group);
      checks.push_back(std::move(check));
    }
  }
  return checks;
}

std::vector<GateCheck> check_comparability(const ScoredRun& baseline, const ScoredRun& candidate, const std::vector<std::string>& waived) {
  auto checks = check_manifests(baseline, candidate, waived);
  check_benchmarks(baseline, candidate, waived, checks);
  return checks;
}

bool is_waived(const std::vector<std::string>& waived, std::string_view member, std::string_view group) {
  return std::ranges::any_of(waived, [&](const std::string& name) { return name == member || name == group; });
}

std::vector<std::string> waivable_groups() {
  std::vector<std::string> names;
  for (const auto& group : groups()) names.emplace_back(group.name);
  names.emplace_back("other");
  return names;
}

bool may_be_waived(std::string_view name) {
  const auto names = waivable_groups();
  return group_of(name) != nullptr || std::ranges::find(names, name) != names.end() || name == "content_key";
}

}  // namespace assay
