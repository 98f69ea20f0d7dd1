#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/run_folder.h"
#include "tests/harness/child_process.h"
#include "tests/temporary_folder.h"

namespace assay {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using testing::run_assay;
using testing::run_fake_model;
using testing::run_fakes;
using testing::TemporaryFolder;

TEST(Score, PlaysAJudgesRecordedReplies) {
  const TemporaryFolder folder;
  folder.write("mm-vet.json", R"({"v1_0": {"imagename": "a.png", "question": "q", "answer": "a", "capability": ["ocr"]}})");
  const auto replies = folder.write("replies.json", R"({"v1_0": "an answer"})").string(), grades = folder.write("grades.json", R"({"v1_0": {"content": ["0.5"]}})").string();
  const std::vector<std::string> score = {"score", "--bench", "mmvet", "--data-dir", (folder / "").string(), "--format", "json", "--predictions", replies};
  const auto without = run_assay(score);
  ASSERT_EQ(without.exit_code, 0) << without.err;
  EXPECT_EQ(json::parse(without.out, "stdout")["results"][0]["states"]["judge-failed"].GetInt(), 1);
  EXPECT_TRUE(json::parse(without.out, "stdout")["results"][0]["metrics"][0]["value"].IsNull());
  auto with_judge = score;
  with_judge.insert(with_judge.end(), {"--judge", grades});
  const auto judged = run_assay(with_judge);
  ASSERT_EQ(judged.exit_code, 0) << judged.err;
  EXPECT_EQ(json::parse(judged.out, "stdout")["results"][0]["metrics"][0]["value"].GetDouble(), 50);
}

TEST(Assay, ListsItsBenchmarksSorted) {
  const auto listed = run_assay({"list"});
  EXPECT_EQ(listed.exit_code, 0);
  EXPECT_THAT(listed.out, AllOf(HasSubstr("chartqa_test"), HasSubstr("docvqa_val"), HasSubstr("mmbench_dev_en"), HasSubstr("mme"),
                                HasSubstr("seed_bench")));
  EXPECT_THAT(listed.err, IsEmpty());
}

TEST(Assay, ListsModelsAndProfiles) {
  EXPECT_EQ(run_fakes({"list", "models"}).out, "fake (model_type fake_chat)\n");
  EXPECT_EQ(json::parse(run_fakes({"list", "models", "--format", "json"}).out, "stdout")[0]["name"], "fake");
  EXPECT_EQ(run_fakes({"describe", "models", "fake"}).out.substr(0, 6), "fake: ");
  EXPECT_THAT(run_assay({"list", "profiles"}).out, ContainsRegex("vlmevalkit\n  asks \\(--prompt-profile\\): [^\n]*chartqa_test, [^\n]*pope"));
  EXPECT_EQ(run_fakes({"describe", "profiles", "polite"}).out,
            "polite\n  asks (--prompt-profile): fake, fake_broken, fake_dialogues, fake_empty, fake_large, fake_scorer, fake_small, fake_twice\n");
}

TEST(Assay, ListsMetricsWithTheirFormulasAndBenchmarks) {
  EXPECT_THAT(run_assay({"list", "metrics"}).out,
              HasSubstr("<subtask>.acc_plus\n  pictures with both questions answered right / pictures with two questions\n    in mme\n"));
  const auto one = "accuracy\n  divided by: questions\n    in fake, fake_broken, fake_dialogues, fake_empty, fake_large, fake_scorer, fake_small, fake_twice\n";
  EXPECT_EQ(run_fakes({"list", "metrics"}).out, one);
  EXPECT_EQ(run_fakes({"describe", "metrics", "accuracy"}).out, one);
  EXPECT_EQ(run_assay({"describe", "existence.acc_plus"}).out, run_assay({"describe", "metrics", "acc_plus"}).out);
  const auto described = run_assay({"describe", "metrics", "anls", "--format", "json"});
  EXPECT_EQ(json::parse(described.out, "stdout")["meanings"][0]["benchmarks"][1], "docvqa_val");
}

TEST(Assay, ListsAndDescribesEveryKindAsJson) {
  for (const std::string kind : {"benchmarks", "models", "metrics", "profiles"}) {
    const auto listed = run_fakes({"list", kind, "--format", "json"}), described = run_fakes({"describe", kind, "--format", "json"});
    EXPECT_EQ(listed.exit_code, 0) << listed.err;
    EXPECT_EQ(described.out, listed.out);
    const auto things = json::parse(listed.out, "stdout");
    ASSERT_GT(things.Size(), 0U) << kind;
    const auto one = run_fakes({"describe", kind, things[0]["name"].GetString(), "--format", "json"});
    EXPECT_EQ(json::dump(json::parse(one.out, "stdout")), json::dump(things[0])) << kind;
    const auto wrong = run_fakes({"describe", kind, "accurracy"});
    EXPECT_EQ(wrong.exit_code, 2);
    EXPECT_THAT(wrong.err, HasSubstr("none of the " + kind + " is called \"accurracy\"; "));
  }
}

TEST(Assay, DescribesABenchmark) {
  const auto described = run_assay({"describe", "chartqa_test"});
  EXPECT_EQ(described.exit_code, 0) << described.err;
  EXPECT_THAT(described.out, AllOf(HasSubstr("arXiv:2203.10244"), HasSubstr("scored as: official"), HasSubstr("data: "),
                                   HasSubstr("    lmms-eval: relaxed_match: a number within 5 % of the label"), HasSubstr("  after:\n    official: google-research/pix2struct"),
                                   HasSubstr("  published: 1,250 questions that people wrote"), HasSubstr("  licence: GPL-3.0")));
  EXPECT_THAT(described.out, HasSubstr("  asked of a made-up sample:\n    vlmevalkit (at most 4096 tokens, at most 12 tiles a picture):\n"
                                       "      <picture>{question}\n      Answer the question using a single word or phrase.\n"));
  const auto seed = run_assay({"describe", "seed_bench"});
  EXPECT_THAT(seed.out, HasSubstr("    official (its options' texts are ranked, and nothing is written):\n      <picture>Question: {question}\n      Answer:\n"));
}
TEST(Assay, DescribesWhatItAsksOfTheFirstSample) {
  const testing::TemporaryFolder folder;
  folder.write("SEED-Bench.json", R"({"questions": [{"question_id": "7", "question": "Which?", "choice_a": "w", "choice_b": "x", "choice_c": "y", "choice_d": "z", "answer": "B",
                                     "data_id": "7.jpg", "data_type": "image", "question_type_id": 1}], "question_type": {}})");
  const auto described = run_assay({"describe", "seed_bench", "--data-dir", folder.path().string()});
  EXPECT_THAT(described.out, AllOf(HasSubstr("data: 1 samples"), HasSubstr("  asked of its sample \"7\":\n"),
                                   HasSubstr("      <picture>Which?\n      A. w\n      B. x\n      C. y\n      D. z\n      Answer with the option's letter")));
}

