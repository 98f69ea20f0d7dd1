#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/run_folder.h"
#include "harness/sample_list_file.h"
#include "tests/harness/child_process.h"
#include "tests/schema_complaint.h"
#include "tests/temporary_folder.h"

/// `assay plan`, and `assay run --samples` on what it writes.
namespace assay {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::run_assay;
using testing::run_fake_model;
using testing::run_fakes;
using testing::schema_complaint;
using testing::TemporaryFolder;

/// MME's question files: two questions on each picture, 12 pictures in three subtasks.
void write_mme(const TemporaryFolder& folder) {
  for (const std::string subtask : {"existence", "count", "color"}) {
    std::string lines;
    for (int i = 0; i < (subtask == "existence" ? 6 : 3); ++i)
      for (const std::string answer : {"Yes", "No"}) lines += fmt::format("{:03}.jpg\tIs this {}, {}? Please answer yes or no.\t{}\n", i, i, answer, answer);
    folder.write("mme/" + subtask + ".txt", lines);
  }
}

TEST(Plan, AnswersFromCountsAlone) {
  const auto ended = run_assay({"plan", "--count", "2500", "--flip-rate", "0.06", "--margin", "1"});
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_THAT(ended.out, AllOf(HasSubstr("2500 samples, in 2500 clusters; design effect 1.00"), HasSubstr("with 6 % flips (given) it sees a true drop of 1.22 points"),
                               HasSubstr("needs 3710 samples"), Not(HasSubstr("Note"))));
}
TEST(Plan, WritesJsonThatFitsItsSchema) {
  const auto ended = run_assay({"plan", "--count", "5144", "--clusters", "1286", "--format", "json"});
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_EQ(schema_complaint(ended.out, "plan-1.json"), "");
  const auto plan = json::parse(ended.out, "stdout");
  EXPECT_EQ(plan["sets"][0]["correlation"]["origin"], "assumed");
  EXPECT_DOUBLE_EQ(plan["sets"][0]["design_effect"].GetDouble(), 1.9);
  EXPECT_EQ(plan["notes"].Size(), 2U);
}
TEST(Plan, CountsABenchmarksClusters) {
  const TemporaryFolder folder;
  write_mme(folder);
  const auto ended = run_assay({"plan", "--bench", "mme", "--data-dir", folder.path().string(), "--format", "json"});
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_EQ(schema_complaint(ended.out, "plan-1.json"), "");
  const auto plan = json::parse(ended.out, "stdout");
  EXPECT_EQ(plan["sets"][0]["samples"].GetInt(), 24);
  EXPECT_EQ(plan["sets"][0]["clusters"].GetInt(), 12);
}
TEST(Plan, KeepsBothQuestionsOfAPictureInASubsetAndItsCategoriesInProportion) {
  const TemporaryFolder folder;
  write_mme(folder);
  const auto list = (folder / "ids.txt").string();
  const auto ended = run_assay({"plan", "--bench", "mme", "--data-dir", folder.path().string(), "--count", "7", "--seed", "5", "--write-subset", list});
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  std::map<std::string, int> questions, pictures_of_subtask;
  for (const auto& sample : parse_sample_list(read_file(list), list)) {
    const auto picture = sample.id.substr(0, sample.id.rfind('/'));
    if (++questions[picture] == 1) ++pictures_of_subtask[picture.substr(0, picture.find('/'))];
  }
  EXPECT_EQ(questions.size(), 4U);
  for (const auto& [picture, count] : questions) EXPECT_EQ(count, 2) << picture;
  EXPECT_EQ(pictures_of_subtask, (std::map<std::string, int>{{"color", 1}, {"count", 1}, {"existence", 2}}));
  EXPECT_THAT(read_file(list), HasSubstr("# mme: n = 8 of 24 samples, 4 clusters, seed 5, count 7\n"));
  EXPECT_THAT(ended.out, HasSubstr("wrote " + list + ": 8 of 24 samples in 4 clusters, seed 5"));
}
TEST(Plan, KeepsThePicturesOfVlmEvalKitsTableWhole) {
  const TemporaryFolder folder;
  std::string rows = "index\timage\tcategory\tquestion\tanswer\timage_path\n";
  for (int i = 0; i < 20; ++i) rows += fmt::format("{}\t{}\tcount\tIs it {}?\tYes\tcount/{}.jpg\n", i, std::string(80, static_cast<char>('A' + i / 2)), i, i / 2);
  folder.write("MME.tsv", rows);
  const auto ended = run_assay({"plan", "--bench", "mme", "--data-dir", folder.path().string(), "--format", "json"});
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_EQ(json::parse(ended.out, "stdout")["sets"][0]["clusters"].GetInt(), 10);
}
TEST(Plan, KeepsCircularGroupsWhole) {
  const TemporaryFolder folder;
  std::string rows = "index\timage\tcategory\tquestion\tA\tB\tanswer\n";
  for (int rotation = 0; rotation < 2; ++rotation)
    for (int i = 0; i < 6; ++i)
      rows += fmt::format("{}\t{}\tcount\tWhich is {}?\tone\ttwo\t{}\n", i + 1'000'000 * rotation, rotation == 0 ? std::string(80, static_cast<char>('A' + i)) : std::to_string(i), i,
                          rotation == 0 ? "A" : "B");
  folder.write("MMBench_DEV_EN.tsv", rows);
  const auto list = (folder / "ids.txt").string();
  const auto ended = run_assay({"plan", "--bench", "mmbench_dev_en", "--data-dir", folder.path().string(), "--count", "1", "--write-subset", list});
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  const auto listed = parse_sample_list(read_file(list), list);
  ASSERT_EQ(listed.size(), 2U);
  EXPECT_EQ(std::stoi(listed[0].id) + 1'000'000, std::stoi(listed[1].id));
}
TEST(Plan, WritesTheSameSubsetAgain) {
  const TemporaryFolder folder;
  for (const auto* name : {"a.txt", "b.txt", "c.txt"}) {
    const std::string seed = name[0] == 'c' ? "2" : "1";
    ASSERT_EQ(run_fakes({"plan", "--bench", "fake", "--margin", "5", "--seed", seed, "--write-subset", (folder / name).string()}).exit_code, 0);
  }
  EXPECT_EQ(read_file(folder / "a.txt"), read_file(folder / "b.txt"));
  EXPECT_NE(read_file(folder / "a.txt"), read_file(folder / "c.txt"));
}
TEST(Plan, SaysWhenAllSamplesAreTooFew) {
  const TemporaryFolder folder;
  const auto list = (folder / "ids.txt").string();
  const auto ended = run_fakes({"plan", "--bench", "fake", "--margin", "1", "--write-subset", list});
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_THAT(ended.err, AllOf(HasSubstr("all of fake sees a drop of 3.21 points with 5 % flips (assumed)"), HasSubstr("needs 3092 samples and it has 300")));
  EXPECT_FALSE(std::filesystem::exists(list));
  EXPECT_THAT(run_fakes({"plan", "--bench", "fake", "--count", "301", "--write-subset", list}).err, HasSubstr("fake has 300 samples, not 301"));
}

TEST(Plan, MeasuresFlipsOnTwoRuns) {
  const TemporaryFolder folder;
  const auto first = (folder / "first").string(), second = (folder / "second").string();
  ASSERT_EQ(run_fakes({"run", "--model", "oracle", "--bench", "fake", "--out", first}).exit_code, 0);
  ASSERT_EQ(run_fakes({"run", "--model", "flaky:10", "--bench", "fake", "--out", second, "--max-failures", "0.5"}).exit_code, 0);
  const auto ended = run_fakes({"plan", "--runs", first + "," + second, "--format", "json"});
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  const auto plan = json::parse(ended.out, "stdout");
  const auto& set = plan["sets"][0];
  EXPECT_EQ(set["flip_rate"]["origin"], "measured");
  const auto results = json::parse_file(results_path(second));
  const double failed = results["results"][0]["states"]["error"].GetDouble();
  EXPECT_GT(failed, 5);
  EXPECT_NEAR(set["flip_rate"]["value"].GetDouble(), failed / 300, 1e-12);
  EXPECT_THAT(plan["notes"][0].GetString(), HasSubstr(fmt::format("fake: {} of 300 samples have another score", failed)));
  const auto kept = (folder / "second.baseline").string();
  ASSERT_EQ(run_fakes({"baseline", "save", second, "--out", kept}).exit_code, 0);
  EXPECT_EQ(run_fakes({"plan", "--runs", first + "," + kept, "--format", "json"}).out, ended.out) << "of a baseline file too";
  EXPECT_EQ(run_fakes({"plan", "--runs", kept + "," + first, "--format", "json"}).exit_code, 0);
  const auto other = run_fakes({"plan", "--runs", first + "," + second, "--bench", "fake_small"});
  EXPECT_EQ(other.exit_code, 3);
  EXPECT_THAT(other.err, HasSubstr("fake_small is not in " + first));
}

TEST(Plan, MeasuresFlipsOnRepliesOfOtherHarnesses) {
  const TemporaryFolder folder;
  std::vector<std::string> kept;
  for (const std::string name : {"first", "second"}) {
    const auto replies = folder.write(name + ".tsv", "s0\tw0\ns1\tw1\ns2\tw2\ns3\t" + std::string(name == "first" ? "w3" : "no") + "\n").string();
    kept.push_back((folder / (name + ".scores")).string());
    const auto scored = run_fakes({"score", "--bench", "fake_small", "--predictions", replies, "--save", kept.back()});
    ASSERT_EQ(scored.exit_code, 0) << scored.err;
  }
  const auto ended = run_fakes({"plan", "--bench", "fake_small", "--runs", kept[0] + "," + kept[1], "--format", "json"});
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_EQ(json::parse(ended.out, "stdout")["sets"][0]["flip_rate"]["value"].GetDouble(), 0.25);
  const auto nameless = run_fakes({"plan", "--runs", kept[0] + "," + kept[1]});
  EXPECT_EQ(nameless.exit_code, 2);
  EXPECT_THAT(nameless.err, HasSubstr("has no manifest, being replies of another harness; name the benchmarks with --bench"));
}

TEST(RunSamples, AsksWhatAPlanChose) {
  const TemporaryFolder folder;
  const auto list = (folder / "ids.txt").string();
  ASSERT_EQ(run_fakes({"plan", "--bench", "fake,fake_small", "--count", "5", "--write-subset", list}).exit_code, 0);
  const auto ended = run_fake_model(folder / "run", "oracle", "fake,fake_small", {"--samples", list});
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_THAT(ended.err, AllOf(HasSubstr("fake: 5 prompts"), HasSubstr("fake_small: 5 prompts")));
}
TEST(RunSamples, IsKnownByItsContentAndNotByItsPath) {
  const TemporaryFolder folder;
  const auto first = folder.write("ids.txt", "# mine\ns3\ns1\n").string();
  ASSERT_EQ(run_fake_model(folder / "run", "oracle", "fake", {"--samples", first}).exit_code, 0);
  const auto manifest = read_file(manifest_path(folder / "run"));
  EXPECT_THAT(manifest, HasSubstr("\"fake.listed_samples\": {\"count\":2,\"digest\":\""));
  const auto moved = folder.write("elsewhere/list.txt", "s1\r\n\r\nfake\ts3\r\n").string();
  const auto again = run_fake_model(folder / "run", "oracle", "fake", {"--samples", moved});
  EXPECT_EQ(again.exit_code, 0) << again.err;
  const auto other = run_fake_model(folder / "run", "oracle", "fake", {"--samples", folder.write("other.txt", "s1\ns4\n").string()});
  EXPECT_EQ(other.exit_code, 2);
  EXPECT_THAT(other.err, AllOf(HasSubstr("\"fake.listed_samples\" was {\"count\":2"), Not(HasSubstr("\"samples\""))));
  const auto without = run_fake_model(folder / "run", "oracle", "fake", {});
  EXPECT_EQ(without.exit_code, 2);
  EXPECT_THAT(without.err, HasSubstr("\"fake.listed_samples\" was {\"count\":2"));
}
TEST(RunSamples, CanBeScoredAgainWhenTheListIsGone) {
  const TemporaryFolder folder;
  const auto list = folder.write("ids.txt", "s1\ns3\n");
  ASSERT_EQ(run_fake_model(folder / "run", "oracle", "fake", {"--samples", list.string()}).exit_code, 0);
  std::filesystem::remove(list);
  const auto scored = run_fakes({"score", (folder / "run").string(), "--format", "json"});
  ASSERT_EQ(scored.exit_code, 0) << scored.err;
  EXPECT_EQ(scored.out, read_file(results_path(folder / "run")));
  EXPECT_EQ(json::parse(scored.out, "stdout")["results"][0]["samples"].GetInt(), 2);
}
TEST(RunSamples, TakesTheFirstOfThemWithALimit) {
  const TemporaryFolder folder;
  const auto list = folder.write("ids.txt", "s9\ns1\ns200\n").string();
  const auto ended = run_fake_model(folder / "run", "oracle", "fake", {"--samples", list, "--limit", "2"});
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("fake: 2 prompts"));
}
TEST(RunSamples, AsksARowThatCannotBeReadAsAFailure) {
  const TemporaryFolder folder;
  const auto list = folder.write("ids.txt", "row-5\ns6\n").string();
  const auto ended = run_fake_model(folder / "run", "oracle", "fake_broken", {"--samples", list, "--max-failures", "0.5"});
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("failed: row-5"));
}

