#include "harness/gate/gate.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <string_view>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/suggestion.h"
#include "harness/gate/comparability.h"
#include "harness/gate/exact.h"
#include "harness/gate/pairs.h"
#include "harness/gate/validity.h"
#include "metrics/benjamini_hochberg.h"
#include "metrics/holm.h"
#include "metrics/paired_metric.h"

namespace assay {
namespace {

/// One metric on its way to a verdict.
struct Candidate {
  BenchmarkPair pair;
  BasisPair basis;
  MetricRule rule;
  PairedMetric paired;
  GatedMetric gated;
  Interval candidate_interval;  ///< of the candidate's own value
  bool is_identical = false;    ///< decided by equal replies
};

Verdict graver(Verdict one, Verdict other) { return std::min(one, other); }  // the enumeration's order

void add_note(std::string& note, const std::string& text) { note += note.empty() ? text : "; " + text; }

const Metric* find_metric(const BenchmarkResult& result, std::string_view name) {
  const auto found = std::ranges::find(result.metrics, name, &Metric::name);
  return found == result.metrics.end() ? nullptr : &*found;
}

/// In quarantine a metric is reported, but no part of the verdict; an expired one gates again and says so.
void apply_quarantine(Candidate& one, const std::string& today) {
  if (one.rule.quarantined_until.empty()) return;
  if (today <= one.rule.quarantined_until) {
    one.gated.is_gated = false;
    one.gated.quarantined_until = one.rule.quarantined_until;
    add_note(one.gated.note, fmt::format("quarantined until {}: {}", one.rule.quarantined_until, one.rule.quarantine_reason));
  } else {
    add_note(one.gated.note, fmt::format("its quarantine ended on {}", one.rule.quarantined_until));
  }
}

Candidate candidate_of(const BenchmarkPair& pair, const BasisPair& basis, const Policy& policy, const std::string& today) {
  const BenchmarkResult& result = pair.baseline->result;
  const MetricBasis &baseline = *basis.baseline, &candidate = *basis.candidate;
  Candidate one;
  one.pair = pair, one.basis = basis;
  one.rule = rule_for(policy, result.benchmark, baseline.name, baseline.name == result.main_metric);
  PairedOptions options;
  options.margin_share = one.rule.margin.value_or(policy.margin) / 100;
  options.confidence = 1 - 2 * policy.alpha;
  options.draws = policy.draws, options.seed = policy.seed;
  one.paired = compare_metric(baseline, candidate, options);
  if (const auto* metric = find_metric(pair.candidate->result, candidate.name)) one.candidate_interval = metric->interval;
  one.gated = measured(result, baseline.name, one.paired, options.confidence);
  GatedMetric& gated = one.gated;
  gated.is_gated = one.rule.is_gated;
  gated.margin = one.paired.margin, gated.margin_share = options.margin_share;
  gated.p_non_inferior = one.paired.evidence.non_inferior;
  gated.policy_file = policy.file, gated.policy_line = one.rule.line;
  apply_quarantine(one, today);
  return one;
}

void add_rerun_notes(GatedMetric& metric, const Reruns& reruns) {
  const std::string candidate = rerun_note(reruns.of_candidate, metric.benchmark, metric.profile);
  const std::string baseline = rerun_note(reruns.of_baseline, metric.benchmark, metric.profile);
  if (!candidate.empty()) add_note(metric.note, fmt::format("the candidate is {}", candidate));
  if (!baseline.empty()) add_note(metric.note, fmt::format("the baseline is {}", baseline));
}

std::vector<Candidate> gather(const std::vector<BenchmarkPair>& pairs, const Policy& policy, const std::string& today, const Reruns& reruns) {
  std::vector<Candidate> all;
  for (const auto& pair : pairs)
    for (const auto& basis : basis_pairs(pair)) {
      all.push_back(candidate_of(pair, basis, policy, today));
      add_rerun_notes(all.back().gated, reruns);
    }
  return all;
}

/// Gated metrics form one family, those that are only reported another, with a milder adjustment.
void decide_together(std::vector<Candidate>& all, const Policy& policy, bool are_gated) {
  std::vector<Evidence> family;
  std::vector<double> drops, gains;
  std::vector<Candidate*> members;
  for (auto& one : all) {
    if (one.gated.is_gated != are_gated) continue;
    members.push_back(&one);
    family.push_back(one.paired.evidence);
    drops.push_back(one.paired.evidence.drop), gains.push_back(one.paired.evidence.gain);
  }
  const DecisionRule rule{policy.alpha, policy.real_drop};
  const auto decisions = are_gated ? decide_family(family, rule) : decide_reported(family, rule);
  const auto adjusted = are_gated ? holm_adjusted : benjamini_hochberg_adjusted;
  const auto drops_adjusted = adjusted(drops), gains_adjusted = adjusted(gains);
  for (std::size_t i = 0; i < members.size(); ++i) {
    members[i]->gated.verdict = verdict_of(decisions[i]);
    members[i]->gated.p_drop_adjusted = drops_adjusted[i], members[i]->gated.p_gain_adjusted = gains_adjusted[i];
  }
}

/// With `exact`: equal replies have equal scores, so there is no drop to look for, and the interval's width says nothing against it.
/// `obstacle`: what of the whole runs speaks against calling them the same.
void decide_by_identity(Candidate& one, const std::string& obstacle) {
  const Identity identity = obstacle.empty() ? identity_of(one.pair, one.basis) : Identity{0, 0, obstacle};
  GatedMetric& gated = one.gated;
  if (!identity.obstacle.empty()) {
    if (gated.verdict == Verdict::kInconclusive) add_note(gated.note, fmt::format("no pass by identity: {}", identity.obstacle));
    return;
  }
  const std::string failures = identity.failures > 0 ? fmt::format(" ({} failed in both)", identity.failures) : "";
  if (gated.is_gated)
    add_note(gated.note, fmt::format("by identity: the replies to all {} samples are the baseline's{}; the interval, {}, decides nothing", identity.samples, failures,
                                     gated.test));
  one.is_identical = true;
  gated.verdict = Verdict::kPass;
  gated.test = "identity";
  gated.samples_needed = std::numeric_limits<double>::quiet_NaN();  // it is decided
}

/// What `low` and `high` say of a limit that must be reached.
Verdict reaches(double low, double high, double limit) {
  return low >= limit ? Verdict::kPass : high < limit ? Verdict::kFail : Verdict::kInconclusive;
}

/// Floors and ratios are held against intervals, never against points.
void apply_limits(Candidate& one) {
  GatedMetric& gated = one.gated;
  if (one.rule.floor) {
    const Verdict verdict = reaches(one.candidate_interval.low, one.candidate_interval.high, *one.rule.floor);
    if (verdict != Verdict::kPass)
      add_note(gated.note, fmt::format("{} the floor of {}: its interval is [{:.2f}, {:.2f}]", verdict == Verdict::kFail ? "below" : "not surely at or above",
                                       *one.rule.floor, one.candidate_interval.low, one.candidate_interval.high));
    gated.verdict = verdict == Verdict::kPass ? gated.verdict : graver(gated.verdict, verdict);
  }
  if (one.rule.ratio && gated.baseline > 0) {
    const Interval change = one.is_identical ? Interval{0, 0} : gated.interval;
    const double low = 1 + change.low / gated.baseline, high = 1 + change.high / gated.baseline;
    const Verdict verdict = reaches(low, high, *one.rule.ratio);
    if (verdict != Verdict::kPass)
      add_note(gated.note, fmt::format("{} {} of the baseline: its interval is [{:.4f}, {:.4f}]", verdict == Verdict::kFail ? "below" : "not surely at or above",
                                       *one.rule.ratio, low, high));
    gated.verdict = verdict == Verdict::kPass ? gated.verdict : graver(gated.verdict, verdict);
  }
}

/// Of the first runs, and of each further one of the candidate: a broken rerun would spoil the mean.
void check_all_validity(const ScoredRun& baseline, const ScoredRun& candidate, const Policy& policy, const Reruns& reruns, std::vector<GateCheck>& checks) {
  for (auto& check : check_validity(benchmark_pairs(baseline, candidate), policy.budgets)) checks.push_back(std::move(check));
  for (const auto& rerun : reruns.of_candidate) {
    for (auto& check : check_validity(benchmark_pairs(baseline, rerun), policy.budgets)) {
      check.message = fmt::format("{}: {}", rerun.name, check.message);
      checks.push_back(std::move(check));
    }
  }
}

bool has_scores(const ScoredBenchmark& benchmark) {
  const auto main = std::ranges::find(benchmark.bases, benchmark.result.main_metric, &MetricBasis::name);
  return main != benchmark.bases.end() && !main->rows.empty();
}

/// A benchmark whose main metric cannot be compared must not pass in silence. With `exact` equal replies are enough; `obstacle` is what speaks against
/// calling them that.
void check_scores(const std::vector<BenchmarkPair>& pairs, const Policy& policy, const std::string& obstacle, std::vector<GateCheck>& checks) {
  for (const auto& pair : pairs) {
    const BenchmarkResult& result = pair.baseline->result;
    const bool before = has_scores(*pair.baseline), now = has_scores(*pair.candidate);
    const bool is_gated = rule_for(policy, result.benchmark, result.main_metric, true).is_gated;
    if ((before && now) || !is_gated) continue;
    GateCheck check{"scores", result.benchmark, Verdict::kIncomparable, before ? "there" : "none", now ? "there" : "none", {}, false};
    if (before != now) {
      check.message = fmt::format("only the {} has scores for {}'s {}; score both on the same labels", before ? "baseline" : "candidate", result.benchmark, result.main_metric);
    } else {
      const std::string difference = !policy.is_exact ? "" : obstacle.empty() ? identity_of(pair).obstacle : obstacle;
      if (policy.is_exact && difference.empty()) continue;
      check.verdict = Verdict::kInconclusive;
      check.message = fmt::format("no sample of {} has a score in either run, so nothing is compared{}; gate a split with labels, hold the replies equal with --exact, or "
                                  "give it `gated: false` in the policy", result.benchmark, difference.empty() ? "" : fmt::format(" (no pass by identity: {})", difference));
    }
    checks.push_back(std::move(check));
  }
}

/// `name:` and `name/metric:` may be one metric, and only one of the two rules would count.
void check_main_rules(const Policy& policy, const BenchmarkResult& result, Problems& problems) {
  const auto rule_of = [&](const std::string& metric) {
    return std::ranges::find_if(policy.rules, [&](const MetricRule& rule) { return rule.benchmark == result.benchmark && rule.metric == metric; });
  };
  const auto first = rule_of(""), second = rule_of(result.main_metric);
  if (first == policy.rules.end() || second == policy.rules.end() || first == second) return;
  const std::string problem = fmt::format("{}:{}: line {} speaks of {}'s {} too, its main metric; write both as one", policy.file, std::max(first->line, second->line),
                                          std::min(first->line, second->line), result.benchmark, result.main_metric);
  if (std::ranges::find(problems, problem) == problems.end()) problems.push_back(problem);  // once, however many profiles
}

/// A rule about something that is nowhere is most likely misspelt.
void check_rules(const Policy& policy, const std::vector<BenchmarkPair>& pairs) {
  Problems problems;
  for (const auto& rule : policy.rules) {
    std::vector<std::string> benchmarks, metrics;
    for (const auto& pair : pairs) {
      benchmarks.push_back(pair.baseline->result.benchmark);
      if (benchmarks.back() != rule.benchmark) continue;
      for (const auto& basis : pair.baseline->bases) metrics.push_back(basis.name);
    }
    if (metrics.empty())
      problems.push_back(fmt::format("{}:{}: no benchmark of both runs is named \"{}\"{}", policy.file, rule.line, rule.benchmark, suggestion(rule.benchmark, benchmarks)));
    else if (!rule.metric.empty() && std::ranges::find(metrics, rule.metric) == metrics.end())
      problems.push_back(fmt::format("{}:{}: {} has no metric \"{}\" that can be gated{}", policy.file, rule.line, rule.benchmark, rule.metric,
                                     suggestion(rule.metric, metrics)));
  }
  for (const auto& pair : pairs) check_main_rules(policy, pair.baseline->result, problems);
  throw_if_any(problems);
}

}  // namespace

Verdict verdict_of(Decision decision) {
  switch (decision) {
    case Decision::kImproved: return Verdict::kImproved;
    case Decision::kPass: return Verdict::kPass;
    case Decision::kFail: return Verdict::kFail;
    case Decision::kSuspect: return Verdict::kSuspect;
    case Decision::kInconclusive: return Verdict::kInconclusive;
  }
  return Verdict::kInconclusive;
}

/// IMPROVED only where nothing else has to be said: a gain on one metric and a pass on the others is an improvement.
Verdict overall_verdict(const GateRecord& record) {
  Verdict verdict = Verdict::kPass;
  for (const auto& check : record.checks) verdict = graver(verdict, check.verdict);
  for (const auto& metric : record.metrics)
    if (metric.is_gated) verdict = graver(verdict, metric.verdict);
  return verdict;
}

GateRecord decide_gate(const ScoredRun& baseline, const ScoredRun& candidate, const Policy& policy, const std::string& today, const Reruns& reruns) {
  GateRecord record;
  record.baseline_name = baseline.name, record.candidate_name = candidate.name;
  record.baseline_digest = baseline.digest, record.candidate_digest = candidate.digest;
  record.policy = policy.file;
  record.alpha = policy.alpha;
  if (!policy.baseline_digest.empty() && policy.baseline_digest != baseline.digest)
    record.checks.push_back({"baseline digest", "", Verdict::kIncomparable, baseline.digest, policy.baseline_digest,
                             fmt::format("the policy is for the baseline {}, this one is {}; name the right file, or bless this one in the policy",
                                         policy.baseline_digest, baseline.digest),
                             false});
  for (auto& check : check_comparability(baseline, candidate, policy.waived)) record.checks.push_back(std::move(check));
  for (const auto& [first, again] : {std::pair{&baseline, &reruns.of_baseline}, std::pair{&candidate, &reruns.of_candidate}})
    for (auto& check : check_reruns(*first, *again)) record.checks.push_back(std::move(check));
  const auto first_pairs = benchmark_pairs(baseline, candidate);
  if (first_pairs.empty())
    record.checks.push_back({"overlap", "", Verdict::kIncomparable, "", "", "the two runs have no benchmark in common", false});
  record.verdict = overall_verdict(record);
  if (record.verdict == Verdict::kIncomparable) return record;
  check_rules(policy, first_pairs);
  check_all_validity(baseline, candidate, policy, reruns, record.checks);
  for (const auto& pair : first_pairs) record.behaviours.push_back(behaviour_of(pair, baseline.repeats, policy.alpha));
  const bool has_reruns = !reruns.of_baseline.empty() || !reruns.of_candidate.empty();
  const ScoredRun mean_baseline = has_reruns ? mean_of_runs(baseline, reruns.of_baseline) : ScoredRun{};
  const ScoredRun mean_candidate = has_reruns ? mean_of_runs(candidate, reruns.of_candidate) : ScoredRun{};
  const auto pairs = has_reruns ? benchmark_pairs(mean_baseline, mean_candidate) : first_pairs;
  for (const auto& pair : pairs) {
    for (auto& flip : flips_of(pair)) record.flips.push_back(std::move(flip));
  }
  put_worst_first(record.flips);
  const std::string obstacle = has_reruns ? "means of several runs are compared" : identity_obstacle(baseline, candidate);
  check_scores(first_pairs, policy, obstacle, record.checks);
  if (policy.is_exact)
    for (auto& check : check_exact(first_pairs)) record.checks.push_back(std::move(check));
  auto metrics = gather(pairs, policy, today, reruns);
  for (const bool are_gated : {true, false}) decide_together(metrics, policy, are_gated);
  for (auto& one : metrics) {
    if (policy.is_exact) decide_by_identity(one, obstacle);
    apply_limits(one);
    record.metrics.push_back(std::move(one.gated));
  }
  record.verdict = overall_verdict(record);
  return record;
}

int exit_code_of(const GateRecord& record, const Policy& policy) {
  if (record.verdict == Verdict::kInconclusive) return exit_code_of(policy.inconclusive);
  if (record.verdict == Verdict::kSuspect) return exit_code_of(policy.suspect);
  return exit_code_of(record.verdict);
}

}  // namespace assay
