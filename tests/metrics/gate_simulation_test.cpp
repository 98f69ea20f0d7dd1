#include "tests/metrics/gate_simulation.h"

#include <gtest/gtest.h>

#include <cmath>

/// Error rates and power of the gate, on fewer runs than the printed tables; bounds are four Monte Carlo standard errors.
namespace assay::simulation {
namespace {

constexpr int kRuns = 1000;
constexpr std::uint64_t kSeed = 1;
constexpr double kAlpha = 0.05;

TEST(GateSimulation, HoldsItsFalseAlarmRateWhereTheFixedThresholdCriesWolf) {
  for (const auto& pairs : table_of_rules()) {
    if (pairs.drop > 0) continue;
    const auto rates = rates_of_rules(pairs, kRuns, kSeed);
    EXPECT_LE(rates.gate_fail, kAlpha + monte_carlo_error(kAlpha, kRuns)) << pairs.samples << " " << pairs.flip_rate;
    if (pairs.samples == 200) {
      EXPECT_GT(rates.fixed, 0.19);
    }
  }
}

struct PowerCase {
  const char* name;
  Pairs pairs;
  double mcnemar, non_inferior;
};
void PrintTo(const PowerCase& c, std::ostream* os) { *os << c.name; }
class GatePower : public testing::TestWithParam<PowerCase> {};
// what the normal approximation foretells: scipy.stats.norm.cdf(-1.6449 + drop / se), .cdf((.01 - drop) / se - 1.6449), se = sqrt((pd - d²) / n)
TEST_P(GatePower, IsAsListed) {
  const auto& c = GetParam();
  const auto rates = rates_of_rules(c.pairs, kRuns, kSeed);
  EXPECT_NEAR(rates.mcnemar, c.mcnemar, 0.02 + monte_carlo_error(c.mcnemar, kRuns));
  EXPECT_NEAR(rates.non_inferior_z, c.non_inferior, 0.02 + monte_carlo_error(c.non_inferior, kRuns));
  EXPECT_GE(rates.gate_fail, rates.mcnemar - rates.gate_pass - 1e-9);  // the score test sees no less than the exact one
}
INSTANTIATE_TEST_SUITE_P(Drops, GatePower,
    testing::Values(PowerCase{"two_points_of_900", {900, 0.06, 0.02}, 0.75, 0.00}, PowerCase{"one_point_of_2500", {2500, 0.06, 0.01}, 0.63, 0.05},
                    PowerCase{"one_point_of_5349_quiet", {5349, 0.02, 0.01}, 1.0, 0.05}, PowerCase{"none_of_2500_quiet", {2500, 0.02, 0}, 0.04, 0.97},
                    PowerCase{"none_of_2500", {2500, 0.06, 0}, 0.04, 0.66}),
    [](const auto& c) { return c.param.name; });

TEST(GateSimulation, HoldsItsFalseAlarmRateWithClusters) {
  for (const Clusters& clusters : {Clusters{300, 4, 0.6}, Clusters{200, 5, 0.5}}) {
    const auto rates = rates_of_clusters(clusters, kRuns, kSeed);
    EXPECT_NEAR(rates.clustered_t, kAlpha, monte_carlo_error(kAlpha, kRuns)) << clusters.size;
    EXPECT_GT(rates.naive_z, 0.11) << clusters.size;
    EXPECT_TRUE(std::isnan(rates.wild));
  }
}
TEST(GateSimulation, HoldsItWithFewClusters) {
  const auto rates = rates_of_clusters({30, 40, 0.05}, 400, kSeed);
  EXPECT_LE(rates.clustered_t, kAlpha + monte_carlo_error(kAlpha, 400));
  EXPECT_LE(rates.wild, kAlpha + monte_carlo_error(kAlpha, 400));
}
TEST(GateSimulation, HoldsTheFamilyWiseRateOverTenMetrics) {
  const auto rates = rates_of_family(10, kRuns, kSeed);
  EXPECT_LE(rates.holm, kAlpha + monte_carlo_error(kAlpha, kRuns));
  EXPECT_GT(rates.each_on_its_own, 0.25);
}
TEST(GateSimulation, HoldsItsRatesWhenLookedAtAfterEverySample) {
  const auto unchanged = rates_of_sequence({3000, 0.03, 0}, 300, kSeed), at_margin = rates_of_sequence({3000, 0.03, 0.01}, 300, kSeed);
  EXPECT_LE(unchanged.fail, kAlpha + monte_carlo_error(kAlpha, 300));
  EXPECT_LE(at_margin.pass, kAlpha + monte_carlo_error(kAlpha, 300));
  EXPECT_GT(unchanged.pass, 0.5);
  EXPECT_LT(rates_of_sequence({3000, 0.3, 0.1}, 300, kSeed).mean_stop, 1000);
}
TEST(GateSimulation, IsReproducible) {
  const Pairs pairs{200, 0.06, 0};
  EXPECT_EQ(rates_of_rules(pairs, 200, 5).gate_fail, rates_of_rules(pairs, 200, 5).gate_fail);
  EXPECT_NE(rates_of_rules(pairs, 200, 5).fixed, rates_of_rules(pairs, 200, 6).fixed);
}

}  // namespace
}  // namespace assay::simulation