struct Wrong {
  const char* name;
  const char* list;
  std::vector<std::string> more;
  const char* message;
};
void PrintTo(const Wrong& wrong, std::ostream* os) { *os << wrong.name; }
class WrongList : public ::testing::TestWithParam<Wrong> {};
TEST_P(WrongList, EndsWithTwoAndALine) {
  const TemporaryFolder folder;
  std::vector<std::string> more = {"--samples", folder.write("ids.txt", GetParam().list).string()};
  more.insert(more.end(), GetParam().more.begin(), GetParam().more.end());
  const auto ended = run_fake_model(folder / "run", "oracle", "fake", more);
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_THAT(ended.err, HasSubstr(GetParam().message));
  EXPECT_FALSE(std::filesystem::exists(folder / "run"));
}
INSTANTIATE_TEST_SUITE_P(RunSamples, WrongList,
                         ::testing::Values(Wrong{"unknown_id", "s1\n\nS2\n", {}, "ids.txt:3: fake has no sample \"S2\"; did you mean \"s2\"?"},
                                           Wrong{"beyond_the_limit", "s1\ns301\n", {"--limit", "1"}, "ids.txt:2: fake has no sample \"s301\""},
                                           Wrong{"twice", "s1\ns2\ns1\n", {}, "ids.txt:3: \"s1\" stands in line 1 already"},
                                           Wrong{"of_another_benchmark", "fakes\ts1\n", {}, "ids.txt:1: this run does not ask a benchmark \"fakes\"; did you mean \"fake\"?"},
                                           Wrong{"empty", "# none\n", {}, "the list names no sample"},
                                           Wrong{"with_sample", "s1\n", {"--sample", "s1"}, "--sample and --samples exclude each other"}),
                         [](const auto& wrong) { return wrong.param.name; });
