#include "tests/metrics/gate_simulation.h"

#include <atomic>
#include <cmath>
#include <functional>
#include <limits>
#include <thread>

#include "metrics/bca_bootstrap.h"
#include "metrics/clustered_mean.h"
#include "metrics/decision.h"
#include "metrics/generator.h"
#include "metrics/paired_binary.h"
#include "metrics/sequential_gate.h"
#include "metrics/wild_cluster_mean.h"

namespace assay::simulation {
namespace {

constexpr double kAlpha = 0.05, kMargin = 0.01, kAccuracy = 0.8;
constexpr double kZ = 1.6448536269514722;  // 95 % quantile of the standard normal distribution
constexpr std::size_t kFewClusters = 100, kBootstrapDraws = 1000;

/// 1 for a gained sample, -1 for a lost one, else 0.
int drawn_difference(Generator& generator, const Pairs& pairs) {
  const double draw = generator.uniform(), lost = (pairs.flip_rate + pairs.drop) / 2;
  return draw < lost ? -1 : draw < pairs.flip_rate ? 1 : 0;
}

PairedCounts drawn_counts(Generator& generator, const Pairs& pairs) {
  const double right = kAccuracy - (pairs.flip_rate + pairs.drop) / 2;
  PairedCounts counts;
  for (std::size_t i = 0; i < pairs.samples; ++i) {
    const int difference = drawn_difference(generator, pairs);
    if (difference != 0) ++(difference > 0 ? counts.gained : counts.lost);
    else ++(generator.uniform() * (1 - pairs.flip_rate) < right ? counts.both_right : counts.both_wrong);
  }
  return counts;
}

/// The difference and its standard error, with and without the pairs.
struct Moments {
  double difference, paired_error, unpaired_error;
};
Moments moments_of(const PairedCounts& counts) {
  const auto n = static_cast<double>(counts.count());
  const double before = static_cast<double>(counts.both_right + counts.lost) / n, now = static_cast<double>(counts.both_right + counts.gained) / n;
  const double flips = static_cast<double>(counts.discordant()) / n, difference = now - before;
  return {difference, std::sqrt((flips - difference * difference) / n), std::sqrt((before * (1 - before) + now * (1 - now)) / n)};
}

struct DrawnClusters {
  std::vector<Cluster> clusters;
  double flips = 0;
};
/// Each sample is its picture's common draw with probability √correlation, else its own: two of a picture then correlate as asked.
DrawnClusters drawn_clusters(Generator& generator, const Clusters& shape) {
  constexpr Pairs kUnchanged{1, 0.1, 0};
  const double shared = std::sqrt(shape.correlation);
  DrawnClusters drawn;
  for (std::size_t c = 0; c < shape.clusters; ++c) {
    Cluster cluster{0, static_cast<double>(shape.size)};
    const int common = drawn_difference(generator, kUnchanged);
    for (std::size_t i = 0; i < shape.size; ++i) {
      const int difference = generator.uniform() < shared ? common : drawn_difference(generator, kUnchanged);
      cluster.sum += difference, drawn.flips += difference != 0;
    }
    drawn.clusters.push_back(cluster);
  }
  return drawn;
}

bool bca_alarms(const std::vector<Cluster>& clusters, std::uint64_t seed) {
  ClusterTable table{2, {}, {}};
  for (const auto& cluster : clusters) table.values.insert(table.values.end(), {cluster.sum, cluster.count});
  const BcaBootstrap bootstrap(table, [](std::span<const double> sums) { return sums[0] / sums[1]; }, {kBootstrapDraws, seed, 1});
  return bootstrap.p_value(0, Alternative::kLess) <= kAlpha;
}

bool is_pass(Decision decision) { return decision == Decision::kPass || decision == Decision::kImproved; }

}  // namespace

std::vector<Pairs> table_of_rules() {
  return {{200, 0.06, 0},     {200, 0.15, 0},  {200, 0.06, 0.02},  {900, 0.06, 0},     {900, 0.06, 0.02}, {2500, 0.02, 0},
          {2500, 0.06, 0}, {2500, 0.06, 0.01}, {2500, 0.06, 0.02}, {5349, 0.02, 0.01}, {5349, 0.15, 0.02}};
}

RuleRates rates_of_rules(const Pairs& pairs, int runs, std::uint64_t seed) {
  RuleRates rates;
  for (int run = 0; run < runs; ++run) {
    Generator generator = Generator::of_piece(seed, static_cast<std::uint64_t>(run));
    const PairedCounts counts = drawn_counts(generator, pairs);
    const auto [difference, paired, unpaired] = moments_of(counts);
    if (static_cast<double>(counts.lost - counts.gained) > 0.01 * static_cast<double>(pairs.samples)) rates.fixed += 1;
    if (difference < -kZ * unpaired) rates.unpaired_z += 1;
    if (difference < -kZ * paired) rates.paired_z += 1;
    if (mcnemar_exact_p(counts, Alternative::kLess) <= kAlpha) rates.mcnemar += 1;
    if (difference - kZ * paired > -kMargin) rates.non_inferior_z += 1;
    const Decision decision = decide(evidence_of(PairedBinary(counts), kMargin), {kAlpha, Decision::kFail});
    if (decision == Decision::kFail) rates.gate_fail += 1;
    if (is_pass(decision)) rates.gate_pass += 1;
  }
  for (double* share : {&rates.fixed, &rates.unpaired_z, &rates.paired_z, &rates.mcnemar, &rates.non_inferior_z, &rates.gate_fail, &rates.gate_pass})
    *share /= runs;
  return rates;
}

std::vector<Clusters> table_of_clusters() { return {{1286, 4, 0.3}, {1286, 4, 0.6}, {500, 5, 0.5}, {30, 79, 0.01}, {30, 79, 0.1}, {5000, 1, 0}}; }

ClusterRates rates_of_clusters(const Clusters& shape, int runs, std::uint64_t seed) {
  ClusterRates rates;
  const double n = static_cast<double>(shape.clusters * shape.size);
  const bool few = shape.clusters <= kFewClusters;
  if (!few) rates.bca = rates.wild = std::numeric_limits<double>::quiet_NaN();
  for (int run = 0; run < runs; ++run) {
    Generator generator = Generator::of_piece(seed, static_cast<std::uint64_t>(run));
    const auto [clusters, flips] = drawn_clusters(generator, shape);
    const ClusteredMean mean(clusters);
    if (mean.value() < -kZ * std::sqrt((flips / n - mean.value() * mean.value()) / n)) rates.naive_z += 1;
    if (mean.p_value(0, Alternative::kLess) <= kAlpha) rates.clustered_t += 1;
    if (!few) continue;
    const std::uint64_t bootstrap_seed = generator.next();
    if (bca_alarms(clusters, bootstrap_seed)) rates.bca += 1;
    if (WildClusterMean(clusters, {kBootstrapDraws, bootstrap_seed}).p_value(0, Alternative::kLess) <= kAlpha) rates.wild += 1;
  }
  for (double* share : {&rates.naive_z, &rates.clustered_t, &rates.bca, &rates.wild}) *share /= runs;
  return rates;
}

FamilyRates rates_of_family(std::size_t metrics, int runs, std::uint64_t seed) {
  FamilyRates rates;
  for (int run = 0; run < runs; ++run) {
    Generator generator = Generator::of_piece(seed, static_cast<std::uint64_t>(run));
    std::vector<Evidence> family;
    bool alone = false, together = false;
    for (std::size_t i = 0; i < metrics; ++i) {
      family.push_back(evidence_of(PairedBinary(drawn_counts(generator, {900, 0.06, 0})), kMargin));
      alone = alone || decide(family.back()) == Decision::kFail;
    }
    for (const Decision decision : decide_family(family)) together = together || decision == Decision::kFail;
    rates.each_on_its_own += alone, rates.holm += together;
  }
  return {rates.each_on_its_own / runs, rates.holm / runs};
}

SequentialRates rates_of_sequence(const Pairs& pairs, int runs, std::uint64_t seed) {
  SequentialRates rates;
  for (int run = 0; run < runs; ++run) {
    Generator generator = Generator::of_piece(seed, static_cast<std::uint64_t>(run));
    SequentialGate gate({kMargin, {kAlpha, Decision::kFail}, 1, pairs.samples});
    while (!gate.may_stop()) gate.add({static_cast<double>(drawn_difference(generator, pairs)), 1});
    rates.fail += gate.decision() == Decision::kFail, rates.pass += is_pass(gate.decision());
    rates.mean_stop += static_cast<double>(gate.cluster_count());
  }
  return {rates.fail / runs, rates.pass / runs, rates.mean_stop / runs};
}

double standard_error_of(double rate, int runs) { return std::sqrt(rate * (1 - rate) / runs); }
double monte_carlo_error(double rate, int runs) { return 4 * standard_error_of(rate, runs); }

std::vector<Pairs> table_of_sequences() {
  return {{5000, 0.02, 0}, {5000, 0.06, 0}, {5000, 0.06, 0.005}, {5000, 0.02, 0.01}, {5000, 0.06, 0.01}, {5000, 0.06, 0.02}, {5000, 0.3, 0.1}};
}

std::vector<Pairs> table_of_power() {
  constexpr int kSteps = 12;
  std::vector<Pairs> cells;
  for (const std::size_t samples : {200, 900, 2500})
    for (int step = 0; step <= kSteps; ++step) cells.push_back({samples, 0.06, 0.0025 * step});
  return cells;
}

namespace {

using Jobs = std::vector<std::function<void()>>;

template <typename Cell, typename Rates, typename Simulation>
void add_jobs(Jobs& jobs, const std::vector<Cell>& cells, std::vector<Simulated<Cell, Rates>>& results, const Simulation& simulation) {
  for (const auto& cell : cells) results.push_back({cell, {}});
  for (auto& result : results) jobs.emplace_back([&result, simulation] { result.rates = simulation(result.cell); });
}

void run_all(const Jobs& jobs, unsigned threads) {
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < jobs.size(); i = next++) jobs[i]();
  };
  std::vector<std::jthread> workers;
  for (unsigned i = 1; i < threads; ++i) workers.emplace_back(work);
  work();
}

}  // namespace

Figures simulate(int runs, std::uint64_t seed, unsigned threads) {
  Figures figures;
  figures.runs = runs, figures.seed = seed;
  Jobs jobs;
  add_jobs(jobs, table_of_sequences(), figures.sequences, [=](const Pairs& cell) { return rates_of_sequence(cell, runs, seed); });
  add_jobs(jobs, table_of_rules(), figures.rules, [=](const Pairs& cell) { return rates_of_rules(cell, runs, seed); });
  add_jobs(jobs, table_of_clusters(), figures.clusters, [=](const Clusters& cell) { return rates_of_clusters(cell, runs, seed); });
  add_jobs(jobs, std::vector<std::size_t>{1, 10, 20}, figures.families, [=](std::size_t metrics) { return rates_of_family(metrics, runs, seed); });
  add_jobs(jobs, table_of_power(), figures.power, [=](const Pairs& cell) { return rates_of_rules(cell, runs, seed); });
  run_all(jobs, threads);
  return figures;
}

}  // namespace assay::simulation
