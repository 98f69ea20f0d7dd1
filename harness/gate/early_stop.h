#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "harness/gate/policy.h"
#include "harness/plan.h"
#include "harness/scored_run.h"
#include "reports/gate_record.h"

namespace assay {

/// Ends a run as soon as its verdict against a baseline is certain: `assay run --until-decided`.
///
/// Clusters (pictures with all their questions) are asked in a seeded random order and counted in that order, whatever order their replies come in:
/// what is decided never depends on which replies are short. With several benchmarks each takes its share of alpha (Bonferroni), and all must be
/// decided. The most clusters are the plan's, declared before the first is asked.
///
/// Source   metrics/sequential_gate.h
class EarlyStop {
 public:
  /// Puts the plan's samples into their random order. Throws ConfigError for a benchmark whose gated metric is no mean over samples or that the
  /// baseline lacks, DataError for samples that the baseline lacks.
  EarlyStop(const ScoredRun& baseline, const Policy& policy, Plan& plan);
  ~EarlyStop();
  EarlyStop(const EarlyStop&) = delete;
  EarlyStop& operator=(const EarlyStop&) = delete;

  /// One sample's score; each counts once. One call at a time.
  void add(const std::string& benchmark, const std::string& id, const Score& score);

  /// True once every benchmark is IMPROVED, PASS or FAIL, or one has failed.
  [[nodiscard]] bool is_decided() const;

  struct Outcome {
    std::string benchmark, metric;
    Verdict verdict = Verdict::kInconclusive;
    std::int64_t clusters = 0, most_clusters = 0;
    double difference = 0;  ///< on the metric's own scale
    Interval interval;      ///< valid at every look
    double margin = 0;
  };
  [[nodiscard]] std::vector<Outcome> outcomes() const;
  /// The gravest.
  [[nodiscard]] Verdict verdict() const;

 private:
  struct Track;
  std::vector<std::unique_ptr<Track>> tracks_;
};

}  // namespace assay
