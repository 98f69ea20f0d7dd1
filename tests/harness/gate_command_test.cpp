#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "tests/harness/child_process.h"
#include "tests/temporary_folder.h"

namespace assay {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::Finished;
using testing::run_fakes;
using testing::TemporaryFolder;

/// Runs on fakes, made once for all tests: an oracle, models that are wrong once in a while, one that fails.
class GateCommand : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TemporaryFolder;
    make("right", "oracle", "fake_large");
    make("again", "oracle", "fake_large");
    make("worse", "wrong:10", "fake_large");
    make("slightly", "wrong:80", "fake_large");
    make("few", "oracle", "fake");
    make("few-worse", "wrong:100", "fake");
    make("broken", "flaky:20", "fake_large", {"--max-failures", "0.2"});
  }
  static void TearDownTestSuite() { delete folder_; }

  static Finished make(const std::string& name, const std::string& model, const std::string& bench, const std::vector<std::string>& more = {}) {
    return testing::run_fake_model(path(name), model, bench, more);
  }
  static std::string path(const std::string& name) { return (*folder_ / name).string(); }
  static Finished gate(const std::string& baseline, const std::string& candidate, const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {"gate", "--baseline", path(baseline), "--candidate", path(candidate)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_fakes(arguments);
  }
  static std::string verdict(const Finished& finished) { return json::require_string(json::parse(finished.out, "stdout"), "verdict", "stdout"); }

  static inline TemporaryFolder* folder_ = nullptr;
};

TEST_F(GateCommand, PassesARepeatedRun) {
  const auto gated = gate("right", "again");
  EXPECT_EQ(gated.exit_code, 0) << gated.err;
  EXPECT_THAT(gated.out, HasSubstr("PASS"));
}

TEST_F(GateCommand, SaysImproved) {
  const auto gated = gate("worse", "right", {"--format", "json"});
  EXPECT_EQ(gated.exit_code, 0) << gated.err;
  EXPECT_EQ(verdict(gated), "IMPROVED");
}

TEST_F(GateCommand, FailsARegression) {
  const auto gated = gate("right", "worse", {"--format", "json"});
  EXPECT_EQ(gated.exit_code, 1) << gated.err;
  EXPECT_EQ(verdict(gated), "FAIL");
}

TEST_F(GateCommand, EndsWithTwoForABrokenPolicy) {
  const auto policy = folder_->write("gate.yaml", "margins: 1\n");
  const auto gated = gate("right", "again", {"--policy", policy.string(), "--waive", "wieghts", "--margin", "wide"});
  EXPECT_EQ(gated.exit_code, 2);
  EXPECT_THAT(gated.err, AllOf(HasSubstr("gate.yaml:1: \"margins\" is no key of a policy; did you mean \"margin\"?"), HasSubstr("--waive"), HasSubstr("--margin")));
}

TEST_F(GateCommand, EndsWithThreeWhereRunsCannotBeCompared) {
  EXPECT_EQ(gate("right", "few").exit_code, 3);
  const auto missing = gate("right", "nowhere");
  EXPECT_EQ(missing.exit_code, 3);
  EXPECT_THAT(missing.err, HasSubstr("there is no such run folder or baseline"));
}

TEST_F(GateCommand, EndsWithFourOverTheErrorBudget) {
  const auto gated = gate("right", "broken", {"--format", "json"});
  EXPECT_EQ(gated.exit_code, 4) << gated.err;
  EXPECT_EQ(verdict(gated), "INFRA");
}

TEST_F(GateCommand, EndsWithFiveAndTheNumberThatWouldDecide) {
  const auto gated = gate("few", "few-worse", {"--format", "json"});
  EXPECT_EQ(gated.exit_code, 5) << gated.out;
  EXPECT_GT(json::parse(gated.out, "stdout")["metrics"][0]["samples_needed"].GetDouble(), 300);
}

TEST_F(GateCommand, EndsWithSixForASmallRealDropUnderSuchAPolicy) {
  const auto policy = folder_->write("suspect.yaml", "real-drop: suspect\nmargin: 1.25\n");
  const auto gated = gate("right", "slightly", {"--policy", policy.string(), "--format", "json"});
  EXPECT_EQ(gated.exit_code, 6) << gated.out;
  EXPECT_EQ(verdict(gated), "SUSPECT");
}

