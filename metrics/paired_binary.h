#pragma once
#include <cstdint>

#include "metrics/alternative.h"
#include "metrics/score.h"

namespace assay {

/// Two runs on the same samples, each right or wrong, one sample a picture. `gained` and `lost` are the discordant pairs.
struct PairedCounts {
  std::int64_t both_right = 0;
  std::int64_t gained = 0;  ///< the baseline was wrong, the candidate is right
  std::int64_t lost = 0;    ///< the baseline was right, the candidate is wrong
  std::int64_t both_wrong = 0;

  [[nodiscard]] std::int64_t count() const { return both_right + gained + lost + both_wrong; }
  [[nodiscard]] std::int64_t discordant() const { return gained + lost; }
};

/// Below so many discordant pairs the exact test is taken.
inline constexpr std::int64_t kFewDiscordantPairs = 25;

/// McNemar's exact test of "as many are gained as lost": the discordant pairs as throws of a fair coin. kGreater: more are gained.
///
/// Range    [0, 1]
/// Empty    1: no discordant pair says nothing
/// Source   McNemar 1947, Psychometrika 12:153; exact: Agresti, Categorical Data Analysis, chapter on matched pairs
[[nodiscard]] double mcnemar_exact_p(const PairedCounts& counts, Alternative alternative);

/// The same with half of the observed outcome's own probability: less conservative, no longer a guaranteed level.
///
/// Source   Lancaster 1961, JASA 56:223; Fagerland, Lydersen & Laake 2013, BMC Medical Research Methodology 13:91
[[nodiscard]] double mcnemar_mid_p(const PairedCounts& counts, Alternative alternative);

/// The score statistic of "the candidate's share of right answers is higher by `null`": standard normal where that is so. At null = 0 it
/// is McNemar's (gained - lost) / sqrt(gained + lost), without continuity correction.
///
/// Range    the real line; 0 where nothing speaks either way
/// Empty    0
/// Source   Tango 1998, Statistics in Medicine 17:891, the score statistic
[[nodiscard]] double paired_score_statistic(const PairedCounts& counts, double null);

/// The differences that the score test does not refuse.
///
/// Range    [-1, 1]
/// Empty    [-1, 1]
/// Source   Tango 1998, as above
[[nodiscard]] Interval paired_score_interval(const PairedCounts& counts, double confidence);

/// Newcombe's interval of the difference, for display: Wilson's for each run, squared and added with their correlation.
///
/// Range    [-1, 1]
/// Empty    [-1, 1]
/// Source   Newcombe 1998, Statistics in Medicine 17:2635, method 10
[[nodiscard]] Interval newcombe_paired_interval(const PairedCounts& counts, double confidence);

/// The paired comparison of two runs that are right or wrong.
///
/// Differs   McNemar's exact test answers for null = 0 below 25 discordant pairs; all else is the score test
/// Throws    DataError for negative counts
class PairedBinary {
 public:
  explicit PairedBinary(const PairedCounts& counts);

  /// The candidate's share of right answers less the baseline's; NaN without samples.
  [[nodiscard]] double value() const;
  /// Of the difference as it was seen; 0 without a flip, NaN without samples.
  [[nodiscard]] double standard_error() const;
  [[nodiscard]] Interval interval(double confidence) const { return paired_score_interval(counts_, confidence); }
  [[nodiscard]] double p_value(double null, Alternative alternative) const;

 private:
  PairedCounts counts_;
};

}  // namespace assay
