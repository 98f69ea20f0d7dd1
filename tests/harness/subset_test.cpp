#include "harness/gate/subset.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

/// Clusters of two units in three categories: 60, 30 and 10 of a hundred.
std::vector<SubsetCluster> hundred() {
  std::vector<SubsetCluster> clusters;
  for (int i = 0; i < 100; ++i) clusters.push_back({fmt::format("c{}", i), i % 10 < 6 ? "count" : i % 10 < 9 ? "colour" : "scene", 2});
  return clusters;
}
std::map<std::string, std::size_t> strata_of(const std::vector<SubsetCluster>& clusters, const std::vector<std::size_t>& places) {
  std::map<std::string, std::size_t> counts;
  for (const auto place : places) ++counts[clusters[place].stratum];
  return counts;
}

// By Python's xxhash; the same list on every machine: a change here makes other subsets of everybody's data sets.
TEST(SubsetDraw, IsTheSameEverywhere) {
  EXPECT_THAT(SubsetDraw(hundred(), "mme", 0).take(5), ElementsAre(7, 12, 33, 45, 87));
  EXPECT_THAT(SubsetDraw(hundred(), "mme", 1).take(5), ElementsAre(52, 60, 65, 97, 98));
}
TEST(SubsetDraw, DependsOnSeedAndBenchmarkAndNotOnTheOrderOfClusters) {
  const auto clusters = hundred();
  EXPECT_NE(SubsetDraw(clusters, "mme", 0).take(10), SubsetDraw(clusters, "pope", 0).take(10));
  auto turned = clusters;
  std::reverse(turned.begin(), turned.end());
  std::set<std::string> names, turned_names;
  for (const auto place : SubsetDraw(clusters, "mme", 3).take(17)) names.insert(clusters[place].name);
  for (const auto place : SubsetDraw(turned, "mme", 3).take(17)) turned_names.insert(turned[place].name);
  EXPECT_EQ(names, turned_names);
}
TEST(SubsetDraw, KeepsCategoriesInProportionByLargestRemainders) {
  const auto clusters = hundred();
  const SubsetDraw draw(clusters, "mme", 0);
  EXPECT_THAT(strata_of(clusters, draw.take(10)), ElementsAre(Pair("colour", 3), Pair("count", 6), Pair("scene", 1)));
  EXPECT_THAT(strata_of(clusters, draw.take(4)), ElementsAre(Pair("colour", 1), Pair("count", 3)));             // 1.2, 2.4, 0.4: the larger of equal ones by name
  EXPECT_THAT(strata_of(clusters, draw.take(5)), ElementsAre(Pair("colour", 2), Pair("count", 3)));             // 1.5, 3.0, 0.5
  EXPECT_THAT(strata_of(clusters, draw.take(7)), ElementsAre(Pair("colour", 2), Pair("count", 4), Pair("scene", 1)));  // 2.1, 4.2, 0.7
  EXPECT_EQ(draw.take(100).size(), 100U);
  EXPECT_EQ(draw.take(1000).size(), 100U);
}
TEST(SubsetDraw, DrawsEveryClusterAboutAsOften) {
  const auto clusters = hundred();
  std::vector<int> times(100);
  for (std::uint64_t seed = 0; seed < 2000; ++seed)
    for (const auto place : SubsetDraw(clusters, "mme", seed).take(10)) ++times[place];
  for (const int count : times) EXPECT_NEAR(count, 200, 70);  // five standard deviations of a binomial of 2,000 and 1 / 10
}
TEST(Subset, SeesItsMarginAndWouldNotWithAClusterLess) {
  const auto clusters = hundred();
  const SubsetDraw draw(clusters, "mme", 0);
  const SizeTarget target{{}, 0.06};
  const auto places = subset_for_margin(draw, 0.05, 0.3, target);
  ASSERT_TRUE(places.has_value());
  EXPECT_LE(drop_seen(draw.shape_of(*places), 0.05, 0.3, target.test), 0.06);
  EXPECT_GT(drop_seen(draw.shape_of(draw.take(places->size() - 1)), 0.05, 0.3, target.test), 0.06);
}
TEST(Subset, HasTheUnitsAskedForInWholeClusters) {
  const auto clusters = hundred();
  const SubsetDraw draw(clusters, "mme", 0);
  EXPECT_EQ(subset_of_units(draw, 31)->size(), 16U);
  EXPECT_EQ(subset_of_units(draw, 200)->size(), 100U);
}
TEST(Subset, IsNoneWhereTheWholeSetIsTooSmall) {
  const SubsetDraw draw(hundred(), "mme", 0);
  EXPECT_FALSE(subset_of_units(draw, 201).has_value());
  EXPECT_FALSE(subset_for_margin(draw, 0.2, 0.3, {{}, 0.001}).has_value());
  EXPECT_FALSE(subset_of_units(SubsetDraw({}, "mme", 0), 1).has_value());
}
TEST(Subset, CountsNothingForClustersWithoutUnits) {
  std::vector<SubsetCluster> clusters = {{"a", "", 0}, {"b", "", 3}};
  const SubsetDraw draw(clusters, "x", 0);
  EXPECT_THAT(draw.shape_of(draw.take(2)).cluster_sizes, ElementsAre(3));
  EXPECT_TRUE(subset_of_units(draw, 3).has_value());
}

}  // namespace
}  // namespace assay
