#include "metrics/p_value_order.h"

#include <algorithm>
#include <numeric>

#include "harness/base/error.h"

namespace assay {

std::vector<std::size_t> p_value_order(std::span<const double> p_values) {
  for (const double p : p_values)
    if (!(p >= 0 && p <= 1)) throw DataError(fmt::format("a p-value must lie in [0, 1], got {}", p));
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
  return order;
}

}  // namespace assay
