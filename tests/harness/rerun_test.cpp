#include "harness/gate/rerun.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "harness/base/error.h"
#include "harness/gate/gate.h"
#include "tests/harness/scored_runs.h"

namespace assay {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* kToday = "2026-11-22";

/// A run whose right answers begin at `first`, so that seeds can differ in where they err.
ScoredRun run_from(int first, int right, const std::string& seed, int samples = 1000) {
  ScoredRun run = testing::scored_run({.samples = samples, .right = samples});
  run.name = "runs/" + seed;
  run.manifest.fixed.push_back({"seed", seed});
  auto& benchmark = run.benchmarks[0];
  for (int i = 0; i < samples; ++i) {
    const double value = ((i - first) % samples + samples) % samples < right ? 1 : 0;
    benchmark.samples[static_cast<std::size_t>(i)].value = value;
    benchmark.bases[0].rows[static_cast<std::size_t>(i)].values = {value};
  }
  benchmark.result.metrics[0].value = 100.0 * right / samples;
  return run;
}

TEST(MeanOfRuns, AveragesEverySampleAndEveryUnit) {
  const std::vector<ScoredRun> again = {run_from(100, 800, "1"), run_from(200, 800, "2")};
  const ScoredRun mean = mean_of_runs(run_from(0, 800, "0"), again);
  const auto& benchmark = mean.benchmarks[0];
  EXPECT_DOUBLE_EQ(benchmark.samples[0].value, 1.0 / 3);
  EXPECT_DOUBLE_EQ(benchmark.samples[150].value, 2.0 / 3);
  EXPECT_DOUBLE_EQ(benchmark.samples[500].value, 1);
  EXPECT_DOUBLE_EQ(benchmark.bases[0].rows[150].values[0], 2.0 / 3);
  EXPECT_NEAR(benchmark.result.metrics[0].value, 80, 1e-9);
  EXPECT_EQ(rerun_note(again, "fake", "plain"), "the mean of 3 runs");
  EXPECT_EQ(rerun_note(again, "other", "plain"), "");
}

TEST(MeanOfRuns, LeavesSamplesWithoutAScoreOut) {
  ScoredRun first = run_from(0, 800, "0"), again = run_from(0, 800, "1");
  first.benchmarks[0].samples[0].value = std::numeric_limits<double>::quiet_NaN();
  first.benchmarks[0].samples[1].value = again.benchmarks[0].samples[1].value = std::numeric_limits<double>::quiet_NaN();
  const ScoredRun mean = mean_of_runs(first, std::vector{again});
  EXPECT_EQ(mean.benchmarks[0].samples[0].value, 1);
  EXPECT_TRUE(std::isnan(mean.benchmarks[0].samples[1].value));
}

TEST(MeanOfRuns, RefusesUnitsOfOtherShape) {
  const ScoredRun first = run_from(0, 800, "0");
  ScoredRun again = run_from(0, 800, "1");
  again.benchmarks[0].bases[0].rows[0].values = {1, 2};
  EXPECT_THROW((void)mean_of_runs(first, std::vector{again}), DataError);
}

TEST(CheckReruns, AllowsAnotherSeedAlone) {
  const ScoredRun first = run_from(0, 800, "0");
  EXPECT_THAT(check_reruns(first, std::vector{run_from(0, 800, "1")}), IsEmpty());
  ScoredRun keyed = run_from(0, 800, "1");
  keyed.benchmarks[0].samples[0].content_key = "with another seed";
  EXPECT_THAT(check_reruns(first, std::vector{keyed}), IsEmpty()) << "the seed is part of the key";
  keyed.manifest = first.manifest;
  EXPECT_THAT(check_reruns(first, std::vector{keyed}), SizeIs(1)) << "another question with the same seed";
  ScoredRun other = run_from(0, 800, "1");
  other.manifest.fixed[1].json = "\"new weights\"";
  const auto checks = check_reruns(first, std::vector{other});
  ASSERT_THAT(checks, SizeIs(1));
  EXPECT_EQ(checks[0].verdict, Verdict::kIncomparable);
  EXPECT_THAT(checks[0].message, AllOf(HasSubstr("\"model.weights_digest\""), HasSubstr("a rerun differs from its run in the seed alone")));
}

TEST(CheckReruns, WantsEverySampleOfABenchmark) {
  const ScoredRun first = run_from(0, 800, "0");
  ScoredRun part = run_from(0, 800, "1");
  part.benchmarks[0].samples.resize(50);
  const auto checks = check_reruns(first, std::vector{part});
  ASSERT_THAT(checks, SizeIs(1));
  EXPECT_THAT(checks[0].message, HasSubstr("makes it better by chance alone"));
  part.benchmarks.clear();
  EXPECT_THAT(check_reruns(first, std::vector{part}), Each(Field(&GateCheck::message, HasSubstr("has no benchmark of"))));
}

TEST(Gate, DecidesOnTheMeanWhatOneRunLeavesOpen) {
  // A noisy build whose errors lie elsewhere with every seed: one run flips 300 samples, the mean of six moves far less.
  const ScoredRun baseline = run_from(0, 850, "0"), candidate = run_from(425, 850, "0");
  Policy policy;
  policy.margin = 1.8;
  const auto open = decide_gate(baseline, candidate, policy, kToday);
  EXPECT_EQ(open.verdict, Verdict::kInconclusive);
  Reruns reruns;
  for (int k = 1; k < 6; ++k) {
    reruns.of_candidate.push_back(run_from(425 + 150 * k, 850, std::to_string(k)));
    reruns.of_baseline.push_back(run_from(150 * k, 850, std::to_string(k)));
  }
  const auto settled = decide_gate(baseline, candidate, policy, kToday, reruns);
  EXPECT_EQ(settled.verdict, Verdict::kPass);
  EXPECT_EQ(settled.metrics.at(0).test, "cluster-robust t") << "means of runs are no longer right or wrong";
  EXPECT_EQ(settled.metrics.at(0).note, "the candidate is the mean of 6 runs; the baseline is the mean of 6 runs");
  EXPECT_LT(settled.metrics.at(0).interval.high - settled.metrics.at(0).interval.low, open.metrics.at(0).interval.high - open.metrics.at(0).interval.low);
}

TEST(Gate, RefusesRerunsOfSomethingElse) {
  const ScoredRun run = run_from(0, 800, "0");
  Reruns reruns;
  reruns.of_candidate.push_back(run_from(0, 800, "1", 900));
  EXPECT_EQ(decide_gate(run, run, {}, kToday, reruns).verdict, Verdict::kIncomparable);
}

TEST(Gate, HoldsRerunsToTheBudgetsToo) {
  const ScoredRun run = run_from(0, 800, "0");
  Reruns reruns;
  reruns.of_candidate.push_back(run_from(0, 800, "1"));
  for (std::size_t i = 0; i < 100; ++i) reruns.of_candidate[0].benchmarks[0].samples[i].state = SampleState::kError;
  const auto record = decide_gate(run, run, {}, kToday, reruns);
  EXPECT_EQ(record.verdict, Verdict::kInfra);
  EXPECT_THAT(record.checks.at(0).message, HasSubstr("runs/1: 10.0 % of the candidate's replies"));
}

}  // namespace
}  // namespace assay