TEST(RunSamples, WantsAFile) {
  const TemporaryFolder folder;
  const auto ended = run_fake_model(folder / "run", "oracle", "fake", {"--samples", (folder / "nowhere.txt").string()});
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_THAT(ended.err, HasSubstr("--samples: there is no file"));
}

struct WrongUse {
  const char* name;
  std::vector<std::string> arguments;
  const char* message;
};
void PrintTo(const WrongUse& wrong, std::ostream* os) { *os << wrong.name; }
class WrongPlan : public ::testing::TestWithParam<WrongUse> {};
TEST_P(WrongPlan, EndsWithTwo) {
  auto arguments = GetParam().arguments;
  arguments.insert(arguments.begin(), "plan");
  const auto ended = run_fakes(arguments);
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_THAT(ended.err, HasSubstr(GetParam().message));
  EXPECT_THAT(ended.out, IsEmpty());
}
INSTANTIATE_TEST_SUITE_P(Plan, WrongPlan,
                         ::testing::Values(WrongUse{"nothing", {}, "name benchmarks with --bench"}, WrongUse{"number", {"--count", "many"}, "--count must be an integer, got \"many\""},
                                           WrongUse{"count_zero", {"--count", "0"}, "--count must be at least 1, got 0"},
                                           WrongUse{"flip_rate", {"--count", "9", "--flip-rate", "6"}, "--flip-rate must be a share in [0, 1], got 6"},
                                           WrongUse{"margin", {"--count", "9", "--margin", "0"}, "--margin must lie between 0 and 100 points"},
                                           WrongUse{"clusters", {"--count", "9", "--clusters", "10"}, "--clusters must lie between 1 and --count"},
                                           WrongUse{"clusters_of_a_benchmark", {"--bench", "fake", "--clusters", "3"}, "--clusters belongs to --count"},
                                           WrongUse{"count_of_a_benchmark", {"--bench", "fake", "--count", "3"}, "name its file with --write-subset"},
                                           WrongUse{"subset_of_nothing", {"--count", "3", "--write-subset", "x"}, "--write-subset needs --bench"},
                                           WrongUse{"one_run", {"--runs", "a"}, "--runs takes two runs, got 1"},
                                           WrongUse{"benchmark", {"--bench", "fale"}, "did you mean \"fake\"?"},
                                           WrongUse{"nan", {"--count", "9", "--flip-rate", "nan"}, "--flip-rate must be a share in [0, 1]"}),
                         [](const auto& wrong) { return wrong.param.name; });

}  // namespace
}  // namespace assay
