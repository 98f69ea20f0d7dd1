#include "harness/gate/gate.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>

#include "harness/base/error.h"
#include "harness/gate/comparability.h"
#include "tests/harness/scored_runs.h"
#include "tests/temporary_folder.h"

namespace assay {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::scored_run;

constexpr const char* kToday = "2026-11-22";

GateRecord gate(const ScoredRun& baseline, const ScoredRun& candidate, const Policy& policy = {}) { return decide_gate(baseline, candidate, policy, kToday); }

Policy with_rule(const std::function<void(MetricRule&)>& change) {
  Policy policy;
  policy.rules.emplace_back();
  policy.rules[0].benchmark = "fake";
  change(policy.rules[0]);
  return policy;
}

Policy mapping_inconclusive_to(Verdict verdict) {
  Policy policy;
  policy.inconclusive = verdict;
  return policy;
}

TEST(Gate, PassesARunAgainstItself) {
  const auto run = scored_run({.samples = 2000, .right = 1600});
  const auto record = gate(run, run);
  EXPECT_EQ(record.verdict, Verdict::kPass);
  EXPECT_THAT(record.flips, IsEmpty());
  EXPECT_EQ(record.behaviours.at(0).changed_replies, 0);
  EXPECT_EQ(exit_code_of(record, {}), 0);
}

TEST(Gate, FailsARealDrop) {
  const auto record = gate(scored_run({.samples = 2000, .right = 1600}), scored_run({.samples = 2000, .right = 1500}));
  EXPECT_EQ(record.verdict, Verdict::kFail);
  EXPECT_EQ(record.metrics.at(0).lost, 100);
  EXPECT_DOUBLE_EQ(record.metrics.at(0).difference, -5);
  EXPECT_THAT(record.flips, SizeIs(100));
  EXPECT_EQ(exit_code_of(record, {}), 1);
}

TEST(Gate, SaysImproved) {
  const auto record = gate(scored_run({.samples = 2000, .right = 1500}), scored_run({.samples = 2000, .right = 1600}));
  EXPECT_EQ(record.verdict, Verdict::kImproved);
  EXPECT_EQ(exit_code_of(record, {}), 0);
}

TEST(Gate, OfFiftySamplesIsInconclusiveAndNamesTheNumber) {
  const auto record = gate(scored_run({.samples = 50, .right = 40}), scored_run({.samples = 50, .right = 39}));
  EXPECT_EQ(record.verdict, Verdict::kInconclusive);
  EXPECT_GT(record.metrics.at(0).samples_needed, 500);
  EXPECT_EQ(exit_code_of(record, {}), 5);
  EXPECT_EQ(exit_code_of(record, mapping_inconclusive_to(Verdict::kPass)), 0);
  EXPECT_EQ(exit_code_of(record, mapping_inconclusive_to(Verdict::kFail)), 1);
}

TEST(Gate, MayCallASmallRealDropSuspect) {
  Policy policy;
  policy.real_drop = Decision::kSuspect;
  const auto record = gate(scored_run({.samples = 1000, .right = 800}), scored_run({.samples = 1000, .right = 788}), policy);
  EXPECT_EQ(record.verdict, Verdict::kSuspect) << record.metrics.at(0).p_drop;
  EXPECT_EQ(exit_code_of(record, policy), 6);
}

TEST(Gate, RefusesOtherData) {
  const auto record = gate(scored_run({.samples = 100, .right = 80}), scored_run({.samples = 100, .right = 80, .data_digest = "other"}));
  EXPECT_EQ(record.verdict, Verdict::kIncomparable);
  EXPECT_THAT(record.checks, Contains(Field(&GateCheck::message, HasSubstr("\"fake.data_digest\" is \"data\" in the baseline and \"other\" in the candidate"))));
  EXPECT_THAT(record.metrics, IsEmpty());
  EXPECT_EQ(exit_code_of(record, {}), 3);
}

TEST(Gate, ComparesWhatIsWaived) {
  Policy policy;
  policy.waived.push_back("data");
  const auto record = gate(scored_run({.samples = 2000, .right = 80}), scored_run({.samples = 2000, .right = 80, .data_digest = "other"}), policy);
  EXPECT_EQ(record.verdict, Verdict::kPass);
  EXPECT_TRUE(record.checks.at(0).is_waived);
}

TEST(Gate, ComparesCheckpointsUnlessToldOtherwise) {
  const auto baseline = scored_run({.samples = 2000, .right = 1600}), candidate = scored_run({.samples = 2000, .right = 1600, .weights = "new"});
  EXPECT_EQ(gate(baseline, candidate).verdict, Verdict::kPass);
  Policy strict;
  strict.waived.clear();
  EXPECT_EQ(gate(baseline, candidate, strict).verdict, Verdict::kIncomparable);
}

TEST(Gate, NeverDropsSamplesSilently) {
  const auto baseline = scored_run({.samples = 1000, .right = 800}), candidate = scored_run({.samples = 999, .right = 800});
  const auto record = gate(baseline, candidate);
  EXPECT_EQ(record.verdict, Verdict::kIncomparable);
  EXPECT_THAT(record.checks, Contains(Field(&GateCheck::message, HasSubstr("999 of the baseline's 1000 samples"))));
  Policy policy;
  policy.waived.push_back("overlap");
  EXPECT_EQ(gate(baseline, candidate, policy).metrics.at(0).units, 999);
}

TEST(Gate, SeesThatQuestionsHaveChanged) {
  auto candidate = scored_run({.samples = 100, .right = 80});
  candidate.benchmarks[0].samples[7].content_key = "another question";
  const auto record = gate(scored_run({.samples = 100, .right = 80}), candidate);
  EXPECT_EQ(record.verdict, Verdict::kIncomparable);
  EXPECT_THAT(record.checks, Contains(Field(&GateCheck::message, HasSubstr("1 of 100 samples were asked otherwise, \"7\" first"))));
}

TEST(Gate, CallsBrokenRunsInfra) {
  auto candidate = scored_run({.samples = 1000, .right = 800});
  for (int i = 0; i < 20; ++i) candidate.benchmarks[0].samples[i].state = SampleState::kError;
  const auto record = gate(scored_run({.samples = 1000, .right = 800}), candidate);
  EXPECT_EQ(record.verdict, Verdict::kInfra);
  EXPECT_THAT(record.checks, Contains(Field(&GateCheck::message, HasSubstr("2.0 % of the candidate's replies to fake are error"))));
  EXPECT_EQ(exit_code_of(record, {}), 4);
}

TEST(Gate, CountsUnparsedRepliesAboveTheBaselines) {
  auto baseline = scored_run({.samples = 2000, .right = 1600}), candidate = baseline;
  for (int i = 0; i < 400; ++i) baseline.benchmarks[0].samples[i].state = candidate.benchmarks[0].samples[i].state = SampleState::kUnparsed;
  EXPECT_EQ(gate(baseline, candidate).verdict, Verdict::kPass);
  for (int i = 400; i < 450; ++i) candidate.benchmarks[0].samples[i].state = SampleState::kUnparsed;
  EXPECT_EQ(gate(baseline, candidate).verdict, Verdict::kInfra);
}

TEST(Gate, SuspectsShorterReplies) {
  auto candidate = scored_run({.samples = 2000, .right = 1600});
  for (auto& sample : candidate.benchmarks[0].samples) sample.new_tokens = 2;
  const auto record = gate(scored_run({.samples = 2000, .right = 1600}), candidate);
  EXPECT_EQ(record.verdict, Verdict::kSuspect);
  EXPECT_THAT(record.checks, ElementsAre(Field(&GateCheck::name, "reply length")));
}

TEST(Gate, ExactAllowsNoFlip) {
  Policy policy;
  policy.is_exact = true;
  const auto run = scored_run({.samples = 2000, .right = 1600});
  EXPECT_EQ(gate(run, run, policy).verdict, Verdict::kPass);
  auto candidate = run;
  candidate.benchmarks[0].samples[3].reply_digest = "other words";
  EXPECT_EQ(gate(run, candidate, policy).verdict, Verdict::kFail);
}

TEST(Gate, DoesNotPassWhatHasNoScores) {
  auto unlabelled = scored_run({.samples = 2000, .right = 1600});
  unlabelled.benchmarks[0].bases[0].rows.clear();
  const auto open = gate(unlabelled, unlabelled);
  EXPECT_EQ(open.verdict, Verdict::kInconclusive);
  EXPECT_THAT(open.checks, Contains(Field(&GateCheck::message, HasSubstr("no sample of fake has a score in either run, so nothing is compared; gate a split with labels"))));
  Policy policy = with_rule([](MetricRule& rule) { rule.is_gated = false; });
  EXPECT_EQ(gate(unlabelled, unlabelled, policy).verdict, Verdict::kPass) << "nobody asked for it";
  const auto lost = gate(scored_run({.samples = 2000, .right = 1600}), unlabelled);
  EXPECT_EQ(lost.verdict, Verdict::kIncomparable);
  EXPECT_THAT(lost.checks, Contains(Field(&GateCheck::message, HasSubstr("only the baseline has scores for fake's accuracy"))));
}

TEST(Gate, OfUnlabelledRepliesMayAskThatTheyAreTheSame) {
  auto unlabelled = scored_run({.samples = 20, .right = 16});
  unlabelled.benchmarks[0].bases[0].rows.clear();
  Policy policy;
  policy.is_exact = true;
  EXPECT_EQ(gate(unlabelled, unlabelled, policy).verdict, Verdict::kPass);
  auto candidate = unlabelled;
  candidate.benchmarks[0].samples[3].reply_digest = "other words";
  EXPECT_EQ(gate(unlabelled, candidate, policy).verdict, Verdict::kFail);
  candidate = unlabelled;
  candidate.manifest = {};
  const auto open = gate(unlabelled, candidate, policy);
  EXPECT_EQ(open.verdict, Verdict::kInconclusive);
  EXPECT_THAT(open.checks, Contains(Field(&GateCheck::message, HasSubstr("(no pass by identity: without both manifests"))));
}

TEST(Gate, TellsChangedBehaviourFromNoise) {
  auto baseline = scored_run({.samples = 2000, .right = 1600});
  baseline.repeats = {{"fake", "plain", 2000, 20, 4}};
  auto candidate = baseline;
  for (int i = 0; i < 25; ++i) candidate.benchmarks[0].samples[i].reply_digest = "other";
  EXPECT_FALSE(gate(baseline, candidate).behaviours.at(0).has_changed);
  for (int i = 0; i < 100; ++i) candidate.benchmarks[0].samples[i].reply_digest = "other";
  const auto record = gate(baseline, candidate);
  EXPECT_TRUE(record.behaviours.at(0).has_changed);
  EXPECT_EQ(record.behaviours.at(0).changed_replies, 100);
  EXPECT_EQ(record.verdict, Verdict::kPass) << "the scores are the same";
}

TEST(Gate, HoldsFloorsAgainstTheInterval) {
  const auto run = scored_run({.samples = 2000, .right = 1600});
  const auto with_floor = [&](double floor) { return gate(run, run, with_rule([&](MetricRule& rule) { rule.floor = floor; })).verdict; };
  EXPECT_EQ(with_floor(90), Verdict::kFail);
  EXPECT_EQ(with_floor(80), Verdict::kInconclusive);
  EXPECT_EQ(with_floor(75), Verdict::kPass);
}

TEST(Gate, HoldsRatiosAgainstTheInterval) {
  const auto baseline = scored_run({.samples = 2000, .right = 1600}), candidate = scored_run({.samples = 2000, .right = 1540});
  const auto with_ratio = [&](double ratio) {
    return gate(baseline, candidate, with_rule([&](MetricRule& rule) { rule.margin = 10, rule.ratio = ratio; })).verdict;
  };
  EXPECT_EQ(with_ratio(0.99), Verdict::kFail);
  EXPECT_EQ(with_ratio(0.9), Verdict::kPass) << "within its wide margin";
}

TEST(Gate, LetsAQuarantineEnd) {
  const Policy policy = with_rule([](MetricRule& rule) { rule.quarantined_until = "2026-11-22", rule.quarantine_reason = "new tokenizer"; });
  const auto baseline = scored_run({.samples = 2000, .right = 1600}), candidate = scored_run({.samples = 2000, .right = 1500});
  const auto held = decide_gate(baseline, candidate, policy, "2026-11-22");
  EXPECT_EQ(held.verdict, Verdict::kPass);
  EXPECT_FALSE(held.metrics.at(0).is_gated);
  EXPECT_THAT(held.metrics.at(0).note, HasSubstr("quarantined until 2026-11-22: new tokenizer"));
  const auto ended = decide_gate(baseline, candidate, policy, "2026-11-23");
  EXPECT_EQ(ended.verdict, Verdict::kFail);
  EXPECT_THAT(ended.metrics.at(0).note, HasSubstr("its quarantine ended on 2026-11-22"));
}

TEST(Gate, RefusesABaselineThatThePolicyDoesNotName) {
  Policy policy;
  policy.baseline_digest = "0123";
  const auto run = scored_run({.samples = 2000, .right = 1600});
  EXPECT_EQ(gate(run, run, policy).verdict, Verdict::kIncomparable);
}

TEST(Gate, RefusesRulesAboutNothing) {
  const Policy policy = with_rule([](MetricRule& rule) { rule.benchmark = "fakes"; });
  const auto run = scored_run({.samples = 10, .right = 8});
  EXPECT_THROW((void)gate(run, run, policy), ConfigError);
}

Problems problems_of(const std::string& yaml) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder.path() / "gate.yaml") << yaml;
  Problems problems;
  (void)read_policy((folder.path() / "gate.yaml").string(), problems);
  for (auto& problem : problems) problem = problem.substr(problem.find("gate.yaml"));
  return problems;
}

