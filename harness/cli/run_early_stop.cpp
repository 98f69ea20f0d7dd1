#include "harness/cli/run_early_stop.h"

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/cli/command_line.h"
#include "harness/gate/comparability.h"
#include "harness/scored_run.h"

namespace assay {
namespace {

/// What a policy asks of whole runs, so that a verdict on the way would leave it out.
void check_whole_run_rules(const Policy& policy, Problems& problems) {
  constexpr const char* kWayOut = "let the run end and use `assay gate`, or name a policy without it";
  if (policy.is_exact) problems.push_back(fmt::format("--until-decided: {}: \"exact\" asks about every reply; {}", policy.file, kWayOut));
  for (const auto& rule : policy.rules)
    if (rule.floor || rule.ratio)
      problems.push_back(fmt::format("--until-decided: {}:{}: a {} is held against the whole run; {}", policy.file, rule.line, rule.floor ? "floor" : "ratio", kWayOut));
}

}  // namespace

std::unique_ptr<EarlyStop> make_early_stop(const EarlyStopOptions& options, Plan& plan, const Manifest& manifest) {
  if (!options.is_asked_for) return nullptr;
  Problems problems;
  const Policy policy = options.policy.empty() ? Policy{} : read_policy(options.policy, problems);
  check_whole_run_rules(policy, problems);
  throw_if_any(problems);
  const ScoredRun baseline = read_scored_run(options.baseline);
  ScoredRun candidate{{}, {}, manifest, {}, {}, {}};
  for (const auto& planned : plan.benchmarks) {
    candidate.benchmarks.emplace_back();
    candidate.benchmarks.back().result.benchmark = planned.benchmark->name();
  }
  std::string differences;
  for (const auto& check : check_manifests(baseline, candidate, policy.waived))
    if (check.verdict == Verdict::kIncomparable) differences += "\n  - " + check.message;
  if (!differences.empty()) throw DataError(fmt::format("INCOMPARABLE with {}:{}", options.baseline, differences));
  return std::make_unique<EarlyStop>(baseline, policy, plan);
}

void count_what_is_done(EarlyStop& early_stop, const Plan& plan, const RunState& state, JournalFiles journals) {
  for (std::size_t b = 0; b < plan.benchmarks.size(); ++b) {
    for (const auto& entry : state.entries[b]) {
      if (!entry.is_done) continue;
      const JournalRecord record = journals.read(entry.place);
      early_stop.add(record.benchmark, record.id, record.score);
    }
  }
}

int print_decision(const EarlyStop& early_stop, const LoopOutcome& outcome, std::int64_t total) {
  print_out(fmt::format("{} after {} of {} samples\n", name_of(early_stop.verdict()), outcome.done, total));
  for (const auto& one : early_stop.outcomes())
    print_out(fmt::format("  {} {}: {} after {} of {} pictures: difference {:+.4f} [{:.4f}, {:.4f}], margin {:.4f}\n", one.benchmark, one.metric,
                          name_of(one.verdict), one.clusters, one.most_clusters, one.difference, one.interval.low, one.interval.high, one.margin));
  return exit_code_of(early_stop.verdict());
}

}  // namespace assay
