#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "benchmarks/benchmark.h"
#include "metrics/interval.h"

/// From scores to metrics. Every number here is the same in whatever order the replies come.
namespace assay {

/// One unit of a denominator: its value and what it shares its fate with.
struct Unit {
  std::string cluster;
  double value = 0;
  std::string id = {};  ///< its own among the others, the same in every run; needed where two runs are compared (basis.h)
};

/// How a mean is written, down to the last digit.
enum class Scale {
  kFraction,         ///< sum / n
  kPercent,          ///< sum / n * 100
  kPercentFromSum,   ///< 100 * sum / n
};

/// The share of right units (values 0 and 1). The interval is Wilson's, widened where units share a cluster.
[[nodiscard]] Metric proportion_metric(std::string name, std::span<const Unit> units, Scale scale, std::string divides_by);

/// The mean of graded units in [0, 1], its `value` computed by the caller as the official tool does. The interval is the cluster bootstrap's;
/// where every resample is alike (all 0, all 1, a single cluster) it is that of a proportion with the same mean, whose variance is the largest
/// that values in [0, 1] can have.
[[nodiscard]] Metric graded_metric(std::string name, double value, std::span<const Unit> units, double scale, std::string divides_by);

/// Units gathered by cluster, sorted by its name.
[[nodiscard]] std::vector<Cluster> clusters_of(std::span<const Unit> units);

/// What a sample shares with others: its picture (its group where the reader names one). The same wherever the data lies.
[[nodiscard]] std::string cluster_of(const Sample& sample);

/// A scored reply as a unit of a denominator.
[[nodiscard]] Unit unit_of(const ScoredReply& scored);
/// All that have a label.
[[nodiscard]] std::vector<Unit> labelled_units(std::span<const ScoredReply> replies);

/// "Finegrained_perception (instance-level)" -> "finegrained_perception_instance_level": lower case, and one underscore for each run of other
/// letters than a to z and 0 to 9. Text without any such letter is returned as it is.
[[nodiscard]] std::string snake_case(std::string_view text);

}  // namespace assay
