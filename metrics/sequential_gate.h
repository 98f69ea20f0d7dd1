#pragma once
#include <cstddef>

#include "metrics/betting.h"
#include "metrics/decision.h"
#include "metrics/interval.h"

namespace assay {

/// Stops an evaluation as soon as its verdict is certain. Clusters come in seeded random order, up to a number declared beforehand.
class SequentialGate {
 public:
  struct Design {
    double margin = 0.01;
    DecisionRule rule;
    double largest_cluster = 1;
    std::size_t most_clusters = 0;  ///< of the whole set
  };
  /// Throws   ConfigError for a margin outside (0, 1) or no clusters
  explicit SequentialGate(const Design& design);

  /// Looks at one more cluster. What is decided stays decided.  Throws  DataError beyond the declared number
  Decision add(const Cluster& differences);

  [[nodiscard]] Decision decision() const { return decision_; }
  /// True when decided as IMPROVED, PASS or FAIL, or when all clusters are in.
  [[nodiscard]] bool may_stop() const;
  [[nodiscard]] std::size_t cluster_count() const { return clusters_; }
  [[nodiscard]] Evidence evidence() const;
  /// For display: the bets behind the decision aim at the margin, those behind the interval at no single null, so it may lag behind.
  [[nodiscard]] Interval interval() const { return sequence_.interval(); }

 private:
  Design design_;
  BettingTest gain_, non_inferior_, drop_, certain_drop_;
  ConfidenceSequence sequence_;
  std::size_t clusters_ = 0;
  Decision decision_ = Decision::kInconclusive;
};

}  // namespace assay
