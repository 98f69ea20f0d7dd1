#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "tests/harness/child_process.h"
#include "tests/temporary_folder.h"

/// `assay run --demo` from end to end, as the README has it, against the scores that tests/demo/scores.json holds to the last digit.
namespace assay {
namespace {

using ::testing::HasSubstr;

using Scores = std::map<std::string, std::string>;  // "benchmark metric" -> value as JSON writes it

Scores scores_in(const std::filesystem::path& file) {
  Scores scores;
  const auto document = json::parse_file(file);
  for (const auto& result : json::require_array(document, "results", file.string()).GetArray())
    for (const auto& metric : json::require_array(result, "metrics", file.string()).GetArray())
      scores[fmt::format("{} {}", json::require_string(result, "benchmark", file.string()), json::require_string(metric, "name", file.string()))] =
          json::dump(metric["value"]);
  return scores;
}

TEST(DemoRun, GivesTheScoresToTheLastDigit) {
  const testing::TemporaryFolder folder;
  const auto out = (folder / "run").string();
  const auto finished = testing::run_child({testing::assay_binary(), "run", "--demo", "--out", out});
  ASSERT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_EQ(scores_in(folder / "run/results.json"), scores_in(std::filesystem::path(ASSAY_SOURCE_DIR) / "tests/demo/scores.json"));
  EXPECT_THAT(finished.out, HasSubstr("mmbench_dev_en"));
  EXPECT_THAT(finished.out, HasSubstr("time: decoding pictures"));
  EXPECT_THAT(finished.err, HasSubstr("report: " + out));
}

}  // namespace
}  // namespace assay
