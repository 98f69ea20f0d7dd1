#include "harness/cli/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "benchmarks/catalog.h"
#include "benchmarks/judge.h"
#include "reports/results_json.h"
#include "tests/fakes/fake_benchmark.h"
#include "tests/harness/child_process.h"
#include "tests/schema_complaint.h"
#include "tests/temporary_folder.h"

namespace assay {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::run_fakes;
using testing::TemporaryFolder;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Reply reply(const std::string& id, const std::string& text) {
  Reply made;
  made.sample.id = id;
  made.sample.references = {"w"};
  made.text = text;
  return made;
}

ProfileScores side(const std::string& profile, std::vector<Metric> metrics, std::vector<double> values, std::map<std::string, double> scales = {}) {
  ProfileScores made;
  made.result.profile = profile;
  made.result.main_metric = "accuracy";
  made.result.metrics = std::move(metrics);
  for (const double value : values) made.scores.push_back({value, SampleState::kScored, "w"});
  made.scales = std::move(scales);
  return made;
}

ProfileComparison compared(const std::vector<ProfileScores>& sides, std::size_t limit = 20) {
  std::vector<Reply> replies;
  for (std::size_t i = 0; i < sides.front().scores.size(); ++i) replies.push_back(reply("s" + std::to_string(i), "w"));
  return compare_profiles(*testing::make_fake({}), replies, sides, limit);
}

/// Runs of fake_small: what each model says with pictures, and without.
void run_with_and_without(const TemporaryFolder& folder) {
  ASSERT_EQ(testing::run_fake_model(folder / "seeing", "oracle", "fake_small").exit_code, 0);
  ASSERT_EQ(testing::run_fake_model(folder / "blind", "constant", "fake_small", {"--without-pictures"}).exit_code, 0);
  ASSERT_EQ(testing::run_fake_model(folder / "language", "wrong:1", "fake_small", {"--without-pictures"}).exit_code, 0);
}

TEST(PictureGain, IsTheScoreLessThatWithoutPictures) {
  const TemporaryFolder folder;
  run_with_and_without(folder);
  const auto scored = run_fakes({"score", (folder / "seeing").string(), "--without-pictures", (folder / "blind").string(), "--language-model", (folder / "language").string(), "--format", "json"});
  ASSERT_EQ(scored.exit_code, 0) << scored.err;
  const auto result = parse_results(scored.out, "x").results.at(0);
  ASSERT_EQ(result.metrics.size(), 3u);
  EXPECT_EQ(result.metrics[1].name, "multi_modal_gain");
  EXPECT_NEAR(result.metrics[1].value, 600.0 / 7, 1e-9);
  EXPECT_LT(result.metrics[1].interval.low, result.metrics[1].value);
  EXPECT_EQ(result.metrics[2].name, "multi_modal_leakage");
  EXPECT_NEAR(result.metrics[2].value, 100.0 / 7, 1e-9) << "the language model has none right";
}

TEST(PictureGain, HasNoLeakageBelowZero) {
  const TemporaryFolder folder;
  run_with_and_without(folder);
  ASSERT_EQ(testing::run_fake_model(folder / "knowing", "oracle", "fake_small", {"--without-pictures"}).exit_code, 0);
  const auto scored = run_fakes({"score", (folder / "seeing").string(), "--without-pictures", (folder / "blind").string(), "--language-model", (folder / "knowing").string(), "--format", "json"});
  ASSERT_EQ(scored.exit_code, 0) << scored.err;
  EXPECT_EQ(parse_results(scored.out, "x").results.at(0).metrics.at(2).value, 0);
}

TEST(PictureGain, RefusesRunsThatDoNotFit) {
  const TemporaryFolder folder;
  run_with_and_without(folder);
  const auto against = [&](const char* other) { return run_fakes({"score", (folder / "seeing").string(), "--without-pictures", (folder / other).string()}); };
  EXPECT_THAT(against("seeing").err, HasSubstr("the run was made with pictures"));
  EXPECT_EQ(against("seeing").exit_code, 2);
  EXPECT_THAT(against("language").err, HasSubstr("the run was made with another model (model.weights_digest differs)"));
  ASSERT_EQ(testing::run_fake_model(folder / "few", "constant", "fake_small", {"--without-pictures", "--limit", "3"}).exit_code, 0);
  EXPECT_THAT(against("few").err, HasSubstr("4 samples are not answered by both"));
  const auto alone = run_fakes({"score", (folder / "seeing").string(), "--language-model", (folder / "language").string()});
  EXPECT_THAT(alone.err, HasSubstr("--language-model needs --without-pictures"));
}

TEST(CompareProfiles, TakesOnlySamplesWhoseValuesDiffer) {
  const auto comparison = compared({side("official", {}, {1, 0, kNaN, kNaN, 0.3}), side("lenient", {}, {1, 1, kNaN, 0, 0.3})});
  EXPECT_EQ(comparison.samples, 5);
  EXPECT_EQ(comparison.disagreements, 2);
  ASSERT_EQ(comparison.explained.size(), 2u);
  EXPECT_EQ(comparison.explained[0].id, "s1");
  EXPECT_EQ(comparison.explained[1].id, "s3");
  EXPECT_EQ(comparison.rules[1], "whatever is said is right");
}
TEST(CompareProfiles, CountsThoseBeyondTheLimit) {
  const auto comparison = compared({side("official", {}, {1, 0, 0}), side("lenient", {}, {0, 1, 1})}, 1);
  EXPECT_EQ(comparison.disagreements, 3);
  EXPECT_EQ(comparison.explained.size(), 1u);
}
TEST(CompareProfiles, HoldsAFractionAgainstAPercentageAsAPercentage) {
  const auto comparison = compared({side("official", {{"accuracy", 60, 5, {}, ""}, {"human.accuracy", 40, 5, {}, ""}}, {}, {{"accuracy", 100}}),
                                    side("lenient", {{"accuracy", 0.8, 5, {}, ""}, {"human.accuracy", 0.5, 5, {}, ""}}, {}, {{"accuracy", 1}})});
  EXPECT_NEAR(comparison.metrics[0].differences[1], 20, 1e-12);
  EXPECT_TRUE(std::isnan(comparison.metrics[1].differences[1]));  // nobody says what it would be with everything right
}
TEST(CompareProfiles, TakesTheMainMetricsScaleForTheOthers) {
  const auto comparison = compared({side("official", {{"accuracy", 60, 5, {}, ""}, {"human.accuracy", 40, 5, {}, ""}}, {}, {{"accuracy", 100}}),
                                    side("lenient", {{"accuracy", 80, 5, {}, ""}, {"human.accuracy", 45, 5, {}, ""}, {"extra", 1, 1, {}, ""}}, {}, {{"accuracy", 100}})});
  EXPECT_EQ(comparison.metrics[1].differences[1], 5);
  EXPECT_EQ(comparison.metrics[2].name, "extra");
  EXPECT_TRUE(std::isnan(comparison.metrics[2].values[0]));
}

TEST(CompareProfiles, ShowsWhatWasSaidInEveryTurnOfADialogue) {
  for (const char* name : {"mmdu", "convbench"}) {
    auto dialogue = reply("7", "A dog.");
    dialogue.earlier = {"A cat.", std::string(300, 'm') + "e\"ow"};
    const auto comparison = compare_profiles(*make_benchmark(name), {dialogue}, std::vector{side("official", {}, {0.5}), side("lenient", {}, {1})}, 20);
    ASSERT_EQ(comparison.explained.size(), 1u);
    EXPECT_THAT(explanation_text(comparison), HasSubstr("\n  7\n    reply 1: \"A cat.\" (6 letters)\n    reply 2: \"" + std::string(120, 'm') + " ... " + std::string(56, 'm') +
                                                        "e\\\"ow\" (304 letters)\n    reply 3: \"A dog.\" (6 letters)\n    label: \"w\"\n"));
    const auto text = explanation_json(std::vector{comparison});
    EXPECT_EQ(testing::schema_complaint(text, "explain-1.json"), "");
    const auto document = json::parse(text, "json");
    const auto& explained = document["comparisons"][0]["explained"][0];
    EXPECT_STREQ(explained["reply"].GetString(), "A dog.");
    ASSERT_EQ(explained["earlier"].Size(), 2u);
    EXPECT_STREQ(explained["earlier"][0]["reply"].GetString(), "A cat.");
    EXPECT_EQ(explained["earlier"][1]["reply_letters"].GetInt(), 304);
  }
}

TEST(Shortened, KeepsBeginningAndEnd) {
  EXPECT_EQ(shortened("short"), "short");
  const std::string text = std::string(150, 'a') + std::string(150, 'z');
  EXPECT_EQ(shortened(text), std::string(120, 'a') + " ... " + std::string(60, 'z'));
  EXPECT_EQ(shortened(std::string(185, 'a')), std::string(185, 'a'));
  EXPECT_EQ(shortened("broken \xff"), "broken \xEF\xBF\xBD");
}
TEST(Shortened, CutsBetweenLetters) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += "字";
  const auto made = shortened(text);
  EXPECT_EQ(made.size(), 180 * std::string("字").size() + 5);
  EXPECT_EQ(made.find("\xEF\xBF\xBD"), std::string::npos);
}

