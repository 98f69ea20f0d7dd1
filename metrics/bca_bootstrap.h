#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "metrics/alternative.h"
#include "metrics/score.h"

namespace assay {

/// What is drawn in a bootstrap: clusters (a picture, a circular group, a document), each a row of numbers that add up.
///
/// An aggregate that is no mean is written over sums: a difference of accuracies over rows {right in A, right in B, questions}; MME's
/// acc + acc+ over {questions right, pictures with both right, questions} of each run; circular accuracy over {groups all right, groups}.
/// With strata (categories of a macro average), clusters are drawn within each, and the aggregate sees the sums of every one.
struct ClusterTable {
  std::size_t columns = 1;
  std::vector<double> values;              ///< rows of `columns` numbers, the strata one after the other
  std::vector<std::size_t> stratum_sizes;  ///< how many rows each stratum has; empty: one stratum of all
};

/// From the sums, `columns` for each stratum, to the number that is reported: usually the candidate's less the baseline's.
/// Called from several threads at once.
using Aggregate = std::function<double(std::span<const double> sums)>;

struct BcaOptions {
  std::size_t draws = 10'000;
  std::uint64_t seed = 20240617;
  unsigned threads = 0;  ///< 0: as many as the machine has; changes nothing but the time
};

/// The bias-corrected and accelerated cluster bootstrap of an aggregate.
///
/// Each draw has a random stream of its own, and its sums are added in the order drawn: equal inputs give equal results on any number of
/// threads. Ties with the value count half for the bias. Where all draws are alike the interval is a point, which says too much: callers
/// then take a proportion's (ClusteredMean, PairedBinary).
///
/// Divides by   whatever the aggregate divides by
/// Throws       DataError for no clusters, sizes that do not fit, or a value, draw or leave-one-out that is not finite
/// Source       Efron 1987, JASA 82:171; DiCiccio & Efron 1996, Statistical Science 11:189, eqs 2.3 to 2.8 and 6.6; several samples:
///              scipy.stats.bootstrap(method="BCa"); clusters: Field & Welsh 2007, JRSS B 69:369; NLP metrics: Koehn 2004, EMNLP, 388
class BcaBootstrap {
 public:
  BcaBootstrap(const ClusterTable& table, const Aggregate& aggregate, const BcaOptions& options = {});

  [[nodiscard]] double value() const { return value_; }
  /// The standard deviation of the draws.
  [[nodiscard]] double standard_error() const;
  [[nodiscard]] double bias_correction() const { return bias_correction_; }
  [[nodiscard]] double acceleration() const { return acceleration_; }
  [[nodiscard]] Interval interval(double confidence) const;
  /// The level at which the interval's end would meet `null`: the interval turned round. Never below about 1 / draws.
  [[nodiscard]] double p_value(double null, Alternative alternative) const;

 private:
  [[nodiscard]] double end_at(double share) const;
  [[nodiscard]] double draws_below(double limit, bool or_equal) const;
  [[nodiscard]] double normal_place(double draw_count) const;

  double value_ = 0, bias_correction_ = 0, acceleration_ = 0;
  std::vector<double> sorted_draws_;
};

}  // namespace assay
