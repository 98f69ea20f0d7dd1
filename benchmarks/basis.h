#pragma once
#include <map>
#include <span>
#include <string>
#include <vector>

#include "benchmarks/summary.h"
#include "metrics/metric_basis.h"

/// What metrics are made of, from the units that the metrics themselves are made of.
namespace assay {

/// 1 for a fraction, 100 for a percentage.
[[nodiscard]] double factor_of(Scale scale);

/// `scale` × the mean of units in [0, 1], a row each.
[[nodiscard]] MetricBasis mean_basis(std::string name, double scale, std::span<const Unit> units);

/// `scale` × the mean over parts of each part's mean, every part counted once: parts are strata.
[[nodiscard]] MetricBasis mean_of_means_basis(std::string name, double scale, const std::map<std::string, std::vector<Unit>>& parts);

/// Units that come again in their stratum, as in files that repeat ids, get their count behind a slash: "v12", "v12/2".
void tell_units_apart(std::vector<BasisRow>& rows);

}  // namespace assay