std::string answers() { return "s0\tw0\ns1\tno\ns2\tw2\ns3\t<b>\"no\"\x1b[2J\ns4\tw4\ns5\tw5\ns6\tw6\n"; }

TEST(ScoreExplain, PrintsProfilesSideBySide) {
  const TemporaryFolder folder;
  const auto file = folder.write("replies.tsv", answers()).string();
  const auto scored = run_fakes({"score", "--bench", "fake_small", "--predictions", file, "--profile", "official,lenient"});
  ASSERT_EQ(scored.exit_code, 0) << scored.err;
  EXPECT_THAT(scored.out, AllOf(HasSubstr("fake_small, side by side: 7 samples, 2 of them scored differently"),
                                HasSubstr("metric      official   lenient  difference\n"), HasSubstr("accuracy *   71.4286  100.0000    +28.5714\n"),
                                Not(HasSubstr("whatever is said is right"))));
  const auto one = run_fakes({"score", "--bench", "fake_small", "--predictions", file});
  EXPECT_THAT(one.out, Not(HasSubstr("side by side")));
}
TEST(ScoreExplain, ListsTheSamplesAndTheRules) {
  const TemporaryFolder folder;
  const auto file = folder.write("replies.tsv", answers()).string();
  const auto scored = run_fakes({"score", "--bench", "fake_small", "--predictions", file, "--profile", "official,lenient", "--explain"});
  ASSERT_EQ(scored.exit_code, 0) << scored.err;
  EXPECT_THAT(scored.out, AllOf(HasSubstr("2 samples are scored differently, 2 shown"), HasSubstr("official: the reply is the label, letter for letter\n"),
                                HasSubstr("\n  s1\n    reply: \"no\" (2 letters)\n    label: \"w1\"\n    official: 0, read \"no\"\n    lenient: 1, read \"no\"\n"),
                                Not(HasSubstr("\x1b"))));
}
TEST(ScoreExplain, WritesJsonThatFitsItsSchema) {
  const TemporaryFolder folder;
  const auto file = folder.write("replies.tsv", answers()).string();
  const auto scored = run_fakes({"score", "--bench", "fake_small", "--predictions", file, "--profile", "official,lenient", "--explain", "--limit-explained", "1",
                             "--format", "json"});
  ASSERT_EQ(scored.exit_code, 0) << scored.err;
  EXPECT_EQ(testing::schema_complaint(scored.out, "explain-1.json"), "");
  const auto document = json::parse(scored.out, "stdout");
  const auto& comparison = document["comparisons"][0];
  EXPECT_EQ(comparison["disagreements"].GetInt(), 2);
  EXPECT_EQ(comparison["explained"].Size(), 1u);
  EXPECT_EQ(comparison["explained"][0]["profiles"][1]["value"].GetDouble(), 1);
  EXPECT_FALSE(comparison["explained"][0].HasMember("earlier")) << "no dialogue";
  EXPECT_TRUE(comparison["metrics"][0]["is_main"].GetBool());
}
TEST(ScoreExplain, WorksOnARun) {
  const TemporaryFolder folder;
  const auto run = (folder / "run").string();
  ASSERT_EQ(run_fakes({"run", "--model", "constant", "--bench", "fake_small,fake", "--out", run}).exit_code, 0);
  const auto scored = run_fakes({"score", run, "--profile", "official,lenient", "--explain", "--format", "json"});
  ASSERT_EQ(scored.exit_code, 0) << scored.err;
  const auto document = json::parse(scored.out, "stdout");
  EXPECT_EQ(document["comparisons"].Size(), 2u);
  EXPECT_EQ(document["comparisons"][0]["disagreements"].GetInt(), 6);
}
TEST(ScoreExplain, ShowsEveryTurnOfARunsDialogues) {
  const TemporaryFolder folder;
  ASSERT_EQ(testing::run_fake_model(folder / "run", "digest", "fake_dialogues").exit_code, 0);
  const auto scored = run_fakes({"score", (folder / "run").string(), "--profile", "official,lenient", "--explain", "--format", "json"});
  ASSERT_EQ(scored.exit_code, 0) << scored.err;
  EXPECT_EQ(testing::schema_complaint(scored.out, "explain-1.json"), "");
  const auto document = json::parse(scored.out, "stdout");
  const auto& sample = document["comparisons"][0]["explained"][0];
  const std::string first = sample["earlier"][0]["reply"].GetString(), second = sample["earlier"][1]["reply"].GetString(), last = sample["reply"].GetString();
  EXPECT_STREQ(sample["profiles"][0]["answer"].GetString(), (first + " " + second + " " + last).c_str()) << "the fake's scorer reads all that was said";
}
TEST(ScoreExplain, FindsTheSideOfATolerance) {
  const TemporaryFolder folder;
  const auto file = folder.write("replies.jsonl", "{\"id\": \"a\", \"reply\": \"9.5\", \"label\": \"10\"}\n{\"id\": \"b\", \"reply\": \"10\", \"label\": \"10\"}\n").string();
  const auto scored = testing::run_child({testing::assay_binary(), "score", "--bench", "chartqa_test", "--predictions", file, "--profile", "official,internvl",
                                          "--explain", "--format", "json"});
  ASSERT_EQ(scored.exit_code, 0) << scored.err;
  const auto document = json::parse(scored.out, "stdout");
  const auto& comparison = document["comparisons"][0];
  ASSERT_EQ(comparison["disagreements"].GetInt(), 1);
  EXPECT_EQ(comparison["explained"][0]["profiles"][0]["value"].GetDouble(), 1);
  EXPECT_EQ(comparison["explained"][0]["profiles"][1]["value"].GetDouble(), 0);
  EXPECT_THAT(comparison["profiles"][1]["rule"].GetString(), HasSubstr("sides exchanged"));
}
TEST(ScoreExplain, SaysWhatIsWrong) {
  const TemporaryFolder folder;
  const auto file = folder.write("replies.tsv", answers()).string();
  const auto with = [&](std::vector<std::string> more) {
    std::vector<std::string> command = {"score", "--bench", "fake_small", "--predictions", file};
    command.insert(command.end(), more.begin(), more.end());
    const auto ended = run_fakes(command);
    EXPECT_EQ(ended.exit_code, 2);
    EXPECT_THAT(ended.out, IsEmpty());
    return ended.err;
  };
  EXPECT_THAT(with({"--explain"}), HasSubstr("--explain holds profiles against each other: name several of fake_small"));
  EXPECT_THAT(with({"--limit-explained", "3"}), HasSubstr("--limit-explained belongs to --explain"));
  EXPECT_THAT(with({"--explain", "--profile", "official,lenient", "--limit-explained=-1"}), HasSubstr("must be a whole number from 0 on, got \"-1\""));
}

}  // namespace
}  // namespace assay
