#include "harness/gate/history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/history.h"
#include "tests/harness/scored_runs.h"
#include "tests/schema_complaint.h"

namespace assay {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

/// Runs with that many right answers of 1,000, each with other weights.
std::vector<ScoredRun> runs_with(const std::vector<int>& right) {
  std::vector<ScoredRun> runs;
  for (std::size_t i = 0; i < right.size(); ++i) {
    runs.push_back(testing::scored_run({.samples = 1000, .right = right[i], .weights = fmt::format("w{}", i)}));
    runs.back().name = fmt::format("runs/{}", i);
  }
  return runs;
}

const std::vector<int> kFallen = {800, 802, 799, 801, 800, 771, 770, 773, 772, 769};

TEST(History, FindsTheRunWhereALevelFell) {
  const auto record = history_of(runs_with(kFallen));
  ASSERT_THAT(record.series, SizeIs(1));
  const auto& series = record.series[0];
  EXPECT_THAT(series.values, SizeIs(10));
  EXPECT_EQ(series.beginning, "");
  ASSERT_THAT(series.changes, SizeIs(1));
  const auto& change = series.changes[0];
  EXPECT_EQ(change.run, 5);
  EXPECT_NEAR(change.before, 80.04, 1e-9);
  EXPECT_NEAR(change.after, 77.10, 1e-9);
  EXPECT_LE(change.p_value, 0.05);
  EXPECT_NEAR(change.difference, -2.9, 1e-9) << "of runs/5 and runs/4";
  EXPECT_LT(change.interval.high, 0);
  EXPECT_EQ(change.test, "score test");
}

TEST(History, SeesNoChangeInNoise) {
  EXPECT_THAT(history_of(runs_with({800, 803, 799, 801, 797, 802, 800, 798, 801, 799})).series.at(0).changes, IsEmpty());
}

TEST(History, BeginsAnewWhereRunsCannotBeCompared) {
  auto runs = runs_with(kFallen);
  for (std::size_t i = 5; i < runs.size(); ++i) runs[i].manifest.fixed[2].json = "\"other data\"";
  const auto record = history_of(runs);
  ASSERT_THAT(record.series, SizeIs(2));
  EXPECT_THAT(record.series[0].values, SizeIs(5));
  EXPECT_THAT(record.series[0].changes, IsEmpty()) << "the data changed, not the model";
  EXPECT_EQ(record.series[1].values[0].run, 5);
  EXPECT_THAT(record.series[1].beginning, AllOf(HasSubstr("fake.data_digest"), HasSubstr("other data")));
  HistoryOptions options;
  options.waived.emplace_back("data");
  EXPECT_THAT(history_of(runs, options).series, SizeIs(1));
}

TEST(History, PassesOverRunsWithoutTheBenchmark) {
  auto runs = runs_with(kFallen);
  runs[2].benchmarks.clear();
  const auto record = history_of(runs);
  ASSERT_THAT(record.series, SizeIs(1));
  EXPECT_THAT(record.series[0].values, SizeIs(9));
  EXPECT_EQ(record.series[0].changes.at(0).run, 5);
  EXPECT_EQ(record.series[0].values[2].run, 3);
}

TEST(History, TakesAllMetricsWhenAsked) {
  auto runs = runs_with({800, 800});
  for (auto& run : runs) run.benchmarks[0].result.metrics.push_back({"even.accuracy", 80, 500, {78, 82}, "questions"});
  EXPECT_THAT(history_of(runs).series, SizeIs(1));
  HistoryOptions options;
  options.has_all_metrics = true;
  EXPECT_THAT(history_of(runs, options).series, SizeIs(2));
}

TEST(HistoryReport, TellsTheChangeInWords) {
  const auto text = history_console(history_of(runs_with(kFallen)));
  EXPECT_THAT(text, AllOf(HasSubstr("fake accuracy (plain): 10 runs\n"), HasSubstr("  * lower since runs/5: level 80.0400 -> 77.1000 (p 0."),
                          HasSubstr("against the run before it: difference -2.9000, 90 % interval [")));
  EXPECT_THAT(history_console(history_of(runs_with({800, 700}))), HasSubstr("  2 runs are too few to show a change of level at 5 %\n"));
  EXPECT_THAT(history_console(history_of(runs_with({800, 803, 799, 801, 797, 802, 800, 798}))), HasSubstr("  no change of level\n"));
}

TEST(HistoryReport, FitsItsSchema) {
  EXPECT_EQ(testing::schema_complaint(history_json(history_of(runs_with(kFallen))), "history-1.json"), "");
  EXPECT_EQ(testing::schema_complaint(history_json({}), "history-1.json"), "");
  EXPECT_THAT(testing::schema_complaint(R"({"schema": "assay.history/2", "alpha": 0.05, "runs": [], "series": []})", "history-1.json"), Not(IsEmpty()));
}

TEST(HistoryReport, MakesTextHarmless) {
  auto runs = runs_with({800, 800});
  runs[1].name = "\x1b[2Jruns\n::error::x";
  runs[0].benchmarks[0].result.profile = runs[1].benchmarks[0].result.profile = "\x1b[31m";
  EXPECT_THAT(history_console(history_of(runs)), Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace assay
