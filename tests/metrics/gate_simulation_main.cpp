#include <fmt/format.h>

#include <chrono>
#include <cstdlib>

#include "metrics/bca_bootstrap.h"
#include "tests/metrics/gate_simulation.h"

namespace {

/// How long the bootstrap takes for 100,000 graded pairs, no two alike, and 10,000 draws.
double bootstrap_seconds() {
  constexpr std::size_t kPairs = 100'000;
  assay::ClusterTable table{2, {}, {}};
  for (std::size_t i = 0; i < kPairs; ++i) table.values.insert(table.values.end(), {static_cast<double>(i * 7919 % kPairs) / kPairs - 0.5, 1});
  const auto start = std::chrono::steady_clock::now();
  const assay::BcaBootstrap bootstrap(table, [](std::span<const double> sums) { return sums[0] / sums[1]; });
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

/// Prints the simulation tables: `assay_gate_simulation [RUNS [SEED]]`, 8,000 runs a cell unless told otherwise.
int main(int argc, char** argv) {
  const int runs = argc > 1 ? std::atoi(argv[1]) : 8000;
  const auto seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 20240617ULL;
  if (runs <= 0) {
    fmt::print(stderr, "usage: assay_gate_simulation [RUNS [SEED]], got \"{}\" runs\n", argv[1]);
    return 2;
  }
  fmt::print("{}", assay::simulation::tables_as_markdown(runs, seed));
  fmt::print("\nBCa bootstrap of 100,000 pairs, 10,000 draws: {:.2f} s\n", bootstrap_seconds());
}