TEST_F(GateCommand, WithExactListsEveryChangedReply) {
  EXPECT_EQ(gate("right", "again", {"--exact"}).exit_code, 0);
  const auto changed = gate("right", "slightly", {"--exact", "--margin", "50"});
  EXPECT_EQ(changed.exit_code, 1);
  EXPECT_THAT(changed.out, HasSubstr("A check failed, whatever the scores say")) << "no metric is lower by its margin";
}

TEST_F(GateCommand, WithExactPassesEqualRepliesHoweverFew) {
  (void)make("few-again", "oracle", "fake");
  EXPECT_EQ(gate("few", "few-again", {"--margin", "0.5"}).exit_code, 5) << "their interval is wide";
  const auto exact = gate("few", "few-again", {"--margin", "0.5", "--exact", "--format", "json"});
  EXPECT_EQ(exact.exit_code, 0) << exact.out;
  const auto report = json::parse(exact.out, "stdout");
  const auto& metric = report["metrics"][0];
  EXPECT_STREQ(metric["verdict"].GetString(), "PASS");
  EXPECT_STREQ(metric["test"].GetString(), "identity");
  EXPECT_TRUE(metric["samples_needed"].IsNull());
  EXPECT_THAT(gate("few", "few-again", {"--exact"}).out, HasSubstr("by identity: the replies to all 300 samples are the baseline's"));
  EXPECT_THAT(gate("few", "few-again", {"--exact", "--format", "junit"}).out, AllOf(HasSubstr("<system-out>PASS fake"), HasSubstr("by identity"), HasSubstr("failures=\"0\"")));
  EXPECT_EQ(gate("few", "few-worse", {"--exact"}).exit_code, 1);
}

TEST_F(GateCommand, TakesABaselineFile) {
  const auto saved = run_fakes({"baseline", "save", path("right"), "--again", path("again"), "--why", "a release", "--out", path("right.baseline")});
  ASSERT_EQ(saved.exit_code, 0) << saved.err;
  EXPECT_THAT(saved.out, AllOf(HasSubstr("a release"), HasSubstr("repeated: fake_large as official: 0 of 20000 replies changed")));
  EXPECT_EQ(gate("right.baseline", "again").exit_code, 0);
  EXPECT_EQ(gate("right.baseline", "worse").exit_code, 1);
  EXPECT_EQ(run_fakes({"baseline", "show", path("right.baseline")}).out, saved.out);
}

TEST_F(GateCommand, KeepsARepeatedRunsNoise) {
  const auto repeated = make("repeated", "oracle", "fake", {"--repeat", "3"});
  EXPECT_EQ(repeated.exit_code, 0) << repeated.err;
  EXPECT_THAT(repeated.out, HasSubstr("repeated: fake as official: 0 of 600 replies changed, 0 scores"));
  EXPECT_THAT(run_fakes({"baseline", "show", path("repeated")}).out, HasSubstr("0 of 600 replies changed"));
  (void)make("changed", "wrong:10", "fake");
  const auto gated = gate("repeated", "changed", {"--format", "json"});
  EXPECT_TRUE(json::parse(gated.out, "stdout")["behaviours"][0]["has_changed"].GetBool());
}

TEST_F(GateCommand, WritesEveryReportAskedFor) {
  const auto gated = gate("right", "worse", {"--format", "console,json,md,html,junit,github,gitlab,openmetrics,csv,latex", "--out", path("reports")});
  EXPECT_EQ(gated.exit_code, 1) << gated.err;
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(path("reports"))) files += entry.file_size() > 100 ? 1 : 0;
  EXPECT_EQ(files, 10u);
}

TEST_F(GateCommand, OfAnUnfinishedRunSaysSo) {
  (void)make("dead", "dying:100", "fake_large");
  const auto gated = gate("right", "dead");
  EXPECT_EQ(gated.exit_code, 4);
  EXPECT_THAT(gated.err, HasSubstr("the run has not ended"));
  EXPECT_EQ(run_fakes({"report", path("dead")}).exit_code, 4);
}