TEST(Policy, ReadsEveryKey) {
  const testing::TemporaryFolder folder;
  const auto path = (folder.path() / "gate.yaml").string();
  std::ofstream(path) << "alpha: 0.01\nmargin: 0.5\nreal-drop: suspect\ninconclusive: pass\nsuspect: fail\nwaive: [weights]\nexact: true\n"
                         "baseline-digest: abc\ndraws: 500\nseed: 7\nbudgets: {error: 0.1, reply-length: 0.5}\n"
                         "benchmarks:\n  chartqa_test: {margin: 2, floor: 60}\n  mme/cognition:\n    gated: true\n    ratio: 0.98\n"
                         "    quarantine: {until: 2026-12-24, reason: flaky}\n";
  Problems problems;
  const Policy policy = read_policy(path, problems);
  EXPECT_THAT(problems, IsEmpty());
  EXPECT_EQ(policy.alpha, 0.01);
  EXPECT_EQ(policy.real_drop, Decision::kSuspect);
  EXPECT_EQ(policy.inconclusive, Verdict::kPass);
  EXPECT_THAT(policy.waived, ElementsAre("weights"));
  EXPECT_TRUE(policy.is_exact);
  EXPECT_EQ(policy.budgets.error, 0.1);
  EXPECT_EQ(policy.budgets.truncated, Budgets{}.truncated);
  ASSERT_THAT(policy.rules, SizeIs(2));
  EXPECT_EQ(policy.rules[0].line, 13);
  EXPECT_EQ(policy.rules[1].metric, "cognition");
  EXPECT_EQ(policy.rules[1].quarantined_until, "2026-12-24");
  EXPECT_EQ(rule_for(policy, "chartqa_test", "relaxed_accuracy", true).margin, 2);
  EXPECT_FALSE(rule_for(policy, "chartqa_test", "human.relaxed_accuracy", false).is_gated);
  EXPECT_EQ(rule_for(policy, "mme", "cognition", false).margin, 0.5);
}