TEST(Assay, TellsItsVersion) { EXPECT_EQ(run_assay({"--version"}).out, "assay 0.1.0\n"); }

class Help : public ::testing::TestWithParam<std::vector<std::string>> {};
TEST_P(Help, HasExamplesAndGoesToStdout) {
  auto arguments = GetParam();
  arguments.emplace_back("--help");
  const auto help = run_assay(arguments);
  EXPECT_EQ(help.exit_code, 0) << help.err;
  EXPECT_THAT(help.out, AllOf(HasSubstr("Examples:"), HasSubstr("assay ")));
  EXPECT_THAT(help.err, IsEmpty());
}
INSTANTIATE_TEST_SUITE_P(Assay, Help,
                         ::testing::Values(std::vector<std::string>{}, std::vector<std::string>{"run"}, std::vector<std::string>{"score"},
                                           std::vector<std::string>{"report"}, std::vector<std::string>{"gate"}, std::vector<std::string>{"baseline"},
                                           std::vector<std::string>{"compare"}, std::vector<std::string>{"history"},
                                           std::vector<std::string>{"plan"}, std::vector<std::string>{"list"},
                                           std::vector<std::string>{"describe"}, std::vector<std::string>{"inspect"},
                                           std::vector<std::string>{"inspect", "tokens"}, std::vector<std::string>{"inspect", "pixels"},
                                           std::vector<std::string>{"inspect", "prompt"}, std::vector<std::string>{"inspect", "weights"},
                                           std::vector<std::string>{"inspect", "logits"}));