TEST_F(GateCommand, SaysHowToSettleWhatIsOpen) {
  (void)make("drawn", "wrong:100", "fake", {"--temperature", "0.7", "--seed", "4", "--batch", "3"});
  (void)make("drawn-baseline", "oracle", "fake", {"--temperature", "0.7", "--seed", "4"});
  const auto open = gate("drawn-baseline", "drawn");
  EXPECT_EQ(open.exit_code, 5) << open.out;
  EXPECT_THAT(open.err, AllOf(HasSubstr("to settle fake, ask all of it again with another seed"),
                              HasSubstr("assay run --model wrong:100 --temperature 0.7 --batch 3 --bench fake --seed 5 --out " + path("drawn") + "-seed-5\n"),
                              HasSubstr("gate --baseline " + path("drawn-baseline") + " --candidate " + path("drawn") + " --rerun " + path("drawn") + "-seed-5")));
  const auto again = path("drawn") + "-seed-5";
  ASSERT_EQ(run_fakes({"run", "--model", "wrong:100", "--temperature", "0.7", "--batch", "3", "--bench", "fake", "--seed", "5", "--out", again}).exit_code, 0);
  const auto settled = gate("drawn-baseline", "drawn", {"--rerun", again});
  EXPECT_NE(settled.exit_code, 3) << settled.out;
  EXPECT_THAT(settled.out, HasSubstr("the candidate is the mean of 2 runs"));
  EXPECT_THAT(settled.err, HasSubstr("--seed 6 ")) << "and the next one, if need be";
  EXPECT_EQ(gate("drawn-baseline", "drawn", {"--rerun", path("right")}).exit_code, 3) << "another benchmark";
}

TEST_F(GateCommand, CountsNoRunTwice) {
  const auto twice = gate("right", "again", {"--rerun", path("again") + "/"});
  EXPECT_EQ(twice.exit_code, 2);
  EXPECT_THAT(twice.err, HasSubstr("--rerun: \"" + path("again") + "/\" is there already; name another run"));
}

TEST_F(GateCommand, DoesNotSendForRepliesThatWouldBeTheSame) {
  EXPECT_THAT(gate("few", "few-worse").err, HasSubstr("asking fake again would tell nothing new, for the model repeats itself at temperature 0"));
  EXPECT_EQ(gate("right", "again").err, "");
}