TEST(Policy, SaysAllThatIsWrongWithFileAndLine) {
  EXPECT_THAT(problems_of("alpha: 2\nmargins: 1\n"),
              ElementsAre(HasSubstr("gate.yaml:1: \"alpha\" must be a number in [0.0001, 0.25], got \"2\""), HasSubstr("gate.yaml:2: \"margins\" is no key of a policy; did you mean \"margin\"?")));
  EXPECT_THAT(problems_of("waive: [wieghts]\n"), ElementsAre(HasSubstr("did you mean \"weights\"?")));
  EXPECT_THAT(problems_of("benchmarks:\n  mme: {quarantine: {reason: x}}\n"), ElementsAre(HasSubstr("gate.yaml:2: a quarantine needs \"until\"")));
  EXPECT_THAT(problems_of("- 1\n"), ElementsAre(HasSubstr("must be a map")));
  EXPECT_THAT(problems_of("alpha: [\n"), ElementsAre(HasSubstr("not YAML")));
}

TEST(Policy, TakesNoKeyTwice) {
  EXPECT_THAT(problems_of("margin: 1\nmargin: 20\n"), ElementsAre(HasSubstr("gate.yaml:2: \"margin\" stands here for the second time")));
  EXPECT_THAT(problems_of("benchmarks:\n  mme: {margin: 1}\n  mme: {margin: 20}\n"), ElementsAre(HasSubstr("gate.yaml:3: \"mme\" stands here for the second time")));
  EXPECT_THAT(problems_of("benchmarks:\n  mme: {margin: 1, margin: 20}\n"), ElementsAre(HasSubstr("gate.yaml:2: \"margin\"")));
}

