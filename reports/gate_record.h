#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "metrics/score.h"
#include "reports/sample_record.h"

/// The schema of a gate's decision. JSON, JUnit, Markdown and all other reports of a gate are written from these values.
namespace assay {

inline constexpr const char* kGateSchema = "assay.gate/1";

/// In the order of precedence: the first that any metric or check has is the gate's.
enum class Verdict { kIncomparable, kInfra, kFail, kSuspect, kInconclusive, kImproved, kPass };
inline constexpr std::array kVerdicts = {Verdict::kIncomparable, Verdict::kInfra,    Verdict::kFail, Verdict::kSuspect,
                                         Verdict::kInconclusive, Verdict::kImproved, Verdict::kPass};
[[nodiscard]] const char* name_of(Verdict verdict);  ///< "INCOMPARABLE", "PASS", ...
/// 0 for PASS and IMPROVED, 1 FAIL, 3 INCOMPARABLE, 4 INFRA, 5 INCONCLUSIVE, 6 SUSPECT.
[[nodiscard]] int exit_code_of(Verdict verdict);

/// One metric of both runs.
struct GatedMetric {
  std::string benchmark;
  std::string profile;
  std::string metric;
  bool is_gated = true;        ///< false: reported only, and no part of the verdict
  Verdict verdict = Verdict::kInconclusive;
  double baseline = 0;         ///< on the metric's own scale, as are all values down to `margin`
  double candidate = 0;
  double difference = 0;       ///< candidate less baseline
  Interval interval;           ///< of the difference, at `confidence`
  double margin = 0;
  double confidence = 0.9;
  double p_drop = 1, p_non_inferior = 1, p_gain = 1;  ///< one-sided
  double p_drop_adjusted = 1, p_gain_adjusted = 1;    ///< by Holm over the gated metrics; by Benjamini and Hochberg over the others
  double detectable_drop = 0;  ///< the smallest true drop that these samples show with 80 % power
  double samples_needed = 0;   ///< of this kind to decide; NaN: not known, or decided
  std::string test;            ///< "McNemar exact", "cluster-robust t", ...; "identity": no reply has changed, and that decides
  std::int64_t units = 0;      ///< paired units (questions, circular groups)
  std::int64_t clusters = 0;
  std::int64_t gained = 0, lost = 0;  ///< units whose value rose or fell
  double margin_share = 0;     ///< the margin as a share of the metric's full scale
  std::string policy_file;     ///< where the margin comes from; empty: the default policy
  std::int64_t policy_line = 0;
  std::string quarantined_until;  ///< YYYY-MM-DD: reported and not gated to the end of that day; empty: not in quarantine
  std::string note;            ///< "below the floor of 60", "quarantined until 2026-12-24: new tokenizer"
};

/// A sample whose score differs between the runs.
struct Flip {
  std::string benchmark, profile, id, category;
  double baseline = 0, candidate = 0;
  std::string baseline_answer, candidate_answer;
  SampleState baseline_state = SampleState::kScored, candidate_state = SampleState::kScored;
  SampleText baseline_text, candidate_text;  ///< filled where the run folders are at hand
};

/// Something checked before any number is compared.
struct GateCheck {
  std::string name;       ///< "data_digest", "overlap", "errors", "reply length", "flip rate"
  std::string benchmark;  ///< empty: the whole run
  Verdict verdict = Verdict::kPass;
  std::string baseline, candidate;  ///< as text
  std::string message;    ///< one sentence: what was expected, what came, the way out
  bool is_waived = false;
};

/// How often a repeated run of the same build gives other replies, and how often the candidate does.
struct Behaviour {
  std::string benchmark, profile;
  std::int64_t samples = 0;
  std::int64_t changed_replies = 0;  ///< between baseline and candidate
  std::int64_t changed_scores = 0;
  double again_rate = -1;            ///< share of changed replies between repeated runs of the baseline; -1: not measured
  double p_value = 1;                ///< of "the candidate changes no more replies than a repeated run"
  bool has_changed = false;          ///< more replies changed than a repeated run would change
};

struct GateRecord {
  Verdict verdict = Verdict::kInconclusive;
  std::string baseline_name, candidate_name;
  std::string baseline_digest, candidate_digest;
  std::string policy;   ///< its file; empty: the default
  double alpha = 0.05;
  std::vector<GateCheck> checks;
  std::vector<GatedMetric> metrics;
  std::vector<Behaviour> behaviours;
  std::vector<Flip> flips;  ///< worst first: lost ones, then gained ones
};

}  // namespace assay
