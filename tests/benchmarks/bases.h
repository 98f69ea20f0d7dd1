#pragma once
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "benchmarks/benchmark.h"
#include "metrics/metric_basis.h"
#include "metrics/python_text.h"
#include "tests/benchmarks/scoring.h"

/// What holds of every benchmark's bases.
namespace assay::testing {

inline std::vector<std::string> names_of(const std::vector<MetricBasis>& bases) {
  std::vector<std::string> names;
  for (const auto& basis : bases) names.push_back(basis.name);
  return names;
}

/// Unit, cluster and stratum of each row.
inline std::vector<std::array<std::string, 3>> places_of(const MetricBasis& basis) {
  std::vector<std::array<std::string, 3>> places;
  for (const auto& row : basis.rows) places.push_back({row.unit, row.cluster, row.stratum});
  return places;
}

inline void expect_equal(const MetricBasis& a, const MetricBasis& b) {
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(places_of(a), places_of(b)) << a.name;
  for (std::size_t i = 0; i < a.rows.size() && i < b.rows.size(); ++i) EXPECT_EQ(a.rows[i].values, b.rows[i].values) << a.name;
}

/// Rows as the formulas want them.
inline void expect_sound(const MetricBasis& basis) {
  std::set<std::pair<std::string, std::string>> units;
  std::map<std::string, std::size_t> columns;
  for (const auto& row : basis.rows) {
    EXPECT_TRUE(units.emplace(row.stratum, row.unit).second) << basis.name << ": " << row.unit << " comes twice";
    EXPECT_FALSE(row.unit.empty() || row.cluster.empty()) << basis.name;
    EXPECT_EQ(columns.emplace(row.stratum, row.values.size()).first->second, row.values.size()) << basis.name;
    if (basis.formula == Formula::kMean) {
      ASSERT_EQ(row.values.size(), 1u) << basis.name;
      EXPECT_TRUE(row.stratum.empty()) << basis.name << ": a mean has no strata";
      EXPECT_TRUE(row.values[0] >= 0 && row.values[0] <= 1) << basis.name << " " << row.unit << " " << row.values[0];
    }
  }
}

/// The official summary of LLaVA-Bench divides rounded means and rounds again.
inline double rounded_llava_score(const MetricBasis& basis) {
  double model = 0, other = 0;
  for (const auto& row : basis.rows) model += row.values[0], other += row.values[1];
  const double count = static_cast<double>(basis.rows.size());
  if (basis.name == "model_score") return python::round(python::round(model * 10 / count, 3) * 10, 1);
  return python::round(python::round(model / count, 3) / python::round(other / count, 3) * 100, 1);
}

/// What the basis says, rounded as the metric of that name is.
inline double printed_value(const MetricBasis& basis, const Benchmark& benchmark, std::string_view profile, const std::vector<Metric>& metrics) {
  const double value = value_of(basis);
  if (benchmark.name() == "llava_bench_wild" && profile != "vlmevalkit" && profile != "lmms-eval" && !basis.rows.empty()) return rounded_llava_score(basis);
  if (benchmark.name().starts_with("mathvista") || find_metric(metrics, "accuracy_unrounded") != nullptr) return python::round(value, 2);
  return value;
}

/// Each basis is what the metric of its name is made of; the main metric's comes first.
inline void expect_bases_of_metrics(const Benchmark& benchmark, const std::vector<ScoredReply>& replies, std::string_view profile) {
  const auto metrics = benchmark.metrics(replies, profile);
  const auto bases = benchmark.bases(replies, profile);
  ASSERT_FALSE(bases.empty());
  EXPECT_EQ(bases.front().name, benchmark.main_metric());
  const auto names = names_of(bases);
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), bases.size());
  for (const auto& basis : bases) {
    expect_sound(basis);
    const auto* metric = find_metric(metrics, basis.name);
    ASSERT_NE(metric, nullptr) << basis.name;
    ASSERT_FALSE(std::isnan(metric->value)) << basis.name;
    EXPECT_NEAR(printed_value(basis, benchmark, profile, metrics), metric->value, 1e-9 * std::max(1e-3, std::abs(metric->value))) << basis.name;
    EXPECT_GE(full_scale(basis) * (1 + 1e-9), metric->value) << basis.name;
  }
}

}  // namespace assay::testing
