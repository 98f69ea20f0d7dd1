#pragma once
#include <span>
#include <vector>

namespace assay {

/// P-values of several tests, raised so that among those of at most α the expected share of true hypotheses is at most α, where the tests are
/// independent or depend on each other positively. In the order given.
///
/// Range    [0, 1]
/// Throws   DataError for a p-value outside [0, 1] or NaN
/// Source   Benjamini & Hochberg 1995, JRSS B 57:289; dependence: Benjamini & Yekutieli 2001, Annals of Statistics 29:1165
[[nodiscard]] std::vector<double> benjamini_hochberg_adjusted(std::span<const double> p_values);

}  // namespace assay