struct Wrong {
  const char* name;
  std::vector<std::string> arguments;
  int exit_code;
  const char* message;
};
void PrintTo(const Wrong& wrong, std::ostream* os) { *os << wrong.name; }
class WrongUse : public ::testing::TestWithParam<Wrong> {};
TEST_P(WrongUse, SaysWhatIsWrongOnStderr) {
  const auto ended = run_fakes(GetParam().arguments);
  EXPECT_EQ(ended.exit_code, GetParam().exit_code);
  EXPECT_THAT(ended.err, AllOf(HasSubstr("assay: "), HasSubstr(GetParam().message)));
  EXPECT_THAT(ended.out, IsEmpty());
}
INSTANTIATE_TEST_SUITE_P(
    Assay, WrongUse,
    ::testing::Values(
        Wrong{"no_verb", {}, 2, "no verb given"}, Wrong{"verb", {"rnu"}, 2, "there is no `assay rnu`; did you mean \"run\"?"},
        Wrong{"inspect_verb", {"inspect", "token"}, 2, "did you mean \"tokens\"?"},
        Wrong{"option", {"run", "--modle", "m"}, 2, "assay run has no option \"--modle\"; did you mean \"--model\"?"},
        Wrong{"word_too_many", {"run", "fake"}, 2, "\"fake\" is one word too many"},
        Wrong{"value_missing", {"run", "--limit"}, 2, "--limit"},
        Wrong{"nothing_given", {"run"}, 2, "3 problems:"},
        Wrong{"benchmark", {"run", "--model", "m", "--bench", "fale", "--out", "x"}, 2, "did you mean \"fake\"?"},
        Wrong{"data_dir", {"run", "--model", "m", "--bench", "fake", "--out", "x", "--data-dir", "/no/such"}, 3,
              "--data-dir: there is no folder \"/no/such\""},
        Wrong{"empty_data", {"run", "--model", "oracle", "--bench", "fake_empty", "--out", "x"}, 3, "holds no samples"},
        Wrong{"sample", {"run", "--model", "oracle", "--bench", "fake", "--out", "x", "--sample", "zz"}, 2, "has a sample \"zz\""},
        Wrong{"config_file", {"run", "--config", "/no/such.yaml"}, 2, "cannot open this config file"},
        Wrong{"score_nothing", {"score"}, 2, "name either a run folder or --predictions FILE"},
        Wrong{"score_judge", {"score", "--predictions", "p", "--bench", "fake_small", "--judge", "/no/such"}, 3, "/no/such"},
        Wrong{"score_no_run", {"score", "/no/such"}, 3, "it has no manifest.json"},
        Wrong{"score_bench", {"score", "--predictions", "p", "--bench", "fale"}, 2, "did you mean \"fake\"?"},
        Wrong{"report_no_run", {"report", "/no/such"}, 3, "there are no results"},
        Wrong{"report_format", {"report", "/", "--format", "mdd"}, 2, "no report is named \"mdd\"; did you mean \"md\"?"},
        Wrong{"describe", {"describe", "fake_larg"}, 2, "did you mean \"fake_large\"?"},
        Wrong{"describe_kind", {"describe", "metric", "accuracy"}, 2, "there is no kind \"metric\"; did you mean \"metrics\"?"},
        Wrong{"describe_metric", {"describe", "metrics", "acuracy"}, 2, "did you mean \"accuracy\"?"},
        Wrong{"describe_nothing", {"describe"}, 2, "name a benchmark"},
        Wrong{"list", {"list", "benchmark"}, 2, "did you mean \"benchmarks\"?"}),
    [](const auto& c) { return std::string(c.param.name); });

TEST(WrongUse, TellsEveryProblemAtOnce) {
  const auto run = run_fakes({"run", "--modle", "m", "--bench", "fale", "--limit", "abc", "--dtype", "int8", "spare", "--config", "/no/such.yaml"});
  EXPECT_EQ(run.exit_code, 2);
  for (const char* problem : {"8 problems:", "no option \"--modle\"", "\"spare\" is one word too many", "cannot open this config file",
                              "--limit must be an integer, got \"abc\"", "--model is missing", "--dtype must be", "did you mean \"fake\"?",
                              "--out is missing"})
    EXPECT_THAT(run.err, HasSubstr(problem));
  EXPECT_THAT(run_fakes({"score", "--format", "xml", "--predictions", "p"}).err, AllOf(HasSubstr("--format must be"), HasSubstr("needs --bench")));
  EXPECT_THAT(run_fakes({"report", "--format", "mdd,jso"}).err, AllOf(HasSubstr("\"md\"?"), HasSubstr("\"json\"?"), HasSubstr("name a run folder")));
  EXPECT_THAT(run_fakes({"inspect", "logits", "--max-tiles", "x", "--dtype", "int8"}).err,
              AllOf(HasSubstr("--max-tiles must be an integer"), HasSubstr("--dtype must be"), HasSubstr("--prompt is missing")));
}

