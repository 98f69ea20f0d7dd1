#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <thread>

#include "harness/base/file.h"
#include "metrics/bca_bootstrap.h"
#include "tests/metrics/gate_figures.h"
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

/// Prints the simulation's tables: `assay_gate_simulation [RUNS [SEED [FOLDER]]]`, 8,000 runs a cell unless told otherwise. With a folder,
/// statistics.svg and statistics.csv go there.
int main(int argc, char** argv) {
  const int runs = argc > 1 ? std::atoi(argv[1]) : 8000;
  const auto seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 20240617ULL;
  if (runs <= 0) {
    fmt::print(stderr, "usage: assay_gate_simulation [RUNS [SEED [FOLDER]]], got \"{}\" runs\n", argv[1]);
    return 2;
  }
  const auto figures = assay::simulation::simulate(runs, seed, std::max(1U, std::thread::hardware_concurrency()));
  fmt::print("{}", assay::simulation::figures_markdown(figures));
  fmt::print("\nBCa bootstrap of 100,000 pairs, 10,000 draws: {:.2f} s\n", bootstrap_seconds());
  if (argc <= 3) return 0;
  try {
    const std::filesystem::path folder = argv[3];
    std::filesystem::create_directories(folder);
    assay::write_file_atomically(folder / "statistics.svg", assay::simulation::figures_svg(figures));
    assay::write_file_atomically(folder / "statistics.csv", assay::simulation::figures_csv(figures));
    fmt::print("wrote {0}/statistics.svg and {0}/statistics.csv\n", folder.string());
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 4;
  }
}
