#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "harness/base/json.h"
#include "tests/harness/child_process.h"
#include "tests/shared_files.h"
#include "tests/temporary_folder.h"

/// Real replies of other people's models, scored and gated: the verdicts that their published scores call for.
namespace assay {
namespace {

using testing::Finished;
using testing::run_assay;
using testing::TemporaryFolder;

/// Scores a fixture's replies and keeps them; the path of the kept file.
std::string kept(const TemporaryFolder& folder, const std::string& bench, const std::string& replies) {
  const auto file = folder.path() / (bench + replies.substr(replies.rfind('/') + 1) + ".scores");
  const auto scored = run_assay({"score", "--bench", bench, "--predictions", (testing::shared_root() / "fixtures" / replies).string(), "--save", file.string()});
  EXPECT_EQ(scored.exit_code, 0) << scored.err;
  return file.string();
}

Finished gate(const std::string& baseline, const std::string& candidate, std::vector<std::string> more = {}) {
  more.insert(more.begin(), {"gate", "--baseline", baseline, "--candidate", candidate, "--format", "json"});
  return run_assay(more);
}

double number(const Finished& finished, const char* member) { return json::parse(finished.out, "stdout")["metrics"][0][member].GetDouble(); }

TEST(GateFixtures, MathVistaTellsBardFromMiniGpt4) {
  ASSAY_NEEDS_SHARED("fixtures/mathvista");
  const TemporaryFolder folder;
  const auto bard = kept(folder, "mathvista_testmini", "mathvista/output_bard.json");
  const auto minigpt4 = kept(folder, "mathvista_testmini", "mathvista/output_minigpt4_llama2.json");
  const auto failed = gate(bard, minigpt4);
  EXPECT_EQ(failed.exit_code, 1) << failed.out;
  EXPECT_DOUBLE_EQ(number(failed, "baseline"), 34.8);
  EXPECT_DOUBLE_EQ(number(failed, "candidate"), 23.1);
  EXPECT_EQ(gate(bard, bard).exit_code, 0);
}

/// The first 50 answers of a MathVista file, scored and kept.
std::string first_fifty(const TemporaryFolder& folder, const std::string& name) {
  const auto all = json::parse_file(testing::shared_root() / "fixtures/mathvista" / name);
  json::Document part;
  part.SetObject();
  for (int id = 1; id <= 50; ++id) {
    const auto key = std::to_string(id);
    part.AddMember(json::string_value(key, part.GetAllocator()), json::Value(json::require(all, key, name), part.GetAllocator()), part.GetAllocator());
  }
  const auto file = folder.path() / (name + ".scores");
  const auto scored = run_assay({"score", "--bench", "mathvista_testmini", "--predictions", folder.write(name, json::dump(part)).string(), "--save", file.string()});
  EXPECT_EQ(scored.exit_code, 0) << scored.err;
  return file.string();
}

TEST(GateFixtures, FiftyOfTheSameAnswersDecideNothingAndNameTheNumberThatWould) {
  ASSAY_NEEDS_SHARED("fixtures/mathvista");
  const TemporaryFolder folder;
  const auto open = gate(first_fifty(folder, "output_bard.json"), first_fifty(folder, "output_minigpt4_llama2.json"));
  EXPECT_EQ(open.exit_code, 5) << open.out;
  EXPECT_NEAR(number(open, "difference"), -10, 1e-9) << "36 % and 26 %, by 11 lost and 6 gained";
  EXPECT_EQ(number(open, "units"), 50);
  EXPECT_GT(number(open, "samples_needed"), 1000);
  EXPECT_THAT(run_assay({"gate", "--baseline", (folder / "output_bard.json.scores").string(), "--candidate", (folder / "output_minigpt4_llama2.json.scores").string()}).out,
              ::testing::ContainsRegex("about [0-9,]+ would decide"));
}

TEST(GateFixtures, MmeComparesWhatBothAnsweredOnlyWhenTold) {
  ASSAY_NEEDS_SHARED("fixtures/mme");
  const TemporaryFolder folder;
  const auto llava = kept(folder, "mme", "mme/llava-v1.5-7b"), lavin = kept(folder, "mme", "mme/LaVIN");
  EXPECT_EQ(gate(llava, lavin).exit_code, 3) << "the two files do not hold the same questions";
  const auto failed = gate(llava, lavin, {"--waive", "overlap"});
  EXPECT_EQ(failed.exit_code, 1) << failed.out;
  EXPECT_NEAR(number(failed, "baseline"), 1508.6726137691257, 1e-9);
  EXPECT_EQ(json::require_string(json::parse(failed.out, "stdout")["metrics"][0], "test", "stdout"), "BCa cluster bootstrap");
  EXPECT_EQ(gate(llava, llava).exit_code, 0);
}

}  // namespace
}  // namespace assay
