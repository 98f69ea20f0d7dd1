#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// Simulated gates: how often each rule flags a build, on made-up pairs of runs with a known true change.
namespace assay::simulation {

/// One row of the table of gate rules.
struct Pairs {
  std::size_t samples;
  double flip_rate, drop;  ///< shares: 0.06, 0.01
};

/// Shares of the simulated builds in [0, 1]. `fixed` flags a score lower by more than a point; the tests are one-sided at 5 %.
struct RuleRates {
  double fixed = 0, unpaired_z = 0, paired_z = 0, mcnemar = 0, non_inferior_z = 0;
  double gate_fail = 0, gate_pass = 0;  ///< our gate with a margin of a point; pass: PASS or IMPROVED; the rest is INCONCLUSIVE
};
[[nodiscard]] std::vector<Pairs> table_of_rules();
[[nodiscard]] RuleRates rates_of_rules(const Pairs& pairs, int runs, std::uint64_t seed);

/// No true change, one sample in ten flips, and flips within a picture resemble each other.
struct Clusters {
  std::size_t clusters, size;
  double correlation;
};
/// Shares of false alarms. Bootstraps are not simulated beyond a hundred clusters, where the gate takes the t test: NaN.
struct ClusterRates {
  double naive_z = 0, clustered_t = 0, bca = 0, wild = 0;
};
[[nodiscard]] std::vector<Clusters> table_of_clusters();
[[nodiscard]] ClusterRates rates_of_clusters(const Clusters& clusters, int runs, std::uint64_t seed);

/// Several metrics gated at once without any change: how often at least one fails.
struct FamilyRates {
  double each_on_its_own = 0, holm = 0;
};
[[nodiscard]] FamilyRates rates_of_family(std::size_t metrics, int runs, std::uint64_t seed);

/// A gate that looks after every sample, margin of a point, at most `pairs.samples`.
struct SequentialRates {
  double fail = 0, pass = 0, mean_stop = 0;  ///< mean_stop: samples used, the inconclusive ones included
};
[[nodiscard]] SequentialRates rates_of_sequence(const Pairs& pairs, int runs, std::uint64_t seed);

/// The standard deviation of a share seen in `runs` runs.
[[nodiscard]] double standard_error_of(double rate, int runs);
/// The share within which `runs` runs of a true `rate` lie with all but one chance in about 30,000 (four standard errors).
[[nodiscard]] double monte_carlo_error(double rate, int runs);

/// Unchanged, a drop of half the margin, one of just the margin, and larger ones.
[[nodiscard]] std::vector<Pairs> table_of_sequences();
/// Sets of three sizes, one sample in 17 flips, and drops from none to three points.
[[nodiscard]] std::vector<Pairs> table_of_power();

template <typename Cell, typename Rates>
struct Simulated {
  Cell cell;
  Rates rates;
};

/// All that the statistics page shows.
struct Figures {
  int runs = 0;
  std::uint64_t seed = 0;
  std::vector<Simulated<Pairs, RuleRates>> rules, power;
  std::vector<Simulated<Clusters, ClusterRates>> clusters;
  std::vector<Simulated<std::size_t, FamilyRates>> families;
  std::vector<Simulated<Pairs, SequentialRates>> sequences;
};

/// `runs` runs a cell; the number of threads changes nothing but the time.
[[nodiscard]] Figures simulate(int runs, std::uint64_t seed, unsigned threads);

}  // namespace assay::simulation
