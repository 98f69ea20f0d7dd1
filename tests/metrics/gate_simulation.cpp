#include "tests/metrics/gate_simulation.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

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
  const double one = 1.0 / runs;
  for (int run = 0; run < runs; ++run) {
    Generator generator = Generator::of_piece(seed, static_cast<std::uint64_t>(run));
    const PairedCounts counts = drawn_counts(generator, pairs);
    const auto [difference, paired, unpaired] = moments_of(counts);
    if (static_cast<double>(counts.lost - counts.gained) > 0.01 * static_cast<double>(pairs.samples)) rates.fixed += one;
    if (difference < -kZ * unpaired) rates.unpaired_z += one;
    if (difference < -kZ * paired) rates.paired_z += one;
    if (mcnemar_exact_p(counts, Alternative::kLess) <= kAlpha) rates.mcnemar += one;
    if (difference - kZ * paired > -kMargin) rates.non_inferior_z += one;
    const Decision decision = decide(evidence_of(PairedBinary(counts), kMargin), {kAlpha, Decision::kFail});
    if (decision == Decision::kFail) rates.gate_fail += one;
    if (is_pass(decision)) rates.gate_pass += one;
  }
  return rates;
}

std::vector<Clusters> table_of_clusters() { return {{1286, 4, 0.3}, {1286, 4, 0.6}, {500, 5, 0.5}, {30, 79, 0.01}, {30, 79, 0.1}, {5000, 1, 0}}; }

ClusterRates rates_of_clusters(const Clusters& shape, int runs, std::uint64_t seed) {
  ClusterRates rates;
  const double one = 1.0 / runs, n = static_cast<double>(shape.clusters * shape.size);
  const bool few = shape.clusters <= kFewClusters;
  if (!few) rates.bca = rates.wild = std::numeric_limits<double>::quiet_NaN();
  for (int run = 0; run < runs; ++run) {
    Generator generator = Generator::of_piece(seed, static_cast<std::uint64_t>(run));
    const auto [clusters, flips] = drawn_clusters(generator, shape);
    const ClusteredMean mean(clusters);
    if (mean.value() < -kZ * std::sqrt((flips / n - mean.value() * mean.value()) / n)) rates.naive_z += one;
    if (mean.p_value(0, Alternative::kLess) <= kAlpha) rates.clustered_t += one;
    if (!few) continue;
    const std::uint64_t bootstrap_seed = generator.next();
    if (bca_alarms(clusters, bootstrap_seed)) rates.bca += one;
    if (WildClusterMean(clusters, {kBootstrapDraws, bootstrap_seed}).p_value(0, Alternative::kLess) <= kAlpha) rates.wild += one;
  }
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

double monte_carlo_error(double rate, int runs) { return 4 * std::sqrt(rate * (1 - rate) / runs); }

std::string tables_as_markdown(int runs, std::uint64_t seed) {
  std::string out = fmt::format("{} runs a cell, seed {}; shares of runs flagged.\n\n", runs, seed);
  out += "| n | flips | true drop | fixed -1 pt | unpaired z | paired z | McNemar exact | NI pass (z) | gate FAIL | gate PASS |\n|---|---|---|---|---|---|---|---|---|---|\n";
  for (const auto& pairs : table_of_rules()) {
    const auto r = rates_of_rules(pairs, runs, seed);
    out += fmt::format("| {} | {:.0f} % | {:.0f} pt | {:.3f} | {:.3f} | {:.3f} | {:.3f} | {:.3f} | {:.3f} | {:.3f} |\n", pairs.samples, 100 * pairs.flip_rate,
                       100 * pairs.drop, r.fixed, r.unpaired_z, r.paired_z, r.mcnemar, r.non_inferior_z, r.gate_fail, r.gate_pass);
  }
  out += "\n| clusters | size | correlation | naive z | clustered t | BCa bootstrap | wild bootstrap |\n|---|---|---|---|---|---|---|\n";
  for (const auto& clusters : table_of_clusters()) {
    const auto r = rates_of_clusters(clusters, runs, seed);
    out += fmt::format("| {} | {} | {} | {:.3f} | {:.3f} | {:.3f} | {:.3f} |\n", clusters.clusters, clusters.size, clusters.correlation, r.naive_z, r.clustered_t,
                       r.bca, r.wild);
  }
  out += "\n| unchanged metrics | any fails, each at 5 % | any fails, Holm |\n|---|---|---|\n";
  for (const std::size_t metrics : {1, 10, 20}) {
    const auto r = rates_of_family(metrics, runs, seed);
    out += fmt::format("| {} | {:.3f} | {:.3f} |\n", metrics, r.each_on_its_own, r.holm);
  }
  out += "\n| at most | flips | true drop | sequential FAIL | sequential PASS | mean samples |\n|---|---|---|---|---|---|\n";
  for (const Pairs& pairs : {Pairs{5000, 0.02, 0}, Pairs{5000, 0.06, 0}, Pairs{5000, 0.06, 0.01}, Pairs{5000, 0.06, 0.02}, Pairs{5000, 0.3, 0.1}}) {
    const auto r = rates_of_sequence(pairs, runs, seed);
    out += fmt::format("| {} | {:.0f} % | {:.0f} pt | {:.3f} | {:.3f} | {:.0f} |\n", pairs.samples, 100 * pairs.flip_rate, 100 * pairs.drop, r.fail, r.pass,
                       r.mean_stop);
  }
  return out;
}

}  // namespace assay::simulation
