#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "metrics/power.h"

/// How many samples see a drop of d: planning before a run, from counts alone.
namespace assay {

/// What a metric divides by, and how much of it shares a picture.
struct SetShape {
  double units = 0;                    ///< questions, or circular groups where these are what is counted
  std::vector<double> cluster_sizes;   ///< units in each cluster; their sum is `units`
};

/// A set of `units` in clusters as alike as can be.
///
/// Throws   ConfigError for no units, no clusters, or more clusters than units
[[nodiscard]] SetShape even_shape(std::int64_t units, std::int64_t clusters);

/// Where a number comes from.
enum class Origin { kGiven, kMeasured, kAssumed };
[[nodiscard]] const char* name_of(Origin origin);  ///< "given", "measured", "assumed"

struct SourcedNumber {
  double value = 0;
  Origin origin = Origin::kAssumed;
};

inline constexpr double kAssumedFlipRate = 0.05;     ///< between a deterministic engine's 2 % and a noisy one's 10 %
inline constexpr double kAssumedCorrelation = 0.3;   ///< within a picture

/// What the samples must show.
struct SizeTarget {
  PowerTarget test;
  double margin = 0.01;  ///< the drop to be seen, as a share of the metric's full scale
};

/// The same set at another flip rate.
struct SizeAtFlipRate {
  double flip_rate = 0;
  double detectable_drop = 0;  ///< with the whole set; a share, as all drops here
  double units_needed = 0;     ///< for the margin, at the whole set's design effect
};

struct SizePlan {
  std::string benchmark;       ///< empty: a set given by its counts
  std::int64_t samples = 0;    ///< what a run asks
  std::string unit_name;       ///< "samples", "circular groups"
  double units = 0;
  std::int64_t clusters = 0;
  double design_effect = 1;
  SourcedNumber flip_rate, correlation;
  SizeAtFlipRate whole;                   ///< at `flip_rate`
  std::vector<SizeAtFlipRate> by_flip_rate;  ///< 2, 5, 10 and 20 %
  SizeAtFlipRate unpaired;                ///< two runs of 80 % accuracy that share nothing: what an unpaired test would see
};

/// The share of samples that differ between two independent runs of an accuracy: what comparing without pairs amounts to.
[[nodiscard]] double unpaired_flip_rate(double accuracy);

/// Fills in all of SizePlan but benchmark, samples and unit_name.
///
/// Throws   ConfigError for a flip rate, correlation, margin or target outside its range
[[nodiscard]] SizePlan plan_size(const SetShape& shape, const SourcedNumber& flip_rate, const SourcedNumber& correlation, const SizeTarget& target);

/// The smallest drop that a set of this shape sees.
[[nodiscard]] double drop_seen(const SetShape& shape, double flip_rate, double correlation, const PowerTarget& test);

/// A unit that two runs answered: what differs, and what it shares its fate with.
struct PairedUnit {
  std::string cluster;
  double difference = 0;  ///< candidate less baseline, in [-1, 1]
};

/// What two runs say about how noisy the units are.
struct MeasuredFlips {
  std::int64_t units = 0;
  std::int64_t flips = 0;               ///< units whose score differs at all
  double flip_rate = 0;                 ///< the mean squared difference; the share of flips where scores are 0 or 1
  std::optional<double> correlation;    ///< of the differences within a cluster, in [0, 1]; nothing: no two units share one, or none differs
};

/// The correlation is the analysis-of-variance estimator for clusters of unequal size, negative ones taken as 0.
///
/// Empty    no flips, no correlation
/// Throws   DataError for a difference outside [-1, 1]
/// Source   Donner 1986, International Statistical Review 54:67, section 2
[[nodiscard]] MeasuredFlips measure_flips(const std::vector<PairedUnit>& pairs);

}  // namespace assay