TEST_F(GateCommand, ShowsAHistory) {
  const auto shown = run_fakes({"history", path("right"), path("again"), path("worse"), path("slightly")});
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  EXPECT_THAT(shown.out, AllOf(HasSubstr("fake_large accuracy (official): 4 runs"), HasSubstr(path("slightly")), HasSubstr("4 runs are too few to show a change of level at 5 %")));
  EXPECT_EQ(json::parse(run_fakes({"history", path("right"), path("again"), "--format", "json"}).out, "stdout")["runs"].Size(), 2U);
  const auto wrong = run_fakes({"history", path("right"), "--alpha", "2", "--waive", "wieghts"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_THAT(wrong.err, AllOf(HasSubstr("name at least two runs"), HasSubstr("--alpha must be a share"), HasSubstr("--waive")));
}

TEST_F(GateCommand, WritesAPageInAFolder) {
  const auto gated = gate("right", "worse", {"--format", "html", "--html-folder", "--out", path("folder")});
  EXPECT_EQ(gated.exit_code, 1) << gated.err;
  EXPECT_TRUE(std::filesystem::exists(path("folder") + "/gate.html"));
  const auto parts = path("folder") + "/gate.parts";
  EXPECT_THAT(read_file(parts + "/texts-0000.js"), ::testing::StartsWith("assay_part("));
  std::ofstream(parts + "/texts-0099.js") << "old";
  std::ofstream(parts + "/mine.txt") << "kept";
  EXPECT_EQ(gate("right", "worse", {"--format", "html", "--html-folder", "--out", path("folder")}).exit_code, 1);
  EXPECT_FALSE(std::filesystem::exists(parts + "/texts-0099.js")) << "of a longer report before";
  EXPECT_TRUE(std::filesystem::exists(parts + "/mine.txt"));
  const auto wrong = gate("right", "worse", {"--html-folder"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_THAT(wrong.err, AllOf(HasSubstr("--html-folder is a form of --format html"), HasSubstr("--html-folder needs --out")));
}

TEST_F(GateCommand, ComparesSeveralRuns) {
  const auto compared = run_fakes({"compare", path("right"), path("worse"), path("slightly")});
  EXPECT_EQ(compared.exit_code, 0) << compared.err;
  EXPECT_THAT(compared.out, AllOf(HasSubstr("worse"), HasSubstr("slightly"), HasSubstr("accuracy")));
  const auto json = run_fakes({"compare", path("right"), path("worse"), "--format", "json"});
  const auto document = json::parse(json.out, "stdout");
  for (const auto& run : json::require_array(document, "runs", "stdout").GetArray())
    EXPECT_GT(json::double_or(run, "peak_memory_bytes", 0), 1 << 20) << "of the runs themselves, from timing.json";
  EXPECT_EQ(run_fakes({"compare", path("right")}).exit_code, 2);
}

TEST_F(GateCommand, StopsARunAsSoonAsItIsDecided) {
  const auto failed = make("early-fail", "wrong:5", "fake_large", {"--until-decided", "--baseline", path("right")});
  EXPECT_EQ(failed.exit_code, 1) << failed.err;
  EXPECT_THAT(failed.out, AllOf(HasSubstr("FAIL after"), HasSubstr("of 20000 samples")));
  EXPECT_FALSE(std::filesystem::exists(*folder_ / "early-fail" / "results.json"));
  const auto passed = make("early-pass", "oracle", "fake_large", {"--until-decided", "--baseline", path("right")});
  EXPECT_EQ(passed.exit_code, 0) << passed.out;
  EXPECT_THAT(passed.out, HasSubstr("PASS after"));
  const auto again = make("early-fail", "wrong:5", "fake_large", {"--until-decided", "--baseline", path("right")});
  EXPECT_EQ(again.out, failed.out) << "a second start finds it decided";
}

TEST_F(GateCommand, WithFewSamplesIsNotDecidedEarly) {
  const auto open = make("open", "oracle", "fake", {"--until-decided", "--baseline", path("few")});
  EXPECT_EQ(open.exit_code, 5) << open.out;
  EXPECT_TRUE(std::filesystem::exists(*folder_ / "open" / "results.json"));
  EXPECT_EQ(make("odd", "oracle", "fake", {"--until-decided"}).exit_code, 2);
  EXPECT_EQ(make("odd", "oracle", "fake", {"--until-decided", "--baseline", path("right")}).exit_code, 2) << "the baseline has no such benchmark";
}

TEST_F(GateCommand, DoesNotDecideEarlyWhatTheWholeRunIsAsked) {
  const auto policy = folder_->write("whole.yaml", "exact: true\nbenchmarks:\n  fake: {floor: 60}\n").string();
  const auto refused = make("odd", "oracle", "fake", {"--until-decided", "--baseline", path("few"), "--policy", policy});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("whole.yaml: \"exact\" asks about every reply; let the run end and use `assay gate`"),
                                 HasSubstr("whole.yaml:3: a floor is held against the whole run")));
}

TEST_F(GateCommand, DecidesEarlyWhateverTheBatch) {
  const auto one = make("batch-1", "wrong:5", "fake_large", {"--until-decided", "--baseline", path("right"), "--batch", "1"});
  const auto many = make("batch-64", "wrong:5", "fake_large", {"--until-decided", "--baseline", path("right"), "--batch", "64"});
  EXPECT_EQ(one.out.substr(one.out.find('\n')), many.out.substr(many.out.find('\n'))) << "what is counted does not depend on what was in flight";
}

/// A file as Google Benchmark writes it, nine repetitions of one benchmark.
std::string speed_file(double milliseconds) {
  std::string rows;
  for (int i = 0; i < 9; ++i) rows += fmt::format(R"({}{{"name": "tile", "real_time": {}, "time_unit": "ms"}})", i == 0 ? "" : ", ", milliseconds + 0.001 * i);
  return fmt::format(R"({{"context": {{"num_cpus": 2}}, "benchmarks": [{}]}})", rows);
}

TEST_F(GateCommand, GatesTimingsAloneOrBesideRuns) {
  folder_->write("fast.json", speed_file(10));
  folder_->write("slow.json", speed_file(12));
  const auto alone = run_fakes({"gate", "--baseline-speed", path("fast.json"), "--candidate-speed", path("slow.json")});
  EXPECT_EQ(alone.exit_code, 1) << alone.err;
  EXPECT_THAT(alone.out, AllOf(HasSubstr("FAIL"), HasSubstr("tile [1/s]"), HasSubstr("takes 1.200 of the baseline's time")));
  const auto same = gate("right", "again", {"--baseline-speed", path("fast.json"), "--candidate-speed", path("fast.json"), "--format", "json"});
  EXPECT_EQ(same.exit_code, 0) << same.err;
  const auto slower = gate("right", "again", {"--baseline-speed", path("fast.json"), "--candidate-speed", path("slow.json"), "--format", "json"});
  EXPECT_EQ(verdict(slower), "FAIL");
  const auto exact = run_fakes({"gate", "--baseline-speed", path("fast.json"), "--candidate-speed", path("fast.json"), "--exact"});
  EXPECT_EQ(exact.exit_code, 2);
  EXPECT_THAT(exact.err, HasSubstr("--exact asks about replies"));
  const auto half = run_fakes({"gate", "--baseline-speed", path("fast.json")});
  EXPECT_EQ(half.exit_code, 2);
  EXPECT_THAT(half.err, HasSubstr("--candidate-speed is missing"));
}

TEST_F(GateCommand, ComparesTimingsByTheSpeedVerbToo) {
  folder_->write("fast.json", speed_file(10));
  folder_->write("slow.json", speed_file(12));
  const auto compare = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"speed", "compare"});
    return run_fakes(words);
  };
  EXPECT_EQ(compare({path("fast.json"), path("slow.json")}).exit_code, 1);
  EXPECT_EQ(compare({path("slow.json"), path("fast.json"), "--format", "json"}).exit_code, 0);
  for (const auto& one : {compare({path("fast.json")}), compare({"--format", "json", path("fast.json")})}) {
    EXPECT_EQ(one.exit_code, 2);
    EXPECT_THAT(one.err, HasSubstr("name two files of timings"));
  }
}

