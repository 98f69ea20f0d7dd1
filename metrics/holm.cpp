#include "metrics/holm.h"

#include <algorithm>

#include "metrics/p_value_order.h"

namespace assay {

std::vector<double> holm_adjusted(std::span<const double> p_values) {
  const auto order = p_value_order(p_values);
  std::vector<double> adjusted(p_values.size());
  double largest = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    largest = std::max(largest, std::min(1.0, p_values[order[i]] * static_cast<double>(order.size() - i)));
    adjusted[order[i]] = largest;
  }
  return adjusted;
}

}  // namespace assay
