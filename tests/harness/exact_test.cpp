#include "harness/gate/exact.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "harness/gate/gate.h"
#include "tests/harness/scored_runs.h"

namespace assay {
namespace {

using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::scored_run;

constexpr const char* kToday = "2026-11-22";

Policy exact_policy() {
  Policy policy;
  policy.is_exact = true;
  return policy;
}

/// Nothing right on few samples: far too wide an interval to pass by.
ScoredRun few() { return scored_run({.samples = 20, .right = 0}); }

GateRecord gate(const ScoredRun& baseline, const ScoredRun& candidate, const Policy& policy = exact_policy()) { return decide_gate(baseline, candidate, policy, kToday); }

TEST(Exact, PassesEqualRepliesHoweverFew) {
  const auto open = gate(few(), few(), {});
  EXPECT_EQ(open.verdict, Verdict::kInconclusive) << "without exact the interval decides";
  const auto record = gate(few(), few());
  EXPECT_EQ(record.verdict, Verdict::kPass);
  EXPECT_EQ(exit_code_of(record, {}), 0);
  const GatedMetric& metric = record.metrics.at(0);
  EXPECT_EQ(metric.test, "identity");
  EXPECT_EQ(metric.note, "by identity: the replies to all 20 samples are the baseline's; the interval, " + open.metrics.at(0).test + ", decides nothing");
  EXPECT_TRUE(std::isnan(metric.samples_needed));
  EXPECT_EQ(metric.interval.low, open.metrics.at(0).interval.low) << "what the samples alone would say is kept";
}

TEST(Exact, PassesOtherWeightsAndEnginesWithEqualReplies) {
  auto candidate = scored_run({.samples = 20, .right = 0, .weights = "in another layout"});
  candidate.manifest.fixed.push_back({"device", "\"other\""});
  EXPECT_EQ(gate(few(), candidate).verdict, Verdict::kPass) << "they are what is under test";
}

TEST(Exact, NamesTheSamplesWhoseRepliesChanged) {
  auto candidate = few();
  for (int i = 3; i < 12; ++i) candidate.benchmarks[0].samples[i].reply_digest = "other words, the same answer";
  const auto record = gate(few(), candidate);
  EXPECT_EQ(record.verdict, Verdict::kFail);
  EXPECT_THAT(record.checks, Contains(Field(&GateCheck::message, HasSubstr("9 of 20 replies and 0 scores on fake are not the baseline's, and --exact allows none: "
                                                                           "\"3\", \"4\", \"5\", \"6\", \"7\" and 4 more"))));
  EXPECT_EQ(record.metrics.at(0).verdict, Verdict::kInconclusive);
  EXPECT_THAT(record.metrics.at(0).note, HasSubstr("no pass by identity: \"10\": its reply has changed"));
}

TEST(Exact, PassesSamplesThatFailInBothAndSaysSo) {
  auto run = few();
  run.benchmarks[0].samples[7].state = SampleState::kError;
  run.benchmarks[0].samples[7].reply_digest.clear();
  Policy policy = exact_policy();
  policy.budgets.error = 0.05;
  const auto record = gate(run, run, policy);
  EXPECT_EQ(record.verdict, Verdict::kPass);
  EXPECT_THAT(record.metrics.at(0).note, HasSubstr("all 20 samples are the baseline's (1 failed in both)"));
  EXPECT_EQ(gate(few(), run, policy).verdict, Verdict::kFail) << "a reply that is gone has changed";
  EXPECT_EQ(gate(run, few(), policy).verdict, Verdict::kFail) << "and so has one that came";
  EXPECT_EQ(gate(run, run).verdict, Verdict::kInfra) << "budgets hold as ever";
}

/// Of a run with 10 of 20 right against itself, held to a rule.
Verdict verdict_under(const std::function<void(MetricRule&)>& change) {
  Policy policy = exact_policy();
  policy.rules.emplace_back();
  policy.rules[0].benchmark = "fake";
  change(policy.rules[0]);
  const auto run = scored_run({.samples = 20, .right = 10});
  return gate(run, run, policy).verdict;
}

TEST(Exact, HoldsFloorsAsEver) {
  EXPECT_EQ(verdict_under([](MetricRule& rule) { rule.floor = 90; }), Verdict::kFail);
  EXPECT_EQ(verdict_under([](MetricRule& rule) { rule.floor = 50; }), Verdict::kInconclusive) << "20 samples tell the score itself no better";
  EXPECT_EQ(verdict_under([](MetricRule& rule) { rule.floor = 20; }), Verdict::kPass);
}

TEST(Exact, TakesTheRatioOfEqualRepliesForOne) {
  EXPECT_EQ(verdict_under([](MetricRule& rule) { rule.ratio = 0.98; }), Verdict::kPass);
  EXPECT_EQ(verdict_under([](MetricRule& rule) { rule.ratio = 1.02; }), Verdict::kFail);
}

TEST(Exact, LeavesMeansOfSeveralRunsToTheInterval) {
  auto run = few();
  run.manifest.fixed.push_back({"seed", "0"});
  auto again = run;
  again.manifest.fixed.back().json = "1";
  Reruns reruns;
  reruns.of_candidate.push_back(again);
  const auto record = decide_gate(run, run, exact_policy(), kToday, reruns);
  EXPECT_EQ(record.verdict, Verdict::kInconclusive);
  EXPECT_THAT(record.metrics.at(0).note, HasSubstr("no pass by identity: means of several runs are compared"));
}

/// What is done to both runs, and which words of the note say why that is no pass.
struct Obstacle {
  const char* name;
  std::function<void(ScoredRun& baseline, ScoredRun& candidate, Policy& policy)> change;
  const char* note;
  Verdict verdict = Verdict::kInconclusive;
};
void PrintTo(const Obstacle& obstacle, std::ostream* os) { *os << obstacle.name; }
class NoPassByIdentity : public ::testing::TestWithParam<Obstacle> {};

TEST_P(NoPassByIdentity, SaysWhy) {
  ScoredRun baseline = few(), candidate = few();
  Policy policy = exact_policy();
  GetParam().change(baseline, candidate, policy);
  const auto record = gate(baseline, candidate, policy);
  EXPECT_EQ(record.verdict, GetParam().verdict);
  EXPECT_NE(exit_code_of(record, policy), 0);
  EXPECT_THAT(record.metrics, Contains(Field(&GatedMetric::note, HasSubstr(GetParam().note))));
  EXPECT_THAT(record.metrics, Contains(Field(&GatedMetric::test, Not("identity"))));
}

SampleRecord& sample(ScoredRun& run, int which) { return run.benchmarks[0].samples[which]; }

INSTANTIATE_TEST_SUITE_P(
    Exact, NoPassByIdentity,
    ::testing::Values(
        Obstacle{"other_data_waived",
                 [](ScoredRun&, ScoredRun& candidate, Policy& policy) {
                   candidate.manifest.fixed[2].json = "\"other\"";
                   policy.waived.emplace_back("data");
                 },
                 "no pass by identity: \"fake.data_digest\" differs, though that is waived"},
        Obstacle{"another_scorer_waived",
                 [](ScoredRun&, ScoredRun& candidate, Policy& policy) {
                   candidate.manifest.fixed[0].json = "\"0.2.0\"";
                   policy.waived.emplace_back("scorer");
                 },
                 "\"assay\" differs, though that is waived"},
        Obstacle{"a_sample_less_waived",
                 [](ScoredRun&, ScoredRun& candidate, Policy& policy) {
                   candidate.benchmarks[0].samples.pop_back();
                   candidate.benchmarks[0].bases[0].rows.pop_back();
                   policy.waived.emplace_back("overlap");
                 },
                 "the two have other samples"},
        Obstacle{"another_sample_waived",
                 [](ScoredRun&, ScoredRun& candidate, Policy& policy) {
                   sample(candidate, 4).id = candidate.benchmarks[0].bases[0].rows[4].unit = "new";
                   policy.waived.emplace_back("overlap");
                 },
                 "\"4\": the candidate does not have it"},
        Obstacle{"one_name_for_two_samples",
                 [](ScoredRun& baseline, ScoredRun& candidate, Policy&) { sample(baseline, 4).id = sample(candidate, 4).id = "5"; }, "the two have other samples"},
        Obstacle{"other_prompts_waived",
                 [](ScoredRun&, ScoredRun& candidate, Policy& policy) {
                   sample(candidate, 4).content_key = "another question";
                   policy.waived.emplace_back("prompts");
                 },
                 "\"4\": it was asked otherwise"},
        Obstacle{"unknown_prompts", [](ScoredRun& baseline, ScoredRun&, Policy&) { sample(baseline, 4).content_key.clear(); }, "\"4\": what it was asked is not known"},
        Obstacle{"no_manifest", [](ScoredRun&, ScoredRun& candidate, Policy&) { candidate.manifest = {}; }, "without both manifests"},
        Obstacle{"no_reply_at_all",
                 [](ScoredRun& baseline, ScoredRun& candidate, Policy& policy) {
                   for (auto* run : {&baseline, &candidate})
                     for (auto& one : run->benchmarks[0].samples) one.state = SampleState::kError, one.reply_digest.clear();
                   policy.budgets.error = 1;
                 },
                 "no sample has a reply"},
        Obstacle{"a_reply_read_otherwise", [](ScoredRun&, ScoredRun& candidate, Policy&) { sample(candidate, 4).answer = "maybe"; },
                 "\"4\": its reply is the same and read otherwise"},
        Obstacle{"a_reply_scored_otherwise", [](ScoredRun&, ScoredRun& candidate, Policy&) { sample(candidate, 4).value = 1; },
                 "\"4\": its reply is the same and read otherwise", Verdict::kFail},
        Obstacle{"a_judge_that_failed_once",
                 [](ScoredRun&, ScoredRun& candidate, Policy& policy) {
                   sample(candidate, 4).state = SampleState::kJudgeFailed;
                   policy.budgets.judge_failed = 1;
                 },
                 "\"4\": its reply is the same and read otherwise"},
        Obstacle{"other_units", [](ScoredRun& baseline, ScoredRun&, Policy&) { baseline.benchmarks[0].bases[0].rows[4].values = {0.25}; },
                 "the units of accuracy are not the same"},
        Obstacle{"a_unit_less", [](ScoredRun&, ScoredRun& candidate, Policy&) { candidate.benchmarks[0].bases[0].rows.pop_back(); },
                 "the units of accuracy are not the same"}),
    [](const auto& each) { return each.param.name; });

TEST(Exact, AsksNothingOfRunsThatCannotBeCompared) {
  const auto record = gate(few(), scored_run({.samples = 20, .right = 0, .data_digest = "other"}));
  EXPECT_EQ(record.verdict, Verdict::kIncomparable);
  EXPECT_THAT(record.metrics, IsEmpty());
}

}  // namespace
}  // namespace assay
