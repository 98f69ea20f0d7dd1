#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

#include "metrics/decision.h"
#include "metrics/metric_basis.h"
#include "metrics/score.h"

namespace assay {

struct PairedOptions {
  double margin_share = 0.01;  ///< of the metric's full scale
  double confidence = 0.9;     ///< of the displayed interval: its ends are the one-sided bounds at alpha .05
  std::size_t draws = 10'000;  ///< of a bootstrap, where one is taken
  std::uint64_t seed = 20240617;
  unsigned threads = 0;  ///< 0: as many as the machine has; changes nothing but the time
};

/// Two runs on one metric, over the units that both have.
struct PairedMetric {
  double baseline = 0, candidate = 0;  ///< on the metric's own scale, as are all values down to `margin`
  double difference = 0;               ///< candidate less baseline
  Interval interval;
  double standard_error = 0;
  double margin = 0;
  double detectable_drop = 0;  ///< the smallest true drop that these units show with 80 % power; NaN: no difference was seen
  double samples_needed = 0;   ///< units of this kind that would decide; NaN: not to be told from these
  Evidence evidence;
  std::string test;  ///< its name
  std::int64_t units = 0, clusters = 0;
  std::int64_t gained = 0, lost = 0;      ///< units whose value (for several columns: their sum) rose or fell
  std::int64_t unmatched = 0;             ///< units that only one of the runs has
};

/// Holds two runs against each other by the test that fits the metric:
/// - right or wrong, one unit a cluster: McNemar's exact test below 25 discordant pairs, else the score test; Newcombe's interval
/// - other means: cluster-robust t, or the wild cluster bootstrap below 40 clusters
/// - what is no mean: the BCa cluster bootstrap of the difference
///
/// Empty    without common units: difference NaN, evidence for nothing
/// Throws   DataError for two bases of other formulas, two units of one name, a mean's value outside [0, 1], rows of unequal length
/// Source   the tests' own headers; which is taken when: docs/statistics.md
[[nodiscard]] PairedMetric compare_metric(const MetricBasis& baseline, const MetricBasis& candidate, const PairedOptions& options = {});

}  // namespace assay
