#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "tests/harness/child_process.h"
#include "tests/temporary_folder.h"

/// The example of docs/adding-a-benchmark.md, from the page to a scored run.
namespace assay {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::run_fakes;
using testing::TemporaryFolder;

std::string example_in_docs() {
  const auto page = read_file(std::string(ASSAY_SOURCE_DIR) + "/docs/adding-a-benchmark.md");
  const auto begin = page.find("```yaml\n") + 8;
  return page.substr(begin, page.find("```", begin) - begin);
}

/// The example with some data: every reply of the fake is "w1".
class YamlRun : public ::testing::Test {
 protected:
  YamlRun() {
    folder_.write("my_charts.jsonl", R"({"key": "a", "query": "Say so.", "labels": "w1", "A": "w1", "B": "x", "C": "y", "D": "z", "kind": "bar", "picture": "1.png", "hint": ""})" "\n"
                                     R"({"key": "b", "query": "Say no.", "labels": ["A"], "A": "w1", "B": "x", "C": "y", "D": "z", "kind": "pie", "picture": "2.png", "hint": "h"})" "\n");
  }
  [[nodiscard]] std::string yaml(const std::string& text = example_in_docs()) const { return folder_.write("my_charts.yaml", text).string(); }
  [[nodiscard]] std::string out() const { return (folder_ / "run").string(); }
  TemporaryFolder folder_;
};

TEST_F(YamlRun, ScoresTheExampleOfTheDocs) {
  const auto ended = run_fakes({"run", "--model", "constant", "--bench", yaml(), "--out", out(), "--format", "json"});
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  const auto results = json::parse(ended.out, "stdout");
  EXPECT_EQ(results["results"][0]["benchmark"], "my_charts");
  EXPECT_EQ(results["results"][0]["metrics"][0]["value"].GetDouble(), 50);
  const auto scored = run_fakes({"score", out(), "--profile", "lenient,strict", "--explain", "--format", "json"});
  ASSERT_EQ(scored.exit_code, 0) << scored.err;
  const auto document = json::parse(scored.out, "stdout");
  const auto& comparison = document["comparisons"][0];
  EXPECT_EQ(comparison["disagreements"].GetInt(), 2);
  EXPECT_THAT(comparison["profiles"][0]["rule"].GetString(), HasSubstr("letter_vlmevalkit: the only letter"));
  EXPECT_EQ(comparison["metrics"][0]["profiles"][1]["difference"].GetDouble(), 0);  // one each, on the first's scale of a percentage
}
TEST_F(YamlRun, IsDescribedAndListed) {
  const auto described = run_fakes({"describe", yaml()});
  ASSERT_EQ(described.exit_code, 0) << described.err;
  EXPECT_THAT(described.out, AllOf(HasSubstr("my_charts: questions on our own charts"), HasSubstr("scored as: lenient, strict"), HasSubstr("data: 2 samples"),
                                   HasSubstr("strict: exact: the reply is an answer, letter for letter; the reply stripped")));
  EXPECT_THAT(run_fakes({"list", yaml()}).out, HasSubstr("my_charts             questions on our own charts (none)\n"));
  EXPECT_EQ(json::parse(run_fakes({"describe", yaml(), "--format", "json"}).out, "stdout")["name"], "my_charts");
}
TEST_F(YamlRun, GoesOnOnlyWithTheFileItBeganWith) {
  ASSERT_EQ(run_fakes({"run", "--model", "constant", "--bench", yaml(), "--out", out()}).exit_code, 0);
  EXPECT_EQ(run_fakes({"run", "--model", "constant", "--bench", yaml(), "--out", out()}).exit_code, 0);
  auto changed = example_in_docs();
  changed.replace(changed.find("rule: exact"), 11, "rule: contains");
  const auto again = run_fakes({"run", "--model", "constant", "--bench", yaml(changed), "--out", out()});
  EXPECT_EQ(again.exit_code, 2);
  EXPECT_THAT(again.err, HasSubstr("\"my_charts.definition_digest\" was"));
  EXPECT_EQ(run_fakes({"score", out(), "--profile", "strict"}).exit_code, 0);
}
TEST_F(YamlRun, ScoresPredictionsOfOthers) {
  const auto file = folder_.write("p.jsonl", "{\"id\": \"a\", \"reply\": \" w1\"}\n{\"id\": \"b\", \"reply\": \"A\"}\n").string();
  const auto scored = run_fakes({"score", "--bench", yaml(), "--predictions", file, "--profile", "strict", "--format", "json"});
  ASSERT_EQ(scored.exit_code, 0) << scored.err;
  EXPECT_EQ(json::parse(scored.out, "stdout")["results"][0]["metrics"][0]["value"].GetDouble(), 1);
}
TEST_F(YamlRun, EndsAtOnceWhereTheFileIsWrong) {
  const auto ended = run_fakes({"run", "--model", "constant", "--bench", yaml("name: x\nprompt: []\n"), "--out", out()});
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_THAT(ended.err, AllOf(HasSubstr("my_charts.yaml:2:1: the benchmark has no key \"prompt\"; did you mean \"prompts\"?"), HasSubstr("needs \"data\"")));
}

}  // namespace
}  // namespace assay