TEST(Policy, KnowsTheCalendar) {
  const auto with_day = [](const std::string& day) { return problems_of("benchmarks:\n  mme: {quarantine: {until: " + day + ", reason: x}}\n"); };
  EXPECT_THAT(with_day("2028-02-29"), IsEmpty());
  EXPECT_THAT(with_day("2027-02-29"), ElementsAre(HasSubstr("gate.yaml:2: \"until\" must be a date like 2026-12-31, got \"2027-02-29\"")));
  EXPECT_THAT(with_day("2026-13-01"), SizeIs(1));
}

TEST(Policy, ThatIsAFolderOrMissingIsAProblem) {
  const testing::TemporaryFolder folder;
  Problems problems;
  (void)read_policy(folder.path().string(), problems);
  (void)read_policy((folder.path() / "none.yaml").string(), problems);
  EXPECT_THAT(problems, ElementsAre(HasSubstr("cannot open this policy: " + folder.path().string() + ": expected a file, got a folder"), HasSubstr("none.yaml")));
}

TEST(Gate, RefusesTwoRulesForOneMetric) {
  const auto run = scored_run({.samples = 2000, .right = 1600});
  Policy policy = with_rule([](MetricRule& rule) { rule.margin = 1; });
  policy.file = "gate.yaml", policy.rules[0].line = 2;
  policy.rules.push_back(policy.rules[0]);
  policy.rules[1].metric = "accuracy", policy.rules[1].margin = 50, policy.rules[1].line = 3;
  try {
    (void)gate(run, run, policy);
    FAIL() << "one of the two would count in silence";
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("gate.yaml:3: line 2 speaks of fake's accuracy too, its main metric"));
  }
}

