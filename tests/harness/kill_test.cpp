#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <random>
#include <set>
#include <thread>

#include "harness/base/file.h"
#include "harness/run_folder.h"
#include "tests/harness/child_process.h"
#include "tests/harness/fake_run.h"
#include "tests/temporary_folder.h"

namespace assay {
namespace {

using ::testing::HasSubstr;
using testing::ChildProcess;
using testing::TemporaryFolder;

constexpr int kSamples = 300;
constexpr int kBatch = 4;

std::vector<std::string> run_command(const std::string& out, const std::string& model, int batch = kBatch, const std::string& bench = "fake") {
  return {testing::fakes_binary(), "run", "--model", model, "--bench", bench, "--out", out, "--batch", std::to_string(batch)};
}

std::vector<std::string> lines_of(const std::filesystem::path& path) {
  std::vector<std::string> lines;
  std::ifstream stream(path);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::set<std::string> recorded_requests(const std::filesystem::path& run) {
  std::set<std::string> requests;
  JournalFiles(run).for_each([&](const JournalRecord& record, RecordPlace) { requests.insert(record.benchmark + "/" + record.id); });
  return requests;
}

/// How many starts of a run got as far as a journal.
int start_number_of(const std::filesystem::path& run) {
  int number = 0;
  while (std::filesystem::exists(run / ("journal-" + std::to_string(number + 1) + ".jsonl"))) ++number;
  return number;
}

void wait_for_journal(const std::filesystem::path& run, int number, ChildProcess& child) {
  while (start_number_of(run) < number && !child.has_ended()) std::this_thread::sleep_for(std::chrono::milliseconds(2));
}

TEST(Kill, TwentyTimesGivesTheSameBytesAndNothingTwice) {
  const TemporaryFolder folder;
  ASSERT_EQ(testing::run_child(run_command(folder / "whole", "oracle", 1)).exit_code, 0);
  const auto run = folder / "killed", calls = folder / "calls";
  std::mt19937 random(11);
  std::size_t kills = 0;
  for (int start = 0; start < 20; ++start) {
    const auto done_before = std::filesystem::exists(run) ? recorded_requests(run) : std::set<std::string>{};
    const auto calls_before = lines_of(calls).size();
    const int starts_before = start_number_of(run);
    {
      ChildProcess child(run_command(run, "slow:5"), {{"ASSAY_FAKE_CALLS", calls.string()}});
      // By turns anywhere from the first step on, and up to a dozen samples into the journal.
      if (start % 2 == 1) wait_for_journal(run, starts_before + 1, child);
      std::this_thread::sleep_for(std::chrono::milliseconds(random() % 60));
      if (!child.has_ended()) {
        child.signal(SIGKILL);
        ++kills;
      }
      child.wait();
    }
    const auto all_calls = lines_of(calls);
    for (std::size_t i = calls_before; i < all_calls.size(); ++i)
      EXPECT_FALSE(done_before.contains(all_calls[i])) << all_calls[i] << " had a record and was asked again";
  }
  const auto done_by_killed_starts = recorded_requests(run).size();
  EXPECT_GT(done_by_killed_starts, 20U);
  EXPECT_LT(done_by_killed_starts, static_cast<std::size_t>(kSamples));
  const auto last = testing::run_child(run_command(run, "oracle", 7), {{"ASSAY_FAKE_CALLS", calls.string()}});
  ASSERT_EQ(last.exit_code, 0) << last.err;
  EXPECT_EQ(kills, 20U);
  EXPECT_EQ(read_file(results_path(run)), read_file(results_path(folder / "whole")));
  EXPECT_EQ(read_file(report_path(run)), read_file(report_path(folder / "whole")));
  // A kill may cost the sample in the model's hands and what it had finished within the last few milliseconds; nothing else.
  EXPECT_LE(lines_of(calls).size(), kSamples + kills * 3);
  EXPECT_EQ(testing::recorded_ids(run).size(), static_cast<std::size_t>(kSamples));
}

TEST(Kill, InTheMiddleOfDialoguesGivesTheSameBytes) {
  const TemporaryFolder folder;
  ASSERT_EQ(testing::run_child(run_command(folder / "whole", "oracle", 1, "fake_dialogues")).exit_code, 0);
  const auto run = folder / "killed";
  constexpr int kKills = 6, kTurns = 3;
  std::size_t halfway = 0;
  for (int start = 0; start < kKills; ++start) {
    ChildProcess child(run_command(run, "slow:5", kBatch, "fake_dialogues"));
    wait_for_journal(run, start + 1, child);
    std::this_thread::sleep_for(std::chrono::milliseconds(35 + 7 * start));
    ASSERT_FALSE(child.has_ended());
    child.signal(SIGKILL);
    child.wait();
    const auto ids = testing::recorded_ids(run);
    halfway += std::count_if(ids.begin(), ids.end(), [&](const std::string& id) { return ids.count(id) < kTurns; }) > 0 ? 1 : 0;
  }
  EXPECT_GT(halfway, 0U) << "no kill fell into a dialogue";
  const auto last = testing::run_child(run_command(run, "oracle", 7, "fake_dialogues"));
  ASSERT_EQ(last.exit_code, 0) << last.err;
  EXPECT_EQ(read_file(results_path(run)), read_file(results_path(folder / "whole")));
  EXPECT_EQ(read_file(report_path(run)), read_file(report_path(folder / "whole")));
  EXPECT_EQ(testing::recorded_ids(run).size(), 40U * kTurns) << "no turn twice";
}

TEST(Interrupt, LeavesAResumableRunAndSaysHow) {
  for (const auto& [signal, code] : {std::pair{SIGINT, 130}, std::pair{SIGTERM, 143}}) {
    const TemporaryFolder folder;
    ChildProcess child(run_command(folder / "run", "slow:5"));
    wait_for_journal(folder / "run", 1, child);
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    child.signal(signal);
    const auto ended = child.wait();
    EXPECT_EQ(ended.exit_code, code) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("assay: interrupted; "));
    EXPECT_THAT(ended.err, HasSubstr("run --model slow:5 --bench fake --out " + (folder / "run").string()));
    EXPECT_FALSE(std::filesystem::exists(results_path(folder / "run")));
    EXPECT_GT(testing::recorded_ids(folder / "run").size(), 0U);
    EXPECT_EQ(testing::run_child(run_command(folder / "run", "oracle")).exit_code, 0);
    EXPECT_EQ(testing::recorded_ids(folder / "run").size(), static_cast<std::size_t>(kSamples));
  }
}

TEST(Interrupt, EndsAtOnceTheSecondTime) {
  const TemporaryFolder folder;
  ChildProcess child(run_command(folder / "run", "slow:3000", 1));
  wait_for_journal(folder / "run", 1, child);
  const auto began = std::chrono::steady_clock::now();
  child.signal(SIGINT);
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  child.signal(SIGINT);
  EXPECT_EQ(child.wait().exit_code, 130);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(2500));
}

TEST(Interrupt, TakesASignalAndItsEchoForOne) {
  const TemporaryFolder folder;
  ChildProcess child(run_command(folder / "run", "slow:50"));
  wait_for_journal(folder / "run", 1, child);
  child.signal(SIGTERM);
  child.signal(SIGTERM);
  const auto ended = child.wait();
  EXPECT_EQ(ended.exit_code, 143);
  EXPECT_THAT(ended.err, HasSubstr("assay: interrupted; "));
}

TEST(Lock, KeepsTwoRunsOutOfOneFolder) {
  const TemporaryFolder folder;
  ChildProcess first(run_command(folder / "run", "slow:20"));
  wait_for_journal(folder / "run", 1, first);
  const auto second = testing::run_child(run_command(folder / "run", "oracle"));
  EXPECT_EQ(second.exit_code, 2);
  EXPECT_THAT(second.err, HasSubstr("a run is going on here (process "));
  first.signal(SIGKILL);
  first.wait();
  EXPECT_EQ(testing::run_child(run_command(folder / "run", "oracle")).exit_code, 0) << "the hold ends with the process";
}

}  // namespace
}  // namespace assay