TEST_F(GateCommand, ComparesTimingsWhereverTheOptionsStand) {
  const std::string fast = folder_->write("fast.json", speed_file(10)).string(), slow = folder_->write("slow.json", speed_file(12)).string();
  const auto compare = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"speed", "compare"});
    return run_fakes(words);
  };
  const auto last = compare({fast, slow, "--format", "json", "--waive", "overlap"});
  EXPECT_EQ(verdict(last), "FAIL");
  EXPECT_EQ(compare({"--format", "json", "--waive", "overlap", fast, slow}).out, last.out);
  EXPECT_EQ(compare({"--format", "json", fast, "--waive=overlap", slow}).out, last.out);
  const auto three = compare({fast, slow, fast});
  EXPECT_EQ(three.exit_code, 2);
  EXPECT_THAT(three.err, HasSubstr("name two files of timings"));
  EXPECT_THAT(compare({"--fromat", "json", fast, slow}).err, HasSubstr("assay speed compare has no option \"--fromat\"; did you mean \"--format\"?"));
  EXPECT_THAT(compare({"--help"}).out, AllOf(HasSubstr("assay speed compare"), HasSubstr("old.json new.json"), HasSubstr("--old-binary"), HasSubstr("5 cannot tell")));
}

TEST_F(GateCommand, TimesAStageOrSaysWhatIsMissing) {
  const auto unknown = run_fakes({"speed", "encodr"});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("did you mean \"encoder\""));
  EXPECT_THAT(run_fakes({"speed"}).err, HasSubstr("name a stage: compare, tiling"));
  EXPECT_THAT(run_fakes({"speed", "tiling", "--plot", "x.svg"}).err, HasSubstr("--plot is for stages whose work is counted"));
  EXPECT_THAT(run_fakes({"speed", "decode"}).err, HasSubstr("--model is missing"));
  EXPECT_THAT(run_fakes({"speed", "tiling", "--repetitions", "0"}).err, HasSubstr("--repetitions must be a whole number"));
}

}  // namespace
}  // namespace assay