TEST(Policy, OfAnEmptyFileIsTheDefault) { EXPECT_THAT(problems_of(""), IsEmpty()); }

TEST(Comparability, TakesWeightsInAnotherFormForAnotherEngine) {
  const auto full = scored_run({.samples = 2000, .right = 1600});
  auto int8 = full;
  int8.manifest.fixed.push_back({"model.weights", "\"int8\""});
  EXPECT_EQ(gate(full, int8).verdict, Verdict::kPass) << "usually under test, as the dtype is";
  Policy strict;
  strict.waived = {"weights"};
  const auto record = gate(full, int8, strict);
  EXPECT_EQ(record.verdict, Verdict::kIncomparable);
  ASSERT_THAT(record.checks, SizeIs(1));
  EXPECT_EQ(record.checks[0].message, "\"model.weights\" is not there in the baseline and \"int8\" in the candidate; run both with one --dtype, --weights and --device, or waive \"engine\"");
}

TEST(Comparability, TellsManifestDifferencesByGroup) {
  const auto differences = manifest_differences(scored_run({.samples = 2, .right = 1}), scored_run({.samples = 2, .right = 1, .weights = "new"}));
  ASSERT_THAT(differences, SizeIs(1));
  EXPECT_EQ(differences[0].name, "model.weights_digest");
  EXPECT_EQ(differences[0].group, "weights");
  EXPECT_EQ(differences[0].candidate, "\"new\"");
}

}  // namespace
}  // namespace assay
