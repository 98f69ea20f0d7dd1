#include "benchmarks/basis.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace assay {
namespace {

/// Grades that are quotients of roots may pass 1 by their last digit.
double within_one(double value) { return value > 1 && value < 1 + 1e-9 ? 1 : value; }

}  // namespace

double factor_of(Scale scale) { return scale == Scale::kFraction ? 1 : 100; }

MetricBasis mean_basis(std::string name, double scale, std::span<const Unit> units) {
  MetricBasis basis{std::move(name), scale, Formula::kMean, Combination::kMean, {}};
  for (const auto& unit : units) basis.rows.push_back({unit.id, unit.cluster, "", {within_one(unit.value)}});
  tell_units_apart(basis.rows);
  return basis;
}

MetricBasis mean_of_means_basis(std::string name, double scale, const std::map<std::string, std::vector<Unit>>& parts) {
  MetricBasis basis{std::move(name), scale, Formula::kRatio, Combination::kMean, {}};
  for (const auto& [part, units] : parts) {
    for (const auto& unit : units) basis.rows.push_back({unit.id, unit.cluster, part, {unit.value, 1}});
  }
  tell_units_apart(basis.rows);
  return basis;
}

void tell_units_apart(std::vector<BasisRow>& rows) {
  std::map<std::pair<std::string, std::string>, int> seen;
  for (auto& row : rows) {
    if (const int count = ++seen[{row.stratum, row.unit}]; count > 1) row.unit += fmt::format("/{}", count);
  }
}

}  // namespace assay