TEST(Run, RefusesAFormOfWeightsThatTheModelDoesNotKnow) {
  const TemporaryFolder folder;
  const auto ended = run_fake_model(folder / "run", "oracle", "fake_small", {"--weights", "int8"});
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_THAT(ended.err, HasSubstr("\"oracle\" cannot run with its weights in another form; leave --weights int8 out"));
  EXPECT_FALSE(std::filesystem::exists(folder / "run"));
}

TEST(Run, PrintsOneJsonObjectThatResultsJsonHoldsToo) {
  const TemporaryFolder folder;
  const auto ended = run_fake_model(folder / "run", "oracle", "fake,fake_small", {"--format", "json"});
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_EQ(ended.out, read_file(results_path(folder / "run")));
  const auto results = json::parse(ended.out, "stdout");
  EXPECT_EQ(json::require_string(results, "schema", "stdout"), "assay.results/1");
  EXPECT_EQ(json::require_array(results, "results", "stdout").Size(), 2U);
}

TEST(Run, StartedAgainAfterItsEndAsksNothing) {
  const TemporaryFolder folder;
  const auto first = run_fake_model(folder / "run", "oracle", "fake", {"--format", "json"});
  const auto second = run_fake_model(folder / "run", "dying:0", "fake", {"--format", "json"});
  EXPECT_EQ(second.exit_code, 0) << second.err;
  EXPECT_EQ(second.out, first.out);
  EXPECT_FALSE(std::filesystem::exists(folder / "run" / "journal-2.jsonl"));
}

TEST(Run, RefusesAnotherRunsFolder) {
  const TemporaryFolder folder;
  ASSERT_EQ(run_fake_model(folder / "run", "oracle", "fake").exit_code, 0);
  const auto other_weights = run_fake_model(folder / "run", "other-weights", "fake");
  EXPECT_EQ(other_weights.exit_code, 2);
  EXPECT_THAT(other_weights.err, HasSubstr("\"model.weights_digest\" was \"fake-weights\", is now \"others\""));
  const auto other_limit = run_fake_model(folder / "run", "oracle", "fake", {"--limit", "5", "--threads", "3"});
  EXPECT_THAT(other_limit.err, AllOf(HasSubstr("\"limit\" was null, is now 5"), Not(HasSubstr("threads"))));
}

TEST(Run, EndsWithFourAboveTheErrorBudgetAndCanGoOn) {
  const TemporaryFolder folder;
  const auto over = run_fake_model(folder / "run", "flaky:10", "fake");
  EXPECT_EQ(over.exit_code, 4);
  EXPECT_THAT(over.err, AllOf(HasSubstr("4 of 300 samples failed, more than --max-failures 0.01 allows"), HasSubstr("the picture is cut short"),
                              HasSubstr("--retry-failed")));
  EXPECT_FALSE(std::filesystem::exists(results_path(folder / "run")));
  const auto retried = run_fake_model(folder / "run", "oracle", "fake", {"--retry-failed"});
  EXPECT_EQ(retried.exit_code, 0) << retried.err;
}

TEST(Run, ListsFailedSamplesWithinTheBudget) {
  const TemporaryFolder folder;
  const auto ended = run_fake_model(folder / "run", "flaky:10", "fake", {"--max-failures", "0.5"});
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_THAT(ended.out, AllOf(HasSubstr(" error, "), HasSubstr("failed: s")));
}

TEST(Run, EndsWithFourWhenTheEngineBreaks) {
  const TemporaryFolder folder;
  const auto ended = run_fake_model(folder / "run", "dying:20", "fake");
  EXPECT_EQ(ended.exit_code, 4);
  EXPECT_THAT(ended.err, HasSubstr("assay: the fake engine broke"));
  EXPECT_EQ(run_fake_model(folder / "run", "oracle", "fake").exit_code, 0);
}

TEST(Run, EndsWithSeventyForABugOfOurs) {
  const TemporaryFolder folder;
  const auto ended = run_fake_model(folder / "run", "buggy", "fake");
  EXPECT_EQ(ended.exit_code, 70);
  EXPECT_THAT(ended.err, HasSubstr("the fake lost count"));
  EXPECT_EQ(run_fake_model(folder / "run", "oracle", "fake").exit_code, 0) << "what was recorded is no less good";
}

