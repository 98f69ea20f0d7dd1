#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "golden_case.h"
#include "harness/base/file.h"
#include "harness/journal.h"
#include "harness/manifest.h"
#include "harness/run_folder.h"
#include "tests/harness/child_process.h"
#include "tests/temporary_folder.h"

/// `assay run --weights int8`, the real binary on a tiny checkpoint.
namespace assay::testing {
namespace {

using ::testing::HasSubstr;

std::vector<std::string> run_command(const std::filesystem::path& out, const char* limit, const std::vector<std::string>& more) {
  const std::filesystem::path source(ASSAY_SOURCE_DIR);
  std::vector<std::string> words = {assay_binary(), "run", "--model", (parity_root() / "qwen2/checkpoint").string(), "--bench", "chartqa_test", "--data-dir",
                                    (source / "demo/data").string(), "--limit", limit, "--max-new-tokens", "40", "--audit", "1", "--out", out.string()};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

std::map<std::string, std::vector<std::int64_t>> replies_in(const std::filesystem::path& run) {
  std::map<std::string, std::vector<std::int64_t>> replies;
  JournalFiles(run).for_each([&](const JournalRecord& record, RecordPlace) {
    EXPECT_TRUE(record.generation && record.generation->is_audited) << record.id;
    const bool is_new = record.generation && replies.emplace(record.id, record.generation->token_ids).second;
    EXPECT_TRUE(is_new) << record.id << " was done twice";
  });
  return replies;
}

TEST(Int8Run, GivesTheSameRepliesInEveryBatchAndAfterAKill) {
  const TemporaryFolder folder;
  const auto run = [&](const char* name, const std::vector<std::string>& more) {
    const auto ended = run_child(run_command(folder / name, "12", more));
    EXPECT_EQ(ended.exit_code, 0) << ended.err;
    return ended;
  };
  const auto first = run("batch-1", {"--weights", "int8", "--batch", "1"});
  const auto expected = replies_in(folder / "batch-1");
  ASSERT_EQ(expected.size(), 12U);
  run("batch-3", {"--weights", "int8", "--batch", "3"});
  run("batch-16", {"--weights", "int8", "--batch", "16", "--prefix-cache", "0", "--threads", "1"});
  for (const char* other : {"batch-3", "batch-16"}) {
    EXPECT_EQ(replies_in(folder / other), expected) << other;
    EXPECT_EQ(read_file(results_path(folder / other)), read_file(results_path(folder / "batch-1"))) << other;
  }
  {
    ChildProcess child(run_command(folder / "killed", "12", {"--weights", "int8", "--batch", "1"}));
    const auto records = [&] {
      std::size_t count = 0;
      if (std::filesystem::exists(folder / "killed")) JournalFiles(folder / "killed").for_each([&](const JournalRecord&, RecordPlace) { ++count; });
      return count;
    };
    while (!child.has_ended() && records() == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (!child.has_ended()) child.signal(SIGKILL);
    child.wait();
  }
  run("killed", {"--weights", "int8", "--batch", "16"});
  EXPECT_EQ(replies_in(folder / "killed"), expected);
  EXPECT_EQ(read_file(results_path(folder / "killed")), read_file(results_path(folder / "batch-1")));
  EXPECT_THAT(first.err, HasSubstr("weights: the language model's are kept in int8"));
}

TEST(Int8Run, IsLabelledAndGoesOnInItsOwnFormAlone) {
  const TemporaryFolder folder;
  const auto run = [&](const char* name, const std::vector<std::string>& more) { return run_child(run_command(folder / name, "4", more)); };
  ASSERT_EQ(run("int8", {"--weights", "int8"}).exit_code, 0);
  ASSERT_EQ(run("full", {}).exit_code, 0);
  EXPECT_EQ(value_of(read_manifest(folder / "int8"), "model.weights"), "\"int8\"");
  EXPECT_EQ(value_of(read_manifest(folder / "full"), "model.weights"), "");
  EXPECT_THAT(read_file(report_path(folder / "int8")), HasSubstr("ran with int8 weights"));
  EXPECT_THAT(read_file(results_path(folder / "int8")), HasSubstr("\"weights\": \"int8\""));
  EXPECT_THAT(run_child({assay_binary(), "score", (folder / "int8").string()}).out, HasSubstr("ran with int8 weights"));
  const auto with_other = run("full", {"--weights", "int8"});
  EXPECT_EQ(with_other.exit_code, 2);
  EXPECT_THAT(with_other.err, HasSubstr("\"model.weights\" was not there, is now \"int8\""));
  const auto without = run("int8", {});
  EXPECT_EQ(without.exit_code, 2);
  EXPECT_THAT(without.err, HasSubstr("\"model.weights\" was \"int8\", is now gone"));
}

}  // namespace
}  // namespace assay::testing
