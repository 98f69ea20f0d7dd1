#include "harness/gate/exact.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "harness/gate/comparability.h"

namespace assay {
namespace {

constexpr std::size_t kNamedSamples = 5;

/// "3", "17" and 5 more.
std::string named(const std::vector<std::string_view>& ids) {
  std::vector<std::string> shown;
  for (std::size_t i = 0; i < std::min(ids.size(), kNamedSamples); ++i) shown.push_back(fmt::format("\"{}\"", ids[i]));
  return fmt::format("{}{}", fmt::join(shown, ", "), ids.size() > shown.size() ? fmt::format(" and {} more", ids.size() - shown.size()) : "");
}

/// Why a sample of both runs is not the same in both; empty: it is.
std::string difference_between(const SampleRecord& baseline, const SampleRecord& candidate) {
  if (baseline.content_key.empty() || candidate.content_key.empty()) return "what it was asked is not known";
  if (baseline.content_key != candidate.content_key) return "it was asked otherwise";
  if (baseline.reply_digest != candidate.reply_digest) return "its reply has changed";
  if (baseline.state != candidate.state || baseline.answer != candidate.answer || has_flipped(baseline, candidate)) return "its reply is the same and read otherwise";
  return "";
}

bool have_same_units(const BasisPair& basis) {
  const auto before = rows_by_unit(*basis.baseline), now = rows_by_unit(*basis.candidate);
  return std::ranges::equal(before, now, [](const auto& one, const auto& other) { return one.first == other.first && one.second->values == other.second->values; });
}

}  // namespace

std::vector<GateCheck> check_exact(const std::vector<BenchmarkPair>& pairs) {
  std::vector<GateCheck> checks;
  for (const auto& pair : pairs) {
    const Repeat changes = changes_between(*pair.baseline, *pair.candidate);
    if (changes.changed_replies == 0 && changes.changed_scores == 0) continue;
    const auto now = samples_by_id(*pair.candidate);
    std::vector<std::string_view> changed;
    for (const auto& sample : pair.baseline->samples) {
      const auto found = now.find(sample.id);
      if (found != now.end() && (found->second->reply_digest != sample.reply_digest || has_flipped(sample, *found->second))) changed.emplace_back(sample.id);
    }
    checks.push_back({"exact", changes.benchmark, Verdict::kFail, "0 changed replies", fmt::format("{} changed replies", changes.changed_replies),
                      fmt::format("{} of {} replies and {} scores on {} are not the baseline's, and --exact allows none: {}", changes.changed_replies,
                                  changes.samples, changes.changed_scores, changes.benchmark, named(changed)),
                      false});
  }
  return checks;
}

std::string identity_obstacle(const ScoredRun& baseline, const ScoredRun& candidate) {
  if (baseline.manifest.fixed.empty() || candidate.manifest.fixed.empty()) return "without both manifests it is not known that the two were asked alike";
  static const std::set<std::string_view> kMayDiffer = {"", "weights", "engine", "overlap"};  // "": only noted; samples are compared one by one
  for (const auto& difference : manifest_differences(baseline, candidate))
    if (!kMayDiffer.contains(difference.group)) return fmt::format("\"{}\" differs, though that is waived", difference.name);
  return "";
}

Identity identity_of(const BenchmarkPair& pair) {
  const auto before = samples_by_id(*pair.baseline), now = samples_by_id(*pair.candidate);
  Identity identity;
  identity.samples = static_cast<std::int64_t>(before.size());
  const bool are_unique = before.size() == pair.baseline->samples.size() && now.size() == pair.candidate->samples.size();
  if (!are_unique || before.size() != now.size()) identity.obstacle = "the two have other samples";
  for (const auto& [id, sample] : before) {
    if (!identity.obstacle.empty()) return identity;
    const auto found = now.find(id);
    const std::string difference = found == now.end() ? "the candidate does not have it" : difference_between(*sample, *found->second);
    if (!difference.empty()) identity.obstacle = fmt::format("\"{}\": {}", id, difference);
    identity.failures += sample->reply_digest.empty() ? 1 : 0;
  }
  if (identity.obstacle.empty() && identity.failures == identity.samples) identity.obstacle = "no sample has a reply";
  return identity;
}

Identity identity_of(const BenchmarkPair& pair, const BasisPair& basis) {
  Identity identity = identity_of(pair);
  if (identity.obstacle.empty() && !have_same_units(basis)) identity.obstacle = fmt::format("the units of {} are not the same", basis.baseline->name);
  return identity;
}

}  // namespace assay
