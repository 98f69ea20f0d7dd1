#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace assay {

/// How far apart two stretches of a series are: mn / (m + n) times the energy distance of their values.
///
/// Range    larger is further apart; 0 where either has fewer than two values
/// Source   Matteson & James 2014, JASA 109:334, eq. 5 and 6, with exponent 1
[[nodiscard]] double energy_divergence(std::span<const double> before, std::span<const double> after);

struct ChangePointOptions {
  double alpha = 0.05;
  std::size_t draws = 999;  ///< permutations of each test
  std::uint64_t seed = 20240617;
};

/// Where a series takes another level.
struct ChangePoint {
  std::size_t first = 0;  ///< the new level's first value
  double p_value = 1;
};

/// The places where a series changes, in its order: E-divisive means. The split that parts the values furthest is tested by permutations within
/// what has been split already, and kept while its p-value is at most alpha, so a series without a change shows one with probability at
/// most alpha. Levels have two values at least; equal inputs give equal results on every platform.
///
/// Empty    fewer than four values have no change
/// Throws   DataError for a value that is not finite; ConfigError for an alpha outside (0, 1)
/// Source   Matteson & James 2014, JASA 109:334, section 3 (κ bounds the second stretch, so that a later change does not hide an earlier one);
///          for benchmarks of software: Fleming et al. 2023, "Hunter", ICPE, 199
[[nodiscard]] std::vector<ChangePoint> change_points(std::span<const double> values, const ChangePointOptions& options = {});

}  // namespace assay
