#pragma once
#include <cstddef>
#include <string>
#include <vector>

namespace assay {

/// How a metric is made of the sums of its rows' columns. Formulas with several columns read them in groups ("parts"), each of which gives
/// a number; the parts of all strata are then added up or averaged.
enum class Formula {
  kMean,   ///< one column: the sum of all rows over their number; no parts, no strata
  kRatio,  ///< {numerator, denominator} a part: the quotient, 0 where nothing is divided by
  kF1,     ///< {true positives, false positives, false negatives} a part: 2 tp / (2 tp + fp + fn), 0 where there are none
  kBleu1, kBleu2, kBleu3, kBleu4,  ///< {matches of 1 to 4 words, words of 1 to 4, candidate length, reference length}: caption.h's bleu_columns
};
enum class Combination { kSum, kMean };

/// One unit of a metric: a question, a picture with its two questions, a circular group.
struct BasisRow {
  std::string unit;            ///< unique in its stratum: two runs are paired by it
  std::string cluster;         ///< what is drawn together (the picture); units in one cluster may depend on each other
  std::string stratum;         ///< a category of a macro average, which is drawn by itself; empty: there are none
  std::vector<double> values;  ///< the columns; for kMean one in [0, 1]
};

/// What a metric is made of, so that two runs can be held against each other without their data set: the metric is
/// `scale` × the formula over the rows.
struct MetricBasis {
  std::string name;  ///< the metric's, as in the results
  double scale = 1;  ///< 100 for a percentage
  Formula formula = Formula::kMean;
  Combination combination = Combination::kMean;
  std::vector<BasisRow> rows;
};

[[nodiscard]] const char* name_of(Formula formula);
[[nodiscard]] const char* name_of(Combination combination);
/// Throws DataError with the known names for another one.
[[nodiscard]] Formula formula_named(const std::string& name);
[[nodiscard]] Combination combination_named(const std::string& name);

/// How many columns the formula reads in a group.
[[nodiscard]] std::size_t columns_of(Formula formula);

/// The number that a formula makes of column sums: those of one stratum after the other, `columns` each.
///
/// Empty     0 columns: NaN
/// Throws    DataError where the sums are no whole number of parts
[[nodiscard]] double combined(Formula formula, Combination combination, const double* sums, std::size_t count);

/// The metric itself. NaN without rows.
[[nodiscard]] double value_of(const MetricBasis& basis);

/// What the metric would be with everything right: `scale`, or for a sum of parts `scale` for each. Margins are shares of it.
[[nodiscard]] double full_scale(const MetricBasis& basis);

}  // namespace assay
