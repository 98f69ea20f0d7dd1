#pragma once
#include <span>
#include <vector>

namespace assay {

/// P-values of a family of tests, raised so that refusing each that is at most α refuses a true hypothesis with probability at most α over
/// the whole family, however the tests depend on each other. In the order given.
///
/// Range    [0, 1]
/// Throws   DataError for a p-value outside [0, 1] or NaN
/// Source   Holm 1979, Scandinavian Journal of Statistics 6:65
[[nodiscard]] std::vector<double> holm_adjusted(std::span<const double> p_values);

}  // namespace assay
