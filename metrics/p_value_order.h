#pragma once
#include <cstddef>
#include <span>
#include <vector>

namespace assay {

/// The places of p-values from the smallest up, equal ones as they came. Throws DataError for one outside [0, 1] or NaN.
[[nodiscard]] std::vector<std::size_t> p_value_order(std::span<const double> p_values);

}  // namespace assay