TEST(Run, WritesSubmissionFiles) {
  const TemporaryFolder folder;
  ASSERT_EQ(run_fake_model(folder / "run", "oracle", "fake_small", {"--limit", "2"}).exit_code, 0);
  EXPECT_EQ(read_file(submissions_path(folder / "run") / "fake_small.tsv"), "s0\tw0\ns1\tw1\n");
}

TEST(Run, PrintsAConfigThatItReads) {
  const TemporaryFolder folder;
  const auto printed = run_fakes({"run", "--model", "oracle", "--bench", "fake_small", "--limit", "3", "--print-config"});
  EXPECT_EQ(printed.exit_code, 0);
  std::ofstream(folder / "eval.yaml") << printed.out;
  const auto ended = run_fakes({"run", "--config", (folder / "eval.yaml").string(), "--out", (folder / "run").string(), "--limit", "4"});
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("4 samples"));
}

TEST(Run, TakesTheDemoFromItsFolderAndOtherOptionsOverIt) {
  const TemporaryFolder folder;
  const std::vector<std::string> command = {testing::assay_binary(), "run", "--demo", "--print-config", "--batch", "3", "--dtype", "bfloat16"};
  const auto missing = testing::run_child(command, {{"ASSAY_DEMO", folder.path().string()}});
  EXPECT_EQ(missing.exit_code, 3);
  EXPECT_THAT(missing.err, AllOf(HasSubstr(folder.path().string()), HasSubstr("ASSAY_DEMO")));
  folder.write("model/config.json", "{}");
  const auto printed = testing::run_child(command, {{"ASSAY_DEMO", folder.path().string()}});
  EXPECT_EQ(printed.exit_code, 0) << printed.err;
  EXPECT_THAT(printed.out, AllOf(HasSubstr((folder / "model").string()), HasSubstr((folder / "data").string()), HasSubstr("runs/demo"),
                                 HasSubstr("pope"), HasSubstr("batch: 3"), HasSubstr("bfloat16")));
}

TEST(Run, DryRunCountsAndWritesNothing) {
  const TemporaryFolder folder;
  const auto dry = run_fake_model(folder / "run", "oracle", "fake", {"--dry-run"});
  EXPECT_EQ(dry.exit_code, 0) << dry.err;
  EXPECT_THAT(dry.out, AllOf(HasSubstr("300 prompts on 100 distinct pictures"), HasSubstr("at most 4800 new tokens"),
                             HasSubstr(" with replies of 16 tokens\n"), HasSubstr("encoder   5.0 s: about 500 tiles"),
                             HasSubstr("prompts   30.0 s: 300 of about 100 tokens"), HasSubstr("48 prompts counted, 16 run")));
  EXPECT_FALSE(std::filesystem::exists(folder / "run"));
  EXPECT_EQ(run_fakes({"run", "--model", "nowhere", "--bench", "fake", "--dry-run"}).exit_code, 2);
  EXPECT_THAT(run_fakes({"run", "--model", "unreadable-weights", "--bench", "fake_small", "--dry-run"}).err, HasSubstr("none of 7 samples tried"));
}

TEST(Run, DryRunEstimatesFromTheLastStart) {
  const TemporaryFolder folder;
  ASSERT_EQ(run_fake_model(folder / "run", "slow:2", "fake", {"--limit", "30"}).exit_code, 0);
  EXPECT_THAT(run_fake_model(folder / "run", "slow:2", "fake", {"--limit", "60", "--dry-run"}).out,
              AllOf(HasSubstr("30 of 60 samples are done already"), HasSubstr("samples/s of the last start")));
  EXPECT_THAT(run_fake_model(folder / "run", "slow:2", "fake", {"--limit", "30", "--dry-run"}).out, HasSubstr("time: none, every sample is done"));
}

TEST(Run, SaysThatStdoutCannotBeWritten) {
  const TemporaryFolder folder;
  testing::ChildProcess child({testing::fakes_binary(), "list"}, {}, "", "/dev/full");
  const auto ended = child.wait();
  EXPECT_EQ(ended.exit_code, 4);
  EXPECT_THAT(ended.err, HasSubstr("assay: stdout: cannot write: No space left on device"));
}

TEST(Score, GivesARunsOwnResultsAgain) {
  const TemporaryFolder folder;
  const auto ran = run_fake_model(folder / "run", "constant", "fake,fake_small", {"--format", "json"});
  EXPECT_EQ(run_fakes({"score", (folder / "run").string(), "--format", "json"}).out, ran.out);
}

