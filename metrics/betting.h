#pragma once
#include <vector>

#include "metrics/alternative.h"
#include "metrics/interval.h"
#include "metrics/score.h"

namespace assay {

/// A test that may be looked at after every cluster: capital that grows only if the true mean difference lies beyond the null.
///
/// Bets on d - null, cluster by cluster: capital *= 1 + λ (Σd - null · count), with λ fixed before the cluster is seen. If the null holds,
/// the capital exceeds 1 / α ever with probability at most α. λ aims at the mean seen so far, less its standard error, or at `aim` if that
/// is more, and is kept where no cluster can take more than half of the capital.
///
/// Source   Waudby-Smith & Ramdas 2024, JRSS B 86:1 (arXiv:2010.09686), sections 4.1 and B.3 (aGRAPA bets); Ville 1939
class BettingTest {
 public:
  struct Design {
    double null = 0;
    Alternative alternative = Alternative::kGreater;  ///< kGreater or kLess
    double aim = 0.01;                                ///< a distance from the null that is worth finding, per sample
    double largest_cluster = 1;                       ///< the most samples a cluster has, known beforehand
  };

  /// Throws   ConfigError for a null outside (-1, 1), a two-sided alternative, an aim or size that is not positive
  explicit BettingTest(const Design& design);

  /// A cluster of paired differences, each in [-1, 1].  Throws  DataError for one that cannot be
  void add(const Cluster& differences);

  /// Valid at every look.
  [[nodiscard]] double p_value() const;

 private:
  [[nodiscard]] double next_bet() const;

  Design design_;
  double sign_, worst_;
  double clusters_ = 0, samples_ = 0, sum_ = 0, squares_;
  double log_capital_ = 0, best_log_capital_ = 0;
};

/// The differences that are still possible, valid at every look: capital bet with λ that do not depend on the null falls as the null
/// rises, so each end is where it meets 1 / α.
///
/// Range    [-1, 1]
/// Empty    [-1, 1]
/// Throws   DataError for a cluster that cannot be; ConfigError for a largest cluster or confidence out of range
/// Source   Waudby-Smith & Ramdas 2024, as above, sections 3.2 (predictable plug-in λ) and 4.1
class ConfidenceSequence {
 public:
  explicit ConfidenceSequence(double largest_cluster = 1, double confidence = 0.9);
  void add(const Cluster& differences);
  [[nodiscard]] Interval interval() const;

 private:
  struct Step {
    Cluster differences;
    double bet;
  };
  [[nodiscard]] double end(double sign) const;
  [[nodiscard]] double log_capital(double null, double sign) const;

  double largest_cluster_, alpha_;
  double clusters_ = 0, samples_ = 0, sum_ = 0, squares_;
  std::vector<Step> steps_;
};

}  // namespace assay
