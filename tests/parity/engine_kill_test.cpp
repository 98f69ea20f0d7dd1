#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <set>
#include <string>
#include <thread>

#include "golden_case.h"
#include "harness/base/file.h"
#include "harness/journal.h"
#include "harness/run_folder.h"
#include "tests/harness/child_process.h"
#include "tests/temporary_folder.h"

/// The real binary with the real engine, killed on its way.
namespace assay::testing {
namespace {

constexpr int kKills = 20;

std::vector<std::string> run_command(const std::filesystem::path& out, int batch) {
  const std::filesystem::path source(ASSAY_SOURCE_DIR);
  return {assay_binary(), "run", "--model", (parity_root() / "qwen2/checkpoint").string(), "--bench", "chartqa_test", "--data-dir",
          (source / "demo/data").string(), "--dtype", "float32", "--limit", "12", "--max-new-tokens", "400", "--out", out.string(), "--batch", std::to_string(batch)};
}

std::size_t record_count(const std::filesystem::path& run) {
  std::size_t count = 0;
  JournalFiles(run).for_each([&](const JournalRecord&, RecordPlace) { ++count; });
  return count;
}

TEST(EngineKill, TwentyTimesGivesTheSameBytes) {
  const TemporaryFolder folder;
  const auto whole = run_child(run_command(folder / "whole", 8));
  ASSERT_EQ(whole.exit_code, 0) << whole.err;
  const auto run = folder / "killed";
  int kills = 0;
  for (int start = 0; start < kKills; ++start) {
    ChildProcess child(run_command(run, 1 + start % 3));
    // Every third start may write a record or two; the others end before.
    const auto before = std::filesystem::exists(run) ? record_count(run) : 0;
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(start % 3 == 0 ? 20000 : 3 * start);
    while (!child.has_ended() && std::chrono::steady_clock::now() < until && (!std::filesystem::exists(run) || record_count(run) == before)) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    if (!child.has_ended()) child.signal(SIGKILL), ++kills;
    child.wait();
  }
  EXPECT_GE(kills, kKills / 2);
  const auto last = run_child(run_command(run, 5));
  ASSERT_EQ(last.exit_code, 0) << last.err;
  EXPECT_EQ(read_file(results_path(run)), read_file(results_path(folder / "whole")));
  EXPECT_EQ(read_file(report_path(run)), read_file(report_path(folder / "whole")));
  std::set<std::string> ids;
  JournalFiles(run).for_each([&](const JournalRecord& record, RecordPlace) { EXPECT_TRUE(ids.insert(record.id).second) << record.id << " was done twice"; });
  EXPECT_EQ(ids.size(), 12U);
}

}  // namespace
}  // namespace assay::testing
