#include "harness/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/temporary_folder.h"

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::TemporaryFolder;

const std::vector<std::string> kBenchmarks = {"chartqa_test", "mme"};

RawValues file_with(const std::string& yaml, Problems& problems) {
  const TemporaryFolder folder;
  std::ofstream(folder / "eval.yaml") << yaml;
  return read_config_file((folder / "eval.yaml").string(), problems);
}

/// Of values that fit.
RunConfig config_of(const std::string& yaml, const RawValues& command_line) {
  Problems problems;
  auto config = make_config(file_with(yaml, problems), command_line, problems);
  EXPECT_THAT(problems, IsEmpty());
  return config;
}

Problems problems_of(const std::string& yaml, const RawValues& command_line = {}) {
  Problems problems;
  (void)make_config(file_with(yaml, problems), command_line, problems);
  return problems;
}

RunConfig good_config() {
  RunConfig config;
  config.model.path = "m";
  config.task.benchmarks = {"mme"};
  return config;
}

TEST(Config, PutsTheCommandLineOverTheFileOverTheDefault) {
  const auto config = config_of("limit: 5\nbatch: 3\nbench: [mme, chartqa_test]\n", {{"limit", {{"7"}, "--limit"}}});
  EXPECT_EQ(config.task.limit, 7);
  EXPECT_EQ(config.model.batch, 3);
  EXPECT_THAT(config.task.benchmarks, ElementsAre("mme", "chartqa_test"));
  EXPECT_EQ(config.output.max_failures, 0.01);
}

TEST(Config, SplitsBenchmarksAtCommasAndSampleIdsNot) {
  const auto config = config_of("", {{"bench", {{"mme,chartqa_test"}, "--bench"}}, {"sample", {{"a,b", "c"}, "--sample"}}});
  EXPECT_THAT(config.task.benchmarks, ElementsAre("mme", "chartqa_test"));
  EXPECT_THAT(config.task.samples, ElementsAre("a,b", "c"));
}

TEST(Config, NamesEveryUnknownKeyAndEveryValueThatDoesNotFitAtOnce) {
  EXPECT_THAT(problems_of("limits: 5\nbatch: many\nmax_tiles: 6\n", {{"limit", {{"2.5"}, "--limit"}}}),
              ElementsAre(EndsWith("eval.yaml:1: \"limits\" is no option; did you mean \"limit\"?"),
                          EndsWith("eval.yaml:3: \"max_tiles\" is no option; did you mean \"max-tiles\"?"),
                          "--limit must be an integer, got \"2.5\"", EndsWith("eval.yaml:2: \"batch\" must be an integer, got \"many\"")));
}

TEST(Config, RefusesWhatIsNoYaml) {
  EXPECT_THAT(problems_of("a: [1\n"), ElementsAre(HasSubstr("not YAML")));
  EXPECT_THAT(problems_of("- a\n"), ElementsAre(HasSubstr("expected lines of `option: value`")));
  Problems problems;
  (void)read_config_file("/no/such.yaml", problems);
  EXPECT_THAT(problems, ElementsAre(HasSubstr("/no/such.yaml: cannot open")));
}

TEST(Config, PrintsWhatItReadsBack) {
  RunConfig config = good_config();
  config.model.system_text = "You are \"fair\": # not\n a comment";
  config.task.samples = {"1", "a, b"};
  config.decoding.max_tiles = 6;
  config.output.max_failures = 0.25;
  const RunConfig back = config_of(to_yaml(config), {});
  const auto before = field_texts(config), after = field_texts(back);
  ASSERT_EQ(before.size(), after.size());
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_EQ(before[i].json, after[i].json) << before[i].field.name;
}

TEST(Config, FindsNothingWrongWithAGoodOne) { EXPECT_THAT(validate(good_config(), kBenchmarks), ElementsAre()); }

TEST(Config, ReportsEveryProblemAtOnce) {
  RunConfig config;
  config.task.benchmarks = {"mne", "mme", "mme"};
  config.task.limit = 0;
  config.model.dtype = "int8";
  config.model.weights = "int4";
  config.output.max_failures = 2;
  config.model.system_text = "x";
  config.model.has_no_system = true;
  EXPECT_THAT(validate(config, kBenchmarks),
              ElementsAre(HasSubstr("--model is missing"), HasSubstr("--dtype must be"), "--weights must be model or int8, got \"int4\"",
                          HasSubstr("exclude each other"),
                          HasSubstr("no benchmark is named \"mne\"; did you mean \"mme\"?"), HasSubstr("names \"mme\" twice"),
                          HasSubstr("--limit must be at least 1, got 0"), HasSubstr("--max-failures must be a share")));
}

TEST(Config, HandsTheFormOfWeightsOn) {
  RunConfig config = good_config();
  EXPECT_EQ(vlm_options(config).weights, WeightForm::kModel);
  EXPECT_EQ(weights_label(config), "");
  config.model.weights = "int8";
  EXPECT_EQ(vlm_options(config).weights, WeightForm::kInt8);
  EXPECT_EQ(weights_label(config), "int8");
  EXPECT_THAT(validate(config, kBenchmarks), ElementsAre());
}

TEST(Config, DoesNotAuditWhatPromisesNothing) {
  RunConfig config = good_config();
  config.model.is_fast = true;
  EXPECT_THAT(validate(config, kBenchmarks), ElementsAre());
  EXPECT_TRUE(vlm_options(config).is_fast);
  config.model.audit_share = 0.5;
  EXPECT_THAT(validate(config, kBenchmarks), ElementsAre(HasSubstr("leave one of them out")));
}

TEST(Config, BoundsTheTilesOfAPicture) {
  RunConfig config = good_config();
  config.decoding.max_tiles = 1025;
  EXPECT_THAT(validate(config, kBenchmarks), ElementsAre("--max-tiles must be at most 1024, got 1025"));
}

TEST(Config, TurnsNoSystemIntoAnEmptySystemText) {
  RunConfig config = good_config();
  EXPECT_FALSE(vlm_options(config).system_text.has_value());
  config.model.has_no_system = true;
  EXPECT_EQ(vlm_options(config).system_text, "");
}

}  // namespace
}  // namespace assay
