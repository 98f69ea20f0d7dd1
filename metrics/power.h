#pragma once
#include <span>

namespace assay {

/// How sure a plan wants to be: error rate of a one-sided test, and the share of true drops that it should see.
struct PowerTarget {
  double alpha = 0.05;
  double power = 0.8;
};

/// By how much the variance of a mean grows because the samples of a cluster resemble each other: 1 + (Σm² / Σm - 1) · correlation.
///
/// Range    [1, ∞) for a correlation in [0, 1]
/// Empty    1
/// Throws   DataError for a size that is not positive or a correlation outside [0, 1]
/// Source   Kish 1965, Survey Sampling, section 8.2; unequal sizes: Eldridge, Ashby & Kerry 2006, Int. Journal of Epidemiology 35:1292
[[nodiscard]] double design_effect(std::span<const double> cluster_sizes, double correlation);

/// The smallest true drop that a paired test on `count` samples sees, as a share in [0, 1]. `flip_rate` is the share of samples whose
/// score differs between two runs (for graded scores: the mean squared difference).
///
/// Empty    infinity for no samples
/// Throws   DataError for a rate outside [0, 1], a design effect below 1 or a target outside (0, 1)
/// Source   Connor 1987, Biometrics 43:207, without the null's own variance; Miller 2024, arXiv:2411.00640, on power
[[nodiscard]] double detectable_drop(double flip_rate, double count, double design_effect = 1, const PowerTarget& target = {});

/// How many samples a paired test needs to see a true drop; as many let an unchanged candidate pass a margin of that size.
[[nodiscard]] double samples_to_detect(double drop, double flip_rate, double design_effect = 1, const PowerTarget& target = {});

/// What an inconclusive comparison has seen.
struct Observed {
  double difference = 0;       ///< candidate less baseline
  double standard_error = 0;   ///< clusters included; 0: no difference was seen at all
  double sample_count = 0;
};

/// How many samples of this kind would decide: enough for an unchanged candidate to pass with the target's power, and enough for the
/// difference seen here to be told from the nearer of its two limits (from -margin if above, from 0 if below).
///
/// Empty    NaN
/// Throws   DataError for a value that is not finite; ConfigError for a margin that is not positive
[[nodiscard]] double samples_to_decide(const Observed& observed, double margin, const PowerTarget& target = {});

}  // namespace assay
