#pragma once
#include <string>

#include "tests/metrics/gate_simulation.h"

namespace assay::simulation {

/// The tables of docs/statistics.md.
[[nodiscard]] std::string figures_markdown(const Figures& figures);

/// Every number on a line of its own, with its Monte Carlo standard error.
[[nodiscard]] std::string figures_csv(const Figures& figures);

/// docs/statistics.svg: false alarms by rule with and without clusters, and what is flagged by true drop.
[[nodiscard]] std::string figures_svg(const Figures& figures);

}  // namespace assay::simulation