TEST(Score, TakesOtherProfiles) {
  const TemporaryFolder folder;
  ASSERT_EQ(run_fake_model(folder / "run", "constant", "fake_small").exit_code, 0);
  const auto scored = run_fakes({"score", (folder / "run").string(), "--profile", "official,lenient", "--format", "json"});
  const auto results = json::parse(scored.out, "stdout");
  const auto& list = json::require_array(results, "results", "stdout");
  ASSERT_EQ(list.Size(), 2U);
  EXPECT_NEAR(list[0]["metrics"][0]["value"].GetDouble(), 100.0 / 7, 1e-9);
  EXPECT_EQ(list[1]["metrics"][0]["value"].GetDouble(), 100);
}

TEST(Score, RefusesAnUnfinishedRunUnlessTold) {
  const TemporaryFolder folder;
  ASSERT_EQ(run_fake_model(folder / "run", "dying:20", "fake").exit_code, 4);
  const auto refused = run_fakes({"score", (folder / "run").string()});
  EXPECT_EQ(refused.exit_code, 4);
  EXPECT_THAT(refused.err, HasSubstr("20 of 300 samples are done"));
  const auto partial = run_fakes({"score", (folder / "run").string(), "--partial"});
  EXPECT_EQ(partial.exit_code, 0);
  EXPECT_THAT(partial.out, HasSubstr("20 samples"));
}

TEST(Score, ReadsPredictionFiles) {
  const TemporaryFolder folder;
  std::ofstream(folder / "replies.tsv") << "s0\tw0\ns1\twrong\n";
  const auto scored = run_fakes({"score", "--bench", "fake_small", "--predictions", (folder / "replies.tsv").string(), "--format", "json"});
  ASSERT_EQ(scored.exit_code, 0) << scored.err;
  EXPECT_EQ(json::parse(scored.out, "stdout")["results"][0]["metrics"][0]["value"].GetDouble(), 50);
}

TEST(Report, WritesEveryFormat) {
  const TemporaryFolder folder;
  ASSERT_EQ(run_fake_model(folder / "run", "oracle", "fake_small").exit_code, 0);
  const std::string run = (folder / "run").string();
  EXPECT_THAT(run_fakes({"report", run}).out, StartsWith("fake_small (split test, scored as official): 7 samples: 7 scored"));
  EXPECT_THAT(run_fakes({"report", run, "--format", "md"}).out, HasSubstr("| accuracy \\* | 100.0000 |"));
  EXPECT_EQ(run_fakes({"report", run, "--format", "json"}).out, read_file(results_path(run)));
  ASSERT_EQ(run_fakes({"report", run, "--format", "json,md,console", "--out", (folder / "reports").string()}).exit_code, 0);
  for (const char* name : {"results.json", "report.md", "report.txt"}) EXPECT_TRUE(std::filesystem::exists(folder / "reports" / name)) << name;
  EXPECT_THAT(run_fakes({"report", run, "--format", "htm"}).err, HasSubstr("no report is named \"htm\"; did you mean \"html\"?"));
}

TEST(Report, SaysThatItsFolderCannotBeMade) {
  const TemporaryFolder folder;
  ASSERT_EQ(run_fake_model(folder / "run", "oracle", "fake_small").exit_code, 0);
  const std::string file = results_path(folder / "run").string();
  const auto ended = run_fakes({"report", (folder / "run").string(), "--out", file + "/below"});
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_THAT(ended.err, HasSubstr("--out: cannot make the folder \"" + file + "/below\": \"" + file + "\" is a file"));
}

TEST(Run, TellsOfABadFolderBeforeItLooksForData) {
  const TemporaryFolder folder;
  std::ofstream(folder / "file") << "x";
  const auto ended = run_fake_model(folder / "file", "nowhere", "fake");
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_THAT(ended.err, AllOf(HasSubstr("is a file; name another one"), Not(HasSubstr("prompts on"))));
}

TEST(Report, RefusesDamagedResults) {
  const TemporaryFolder folder;
  ASSERT_EQ(run_fake_model(folder / "run", "oracle", "fake_small").exit_code, 0);
  std::ofstream(results_path(folder / "run")) << "{\"schema\": \"assay.results/9\"}";
  const auto ended = run_fakes({"report", (folder / "run").string()});
  EXPECT_EQ(ended.exit_code, 3);
  EXPECT_THAT(ended.err, HasSubstr("\"schema\" must be \"assay.results/1\", got \"assay.results/9\""));
}

}  // namespace
}  // namespace assay
