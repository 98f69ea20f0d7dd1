#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/plugins.h"
#include "tests/harness/child_process.h"
#include "tests/temporary_folder.h"

/// The example of tests/plugin, built apart from the project as its page says, from loading to a scored run; and the broken ones beside it.
namespace assay {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::message_of;
using testing::run_child;
using testing::TemporaryFolder;

testing::Finished fakes(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), testing::fakes_binary());
  return run_child(arguments);
}

void build(const TemporaryFolder& folder) {
  const std::string source = std::string(ASSAY_SOURCE_DIR) + "/tests/plugin", binary = folder.path().string() + "/build";
  const auto configured = run_child({ASSAY_CMAKE, "-S", source, "-B", binary, "-DASSAY_SOURCE_DIR=" ASSAY_SOURCE_DIR, "-DCMAKE_CXX_COMPILER=" ASSAY_CXX, "-DCMAKE_BUILD_TYPE=Debug"});
  ASSERT_EQ(configured.exit_code, 0) << configured.err;
  const auto built = run_child({ASSAY_CMAKE, "--build", binary});
  ASSERT_EQ(built.exit_code, 0) << built.out << built.err;
}

void expect_refused(const TemporaryFolder& folder, const std::string& name, const std::vector<std::string>& words) {
  const auto file = (folder / ("build/" + name + ".so")).string();
  const auto refused = fakes({"list", "--plugin", file});
  EXPECT_EQ(refused.exit_code, 2) << name << ": " << refused.err;
  EXPECT_THAT(refused.err, HasSubstr("assay: " + file + ": ")) << name;
  for (const auto& word : words) EXPECT_THAT(refused.err, HasSubstr(word)) << name;
}

/// One test, as the plugins are built once.
TEST(Plugin, BuiltApartRunsAndBrokenOnesAreRefused) {
  const TemporaryFolder folder;
  build(folder);
  const std::string plugin = (folder / "build/spelling.so").string(), run = (folder / "run").string();
  EXPECT_THAT(fakes({"list", "--plugin", plugin}).out, HasSubstr("spelling"));
  EXPECT_THAT(fakes({"describe", "spelling", "--plugin", plugin}).out,
              AllOf(HasSubstr("spelling: words on signs, letter by letter"), HasSubstr("letters: the letters of both"), HasSubstr("<picture>{question}\n      Spell it letter by letter.")));

  folder.write("spelling.jsonl", R"({"id": "a", "image": "a.png", "question": "Say W.", "answer": "W"})" "\n" R"({"id": "b", "image": "b.png", "question": "Say w-e.", "answer": "WE"})" "\n");
  const auto ended = fakes({"run", "--model", "oracle", "--bench", "spelling", "--plugin", plugin, "--data-dir", folder.path().string(), "--out", run, "--format", "json"});
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  const auto results = json::parse(ended.out, "stdout");
  EXPECT_EQ(results["results"][0]["benchmark"], "spelling");
  EXPECT_EQ(results["results"][0]["metrics"][0]["value"].GetDouble(), 100);
  const auto manifest = json::parse_file(run + "/manifest.json");
  EXPECT_EQ(std::string(manifest["fixed"]["spelling.plugin_digest"].GetString()).size(), 32U);
  EXPECT_EQ(manifest["noted"]["plugin"][0].GetString(), plugin);

  const auto scored = fakes({"score", run, "--profile", "letters,exact", "--format", "json"});
  ASSERT_EQ(scored.exit_code, 0) << scored.err;
  EXPECT_EQ(json::parse(scored.out, "stdout")["results"][1]["metrics"][0]["value"].GetDouble(), 50);

  // Moved away, it is found in the run's folder, and nowhere else.
  std::filesystem::rename(plugin, folder / "run/spelling.so");
  EXPECT_EQ(fakes({"score", run}).exit_code, 0);
  std::filesystem::rename(folder / "run/spelling.so", folder / "elsewhere.so");
  EXPECT_THAT(fakes({"score", run}).err, HasSubstr("--plugin: there is no file"));
  EXPECT_EQ(fakes({"score", run, "--plugin", (folder / "elsewhere.so").string()}).exit_code, 0);

  expect_refused(folder, "wrong_version", {"made for version 7 of the plugin interface, and this program has 1"});
  expect_refused(folder, "wrong_layout", {"built against other headers or by another compiler"});
  expect_refused(folder, "no_entry", {"no plugin: it has no entry point \"assay_plugin\""});
  expect_refused(folder, "missing_symbol", {"cannot be loaded as a plugin", "a_function_of_another_version"});
  expect_refused(folder, "crashing", {"crashed while it was loaded: Segmentation fault"});
  expect_refused(folder, "throwing", {"crashed while it was loaded: Aborted"});
  expect_refused(folder, "quitting", {"ended the process while it was loaded (exit code 3)"});
  const auto hanging = (folder / "build/hanging.so").string();
  EXPECT_THAT(message_of<ConfigError>([&] { load_plugins({hanging}, 1); }), HasSubstr(hanging + ": the plugin did not come to an end of loading within 1 s"));
  folder.write("build/text.so", "no shared object");
  expect_refused(folder, "text", {"cannot be loaded as a plugin"});
  EXPECT_THAT(fakes({"list", "--plugin", "nowhere.so"}).err, HasSubstr("--plugin: there is no file \"nowhere.so\""));
}

}  // namespace
}  // namespace assay
