#include "harness/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <vector>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/hardware.h"
#include "harness/run_folder.h"
#include "tests/harness/fake_run.h"
#include "tests/temporary_folder.h"

namespace assay {
namespace {

using ::testing::HasSubstr;
using testing::message_of;
using testing::TemporaryFolder;

RunConfig config_of_test() {
  RunConfig config;
  config.model.path = "m";
  config.task.benchmarks = {"fake_small"};
  return config;
}

Manifest manifest_of(const RunConfig& config, const std::string& weights = "w") {
  ModelCard card;
  card.dtype = "float32";
  return make_manifest(config, make_plan(config, testing::fake_catalog(), {}), card, weights);
}

TEST(Manifest, LetsTheSameRunGoOn) {
  const TemporaryFolder folder;
  write_or_compare(folder.path(), manifest_of(config_of_test()));
  const std::string first = read_file(manifest_path(folder.path()));
  EXPECT_NO_THROW(write_or_compare(folder.path(), manifest_of(config_of_test())));
  EXPECT_EQ(read_file(manifest_path(folder.path())), first) << "the first start's manifest stays";
}

TEST(Manifest, LetsSpeedAndPresentationChange) {
  const TemporaryFolder folder;
  write_or_compare(folder.path(), manifest_of(config_of_test()));
  RunConfig config = config_of_test();
  config.model.path = "elsewhere/m";
  config.model.threads = 7;
  config.model.batch = 3;
  config.output.format = "json";
  config.output.max_failures = 0.5;
  EXPECT_NO_THROW(write_or_compare(folder.path(), manifest_of(config)));
}

TEST(Manifest, NamesWhatDiffersWithBothValuesAndTheWayOut) {
  const TemporaryFolder folder;
  write_or_compare(folder.path(), manifest_of(config_of_test()));
  RunConfig config = config_of_test();
  config.decoding.max_tiles = 6;
  config.task.prompt_profile = "polite";
  const std::string message = message_of<ConfigError>([&] { write_or_compare(folder.path(), manifest_of(config, "v")); });
  EXPECT_THAT(message, HasSubstr("\"max-tiles\" was null, is now 6"));
  EXPECT_THAT(message, HasSubstr("\"model.weights_digest\" was \"w\", is now \"v\""));
  EXPECT_THAT(message, HasSubstr("\"fake_small.prompt_profile\" was \"plain\", is now \"polite\""));
  EXPECT_THAT(message, HasSubstr("--out"));
}

TEST(Manifest, TellsTheFormOfTheWeightsWhereItIsNotTheCheckpoints) {
  const TemporaryFolder folder;
  const auto plan = make_plan(config_of_test(), testing::fake_catalog(), {});
  ModelCard card;
  card.dtype = "float32";
  write_or_compare(folder.path(), make_manifest(config_of_test(), plan, card, "w"));
  EXPECT_EQ(value_of(read_manifest(folder.path()), "model.weights"), "");
  EXPECT_EQ(value_of(read_manifest(folder.path()), "weights"), "\"model\"");
  card.weights = "int8";
  RunConfig config = config_of_test();
  config.model.weights = "int8";
  const auto manifest = make_manifest(config, plan, card, "w");
  EXPECT_EQ(value_of(manifest, "model.weights"), "\"int8\"");
  EXPECT_THAT(message_of<ConfigError>([&] { write_or_compare(folder.path(), manifest); }), HasSubstr("\"model.weights\" was not there, is now \"int8\""));
}

TEST(Manifest, TreatsADefaultLikeItsName) {
  const TemporaryFolder folder;
  write_or_compare(folder.path(), manifest_of(config_of_test()));
  RunConfig config = config_of_test();
  config.task.prompt_profile = "plain";
  config.task.scoring_profiles = {"official"};
  EXPECT_NO_THROW(write_or_compare(folder.path(), manifest_of(config)));
}

TEST(Manifest, SaysThatItIsDamaged) {
  const TemporaryFolder folder;
  write_or_compare(folder.path(), manifest_of(config_of_test()));
  const std::string whole = read_file(manifest_path(folder.path()));
  for (const std::string& broken : {whole.substr(0, whole.size() / 2), std::string("{}"), std::string()}) {
    std::ofstream(manifest_path(folder.path()), std::ios::trunc) << broken;
    EXPECT_THAT(message_of<DataError>([&] { write_or_compare(folder.path(), manifest_of(config_of_test())); }),
                HasSubstr("the manifest is damaged"));
  }
}

TEST(Manifest, RefusesJournalsWithoutOne) {
  const TemporaryFolder folder;
  std::ofstream(folder / "journal-1.jsonl") << "";
  EXPECT_THAT(message_of<DataError>([&] { write_or_compare(folder.path(), manifest_of(config_of_test())); }),
              HasSubstr("has journals but no manifest.json"));
}

TEST(Manifest, GivesTheConfigBack) {
  const TemporaryFolder folder;
  RunConfig config = config_of_test();
  config.task.limit = 3;
  config.task.data_dir = "some where";
  config.decoding.seed = 18446744073709551615U;
  config.model.system_text = "";
  write_or_compare(folder.path(), manifest_of(config));
  const RunConfig back = config_of(read_manifest(folder.path()), folder.path());
  EXPECT_EQ(back.task.limit, 3);
  EXPECT_EQ(back.task.data_dir, "some where");
  EXPECT_EQ(back.task.benchmarks, config.task.benchmarks);
  EXPECT_EQ(back.decoding.seed, config.decoding.seed);
  EXPECT_EQ(back.model.system_text, "");
  EXPECT_FALSE(back.decoding.max_tiles.has_value());
}

TEST(Hardware, CountsMemoryThatWasTouched) {
  const auto before = peak_memory_bytes();
  const std::vector<char> touched(std::size_t{256} << 20, 1);
  EXPECT_GE(peak_memory_bytes(), std::max<std::int64_t>(before, static_cast<std::int64_t>(touched.size())));
}

TEST(RunFolder, IsHeldByOneAtATime) {
  const TemporaryFolder folder;
  const auto path = folder / "run";
  {
    const RunFolder held(path);
    EXPECT_THAT(message_of<ConfigError>([&] { const RunFolder second(path); }), HasSubstr("a run is going on here (process "));
  }
  EXPECT_NO_THROW(const RunFolder again(path));
}

TEST(RunFolder, SaysWhyItCannotBe) {
  const TemporaryFolder folder;
  std::ofstream(folder / "file") << "x";
  EXPECT_THAT(message_of<ConfigError>([&] { const RunFolder run(folder / "file"); }), HasSubstr("cannot make the folder"));
}

}  // namespace
}  // namespace assay
