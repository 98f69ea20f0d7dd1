#include "harness/gate/validity.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <optional>
#include <string_view>

#include "metrics/fisher_exact.h"

namespace assay {
namespace {

double share_of(const ScoredBenchmark& benchmark, SampleState state) {
  std::int64_t count = 0;
  for (const auto& sample : benchmark.samples) count += sample.state == state ? 1 : 0;
  return benchmark.samples.empty() ? 0 : static_cast<double>(count) / static_cast<double>(benchmark.samples.size());
}

struct StateBudget {
  SampleState state;
  double Budgets::*budget;
  bool is_above_baseline;  ///< what counts is how many more there are than in the baseline
};
constexpr std::array kStateBudgets = {
    StateBudget{SampleState::kError, &Budgets::error, false},         StateBudget{SampleState::kJudgeFailed, &Budgets::judge_failed, false},
    StateBudget{SampleState::kEmpty, &Budgets::empty, true},          StateBudget{SampleState::kTruncated, &Budgets::truncated, true},
    StateBudget{SampleState::kUnparsed, &Budgets::unparsed, true},
};

std::string percent(double share) { return fmt::format("{:.1f} %", 100 * share); }

std::optional<GateCheck> check_state(const BenchmarkPair& pair, const StateBudget& rule, const Budgets& budgets) {
  const double before = share_of(*pair.baseline, rule.state), now = share_of(*pair.candidate, rule.state), budget = budgets.*rule.budget;
  if (now - (rule.is_above_baseline ? before : 0) <= budget) return std::nullopt;
  GateCheck check{name_of(rule.state), pair.baseline->result.benchmark, Verdict::kInfra, percent(before), percent(now), {}, false};
  check.message = fmt::format("{} of the candidate's replies to {} are {} (baseline {}); the budget is {}{}; mend the run, or raise \"{}\" among the policy's budgets",
                              check.candidate, check.benchmark, name_of(rule.state), check.baseline, percent(budget),
                              rule.is_above_baseline ? " more than the baseline" : "", name_of(rule.state));
  return check;
}

/// Mean tokens of a reply; nothing where they are not known.
std::optional<double> mean_length(const ScoredBenchmark& benchmark) {
  double sum = 0, count = 0;
  for (const auto& sample : benchmark.samples)
    if (sample.new_tokens >= 0) sum += static_cast<double>(sample.new_tokens), count += 1;
  return count == 0 ? std::nullopt : std::optional(sum / count);
}

std::optional<GateCheck> check_length(const BenchmarkPair& pair, const Budgets& budgets) {
  const auto before = mean_length(*pair.baseline), now = mean_length(*pair.candidate);
  if (!before || !now || *before == 0 || std::abs(*now / *before - 1) <= budgets.reply_length) return std::nullopt;
  GateCheck check{"reply length", pair.baseline->result.benchmark, Verdict::kSuspect, fmt::format("{:.2f} tokens", *before), fmt::format("{:.2f} tokens", *now), {}, false};
  check.message = fmt::format("the candidate's replies to {} have {} on average, the baseline's {}: more than {} apart; look at some, or raise \"reply-length\" "
                              "among the policy's budgets", check.benchmark, check.candidate, check.baseline, percent(budgets.reply_length));
  return check;
}

}  // namespace

std::vector<GateCheck> check_validity(const std::vector<BenchmarkPair>& pairs, const Budgets& budgets) {
  std::vector<GateCheck> checks;
  std::string_view last;
  for (const auto& pair : pairs) {
    for (const auto& rule : kStateBudgets)
      if (auto check = check_state(pair, rule, budgets)) checks.push_back(std::move(*check));
    if (pair.baseline->result.benchmark == last) continue;  // another profile of the same replies
    last = pair.baseline->result.benchmark;
    if (auto check = check_length(pair, budgets)) checks.push_back(std::move(*check));
  }
  return checks;
}

Behaviour behaviour_of(const BenchmarkPair& pair, const std::vector<Repeat>& repeats, double alpha) {
  const Repeat seen = changes_between(*pair.baseline, *pair.candidate);
  Behaviour behaviour{seen.benchmark, seen.profile, seen.samples, seen.changed_replies, seen.changed_scores, -1, 1, false};
  for (const auto& repeat : repeats) {
    if (repeat.benchmark != seen.benchmark || repeat.profile != seen.profile || repeat.samples == 0) continue;
    behaviour.again_rate = static_cast<double>(repeat.changed_replies) / static_cast<double>(repeat.samples);
    behaviour.p_value = fisher_more_often_p({repeat.changed_replies, repeat.samples}, {seen.changed_replies, seen.samples});
    behaviour.has_changed = behaviour.p_value < alpha;
  }
  return behaviour;
}

}  // namespace assay
