#include "harness/gate/speed_gate.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "harness/gate/comparability.h"
#include "harness/gate/gate.h"
#include "metrics/median_ratio.h"

namespace assay {
namespace {

constexpr const char* kSpeed = "speed";
constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

GateCheck check_of(const char* name, const Policy& policy, std::string baseline, std::string candidate, std::string message) {
  const bool waived = is_waived(policy.waived, name, name);
  return {name, kSpeed, waived ? Verdict::kPass : Verdict::kIncomparable, std::move(baseline), std::move(candidate), std::move(message), waived};
}

void check_machine(GateRecord& record, const SpeedFile& baseline, const SpeedFile& candidate, const Policy& policy) {
  if (machine_difference(baseline, candidate).empty()) return;
  const auto named = [](const SpeedFile& file) { return file.cpu.empty() ? file.machine : fmt::format("{}, {}", file.cpu, file.machine); };
  record.checks.push_back(check_of("machine", policy, named(baseline), named(candidate),
                                   "the two were timed on different machines; time both on one, in turns, or waive \"machine\""));
}

/// Only rates in both are compared; one that is gone is said, as missing samples are.
void check_cases(GateRecord& record, const SpeedFile& baseline, const SpeedFile& candidate, const Policy& policy) {
  for (const auto& one : baseline.cases) {
    if (std::ranges::find(candidate.cases, one.name, &SpeedCase::name) != candidate.cases.end()) continue;
    record.checks.push_back(check_of("overlap", policy, one.name, "not there",
                                     fmt::format("{} is timed in the baseline alone; time both alike, or waive \"overlap\"", one.name)));
  }
}

/// Rates are the inverse of times, so the interval's ends change places.
GatedMetric rate_of(const SpeedCase& baseline, const SpeedCase& candidate, const Policy& policy) {
  MedianRatioOptions options;
  options.draws = policy.draws, options.seed = policy.seed;
  const Estimate times = median_ratio(baseline.seconds, candidate.seconds, options);
  GatedMetric rate;
  rate.benchmark = kSpeed, rate.metric = fmt::format("{} [1/s]", baseline.name);
  rate.test = "ratio of medians, bootstrap";
  rate.confidence = options.confidence;
  rate.baseline = 1 / median_of(baseline.seconds), rate.candidate = rate.baseline / times.value;
  rate.difference = rate.candidate - rate.baseline;
  rate.interval = {rate.baseline * (1 / times.interval.high - 1), rate.baseline * (1 / times.interval.low - 1)};
  rate.margin_share = policy.speed.least_change, rate.margin = rate.baseline * rate.margin_share;
  rate.p_drop = rate.p_non_inferior = rate.p_gain = rate.p_drop_adjusted = rate.p_gain_adjusted = kUnknown;
  rate.detectable_drop = rate.samples_needed = kUnknown;
  rate.units = rate.clusters = static_cast<std::int64_t>(std::min(baseline.seconds.size(), candidate.seconds.size()));
  rate.policy_file = policy.file, rate.policy_line = policy.speed.line;
  rate.verdict = verdict_of(decide_slowdown(times, policy.speed.least_change));
  rate.note = fmt::format("takes {:.3f} of the baseline's time, [{:.3f}, {:.3f}]", times.value, times.interval.low, times.interval.high);
  if (rate.units < policy.speed.repetitions) {
    rate.verdict = Verdict::kInconclusive;
    rate.samples_needed = static_cast<double>(policy.speed.repetitions);
    rate.note += fmt::format("; {} repetitions are too few, at least {} are asked", rate.units, policy.speed.repetitions);
  }
  return rate;
}

}  // namespace

void add_speed(GateRecord& record, const SpeedFile& baseline, const SpeedFile& candidate, const Policy& policy) {
  check_machine(record, baseline, candidate, policy);
  check_cases(record, baseline, candidate, policy);
  for (const auto& one : baseline.cases) {
    const auto other = std::ranges::find(candidate.cases, one.name, &SpeedCase::name);
    if (other != candidate.cases.end()) record.metrics.push_back(rate_of(one, *other, policy));
  }
  record.verdict = overall_verdict(record);
}

GateRecord decide_speed(const SpeedFile& baseline, const SpeedFile& candidate, const Policy& policy) {
  GateRecord record;
  record.baseline_name = baseline.name, record.candidate_name = candidate.name;
  record.policy = policy.file, record.alpha = policy.alpha;
  add_speed(record, baseline, candidate, policy);
  return record;
}

}  // namespace assay
