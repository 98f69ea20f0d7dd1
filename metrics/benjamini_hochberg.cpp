#include "metrics/benjamini_hochberg.h"

#include <algorithm>

#include "metrics/p_value_order.h"

namespace assay {

std::vector<double> benjamini_hochberg_adjusted(std::span<const double> p_values) {
  const auto order = p_value_order(p_values);
  std::vector<double> adjusted(p_values.size());
  double least = 1;
  for (std::size_t i = order.size(); i > 0; --i) {
    least = std::min(least, p_values[order[i - 1]] * static_cast<double>(order.size()) / static_cast<double>(i));
    adjusted[order[i - 1]] = least;
  }
  return adjusted;
}

}  // namespace assay
