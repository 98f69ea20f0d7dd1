#include "harness/gate/comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "tests/harness/scored_runs.h"

namespace assay {
namespace {

using ::testing::SizeIs;
using testing::scored_run;

std::vector<ScoredRun> runs(std::vector<int> right) {
  std::vector<ScoredRun> all;
  for (const int count : right) {
    all.push_back(scored_run({.samples = 2000, .right = count}));
    all.back().name = "runs/" + std::to_string(all.size());
  }
  return all;
}

TEST(Comparison, MarksTheBestWhereItIsBestForReal) {
  const auto record = compare_runs(runs({1500, 1600, 1505}));
  ASSERT_THAT(record.metrics, SizeIs(1));
  EXPECT_FALSE(record.metrics[0].values[0].is_best);
  EXPECT_TRUE(record.metrics[0].values[1].is_best);
  EXPECT_EQ(record.runs[1].name, "2");
  ASSERT_THAT(record.pairs, SizeIs(3));
  EXPECT_EQ(record.pairs[0].metric.gained, 100);
  EXPECT_THAT(record.pairs[0].flips, SizeIs(20)) << "some of them";
}

TEST(Comparison, MarksNoneWhereTheDifferenceMayBeChance) {
  const auto record = compare_runs(runs({1600, 1602}));
  for (const auto& value : record.metrics[0].values) EXPECT_FALSE(value.is_best);
}

TEST(Comparison, TellsRunsOfOneNameApart) {
  auto two = runs({10, 10});
  two[0].name = "a/run", two[1].name = "b/run";
  const auto record = compare_runs(two);
  EXPECT_EQ(record.runs[0].name, "a/run (1)");
  EXPECT_EQ(record.runs[1].name, "b/run (2)");
}

TEST(Comparison, NamesWhatWasMadeOtherwise) {
  auto two = runs({10, 10});
  two[1].manifest.fixed[2].json = "\"other\"";
  const auto record = compare_runs(two);
  ASSERT_THAT(record.differences, SizeIs(1));
  EXPECT_EQ(record.differences[0].name, "fake.data_digest");
}

}  // namespace
}  // namespace assay
