#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "metrics/decision.h"
#include "metrics/interval.h"

namespace assay {

/// Of at least one value.
[[nodiscard]] double median_of(std::span<const double> values);

struct MedianRatioOptions {
  std::size_t draws = 10'000;
  std::uint64_t seed = 20240617;
  double confidence = 0.95;
};

/// The candidate's median over the baseline's, with a percentile bootstrap interval; each run's repetitions are drawn by themselves.
///
/// Range    (0, ∞); below 1 is faster where the numbers are times
/// Empty    NaN with a NaN interval
/// Throws   DataError for a value that is not positive and finite
/// Source   Georges, Buytaert & Eeckhout 2007, OOPSLA, 57; Kalibera & Jones 2013, ISMM, 63 (ratios, with bootstrap intervals)
[[nodiscard]] Estimate median_ratio(std::span<const double> baseline, std::span<const double> candidate, const MedianRatioOptions& options = {});

/// What a ratio of times says: FAIL and IMPROVED need an interval that excludes 1 and a change of at least `least_change`; PASS needs an
/// interval that stays below 1 + least_change.
///
/// Throws   ConfigError for a change outside (0, 1); a NaN ratio is inconclusive
[[nodiscard]] Decision decide_slowdown(const Estimate& ratio, double least_change = 0.03);

}  // namespace assay
