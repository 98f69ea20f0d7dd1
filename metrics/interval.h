#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "metrics/score.h"

/// 95 % confidence intervals. Questions on one picture are not independent of each other, so everything here counts clusters (pictures,
/// circular groups, documents) and not only questions. All of it is deterministic: equal inputs give equal intervals, everywhere.
namespace assay {

inline constexpr double kZ95 = 1.959963984540054;  ///< 97.5 % quantile of the standard normal distribution

/// Wilson's score interval of a proportion, at 95 % unless another normal quantile is given.  Range [0, 1]; n = 0 gives [0, 1].
///
/// Source       Wilson 1927, JASA 22:209; Brown, Cai & DasGupta 2001, Statistical Science 16:101, section 3.1.1
[[nodiscard]] Interval wilson_interval(double proportion, double n, double z = kZ95);

/// One cluster: the sum of its values and how many there are.
struct Cluster {
  double sum = 0;
  double count = 0;
};

/// The interval of a proportion whose right and wrong answers come in clusters: Wilson's, at n divided by the design effect, which is the
/// cluster-robust variance over the binomial one (never under 1). Clusters of one each give Wilson's own. Where all are right or all
/// wrong no variance is seen, and each cluster counts as one.
///
/// Source       Kish 1965, Survey Sampling, section 8.2; Korn & Graubard 1998, Survey Methodology 24:193; cluster-robust variance of a
///              ratio: Cochran 1977, Sampling Techniques, eq. 9A.7; for evaluations: Miller 2024, arXiv:2411.00640, section 2.2
[[nodiscard]] Interval clustered_proportion_interval(std::span<const Cluster> clusters);

/// A number with its interval.
struct Estimate {
  double value = 0;
  Interval interval;
};

/// The interval of `weight` times the sum of independent estimates, from each one's own interval: their distances to the lower and to the
/// upper ends are each squared and added ("square and add", the method of variance estimates recovery). It keeps what the single intervals
/// know of ends near a limit, and is no point where every part is all right or all wrong. None gives a NaN pair.
///
/// Source       Newcombe 1998, Statistics in Medicine 17:873, method 10; for sums of k proportions: Zou, Huang & Zhang 2009,
///              Computational Statistics & Data Analysis 53:1080, eq. 3
[[nodiscard]] Interval sum_interval(std::span<const Estimate> estimates, double weight = 1);

/// Percentile bootstrap over clusters, for means of graded values and for numbers that are no means at all.
///
/// Each of `resamples` rounds draws, within every stratum by itself, as many clusters as it has, with replacement; `statistic` gets how often
/// each cluster came, all strata one after the other, and returns the number. The interval runs from the 2.5th to the 97.5th percentile.
/// Where every resample is alike (all right, all wrong, a single cluster) the interval is a point, which says too much: callers then take
/// a proportion's.
///
/// Source       Efron & Tibshirani 1993, An Introduction to the Bootstrap, sections 8.3 and 13.3; linear percentiles as numpy's default
struct BootstrapOptions {
  int resamples = 2000;
  std::uint64_t seed = 20240617;
};
[[nodiscard]] Interval bootstrap_interval(std::span<const std::size_t> stratum_sizes,
                                          const std::function<double(std::span<const std::uint32_t>)>& statistic,
                                          const BootstrapOptions& options = {});

/// The same for the mean over all values of one stratum's clusters.
[[nodiscard]] Interval bootstrap_mean_interval(std::span<const Cluster> clusters, const BootstrapOptions& options = {});

}  // namespace assay
