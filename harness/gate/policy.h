#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/config.h"
#include "metrics/decision.h"
#include "reports/gate_record.h"

namespace assay {

/// What is asked of one metric.
struct MetricRule {
  std::string benchmark;
  std::string metric;  ///< empty: the benchmark's main metric
  bool is_gated = true;
  std::optional<double> margin;  ///< points; nothing: the policy's
  std::optional<double> floor;   ///< least value of the candidate, on the metric's own scale
  std::optional<double> ratio;   ///< least candidate / baseline
  std::string quarantined_until;  ///< YYYY-MM-DD: reported but not gated to the end of that day; empty: not at all
  std::string quarantine_reason;
  std::int64_t line = 0;  ///< in the policy file
};

/// Shares of samples. Failed ones and missing judgements count as they are; empty, truncated and unparsed replies by how much the candidate
/// has more of them than the baseline, for a baseline that lives with some has said so.
struct Budgets {
  double error = 0.01;
  double judge_failed = 0.01;
  double empty = 0.01;
  double truncated = 0.02;
  double unparsed = 0.02;
  double reply_length = 0.10;  ///< mean tokens of a reply may differ by this share
};

/// What is asked of timings.
struct SpeedRule {
  double least_change = 0.03;      ///< share of the time; a smaller change is none
  std::int64_t repetitions = 9;    ///< fewer are inconclusive
  std::int64_t line = 0;           ///< in the policy file
};

struct Policy {
  std::string file;         ///< empty: the default policy
  double alpha = 0.05;      ///< one-sided
  double margin = 1.0;      ///< points: hundredths of a metric's full scale
  Decision real_drop = Decision::kFail;            ///< of a drop that is real but maybe within the margin: kFail or kSuspect
  Verdict inconclusive = Verdict::kInconclusive;   ///< what the exit code makes of it: kInconclusive, kPass or kFail
  Verdict suspect = Verdict::kSuspect;             ///< likewise
  std::vector<std::string> waived = {"weights", "engine"};  ///< manifest members or groups of them that may differ
  bool is_exact = false;    ///< every reply must be the same
  std::string baseline_digest;  ///< the baseline that this policy is for; empty: any
  std::size_t draws = 10'000;
  std::uint64_t seed = 20240617;
  Budgets budgets;
  SpeedRule speed;
  std::vector<MetricRule> rules;
};

/// Reads a YAML policy (docs/gate.md). All that is wrong with it goes to `problems`, each with file and line; unknown keys get a suggestion.
[[nodiscard]] Policy read_policy(const std::string& path, Problems& problems);


/// The rule for a metric: its own line, else that of a main metric's benchmark, else the default (gated only when main).
[[nodiscard]] MetricRule rule_for(const Policy& policy, std::string_view benchmark, std::string_view metric, bool is_main);

}  // namespace assay
