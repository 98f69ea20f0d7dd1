#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>
#include <map>
#include <thread>

#include "harness/base/file.h"
#include "harness/run_folder.h"
#include "tests/harness/child_process.h"
#include "tests/harness/fake_run.h"
#include "tests/temporary_folder.h"

namespace assay {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::ChildProcess;
using testing::Finished;
using testing::TemporaryFolder;

constexpr std::size_t kSamples = 300;

std::vector<std::string> job_of(int processes, const std::filesystem::path& out, const std::string& model, const std::vector<std::string>& more = {}) {
  std::vector<std::string> command = {ASSAY_MPIRUN, "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "-n", std::to_string(processes),
                                      testing::fakes_binary(), "run", "--model", model, "--bench", "fake", "--out", out.string()};
  command.insert(command.end(), more.begin(), more.end());
  return command;
}

/// MPI's own leaks are not ours to report, in a build that looks for leaks.
const std::map<std::string, std::string> kEnvironment = {{"ASAN_OPTIONS", "detect_leaks=0"}};

Finished run_job(int processes, const std::filesystem::path& out, const std::string& model, const std::vector<std::string>& more = {}) {
  return testing::run_child(job_of(processes, out, model, more), kEnvironment);
}

/// Processes whose command line has `text`.
std::size_t process_count(const std::string& text) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    std::ifstream stream(entry.path() / "cmdline", std::ios::binary);
    const std::string command(std::istreambuf_iterator<char>(stream), {});
    count += command.find(text) != std::string::npos ? 1 : 0;
  }
  return count;
}

std::size_t journal_count(const std::filesystem::path& run) {
  std::size_t count = 0;
  if (!std::filesystem::exists(run)) return 0;
  for (const auto& entry : std::filesystem::directory_iterator(run)) count += entry.path().extension() == ".jsonl" ? 1 : 0;
  return count;
}

/// Real processes under Open MPI's mpirun, whose options these are.
class UnderMpirun : public ::testing::Test {
 protected:
  void SetUp() override {
    if (std::string(ASSAY_MPIRUN).empty()) GTEST_SKIP() << "this build has no MPI (ASSAY_WITH_MPI)";
    const std::string version = testing::run_child({ASSAY_MPIRUN, "--version"}).out;
    if (version.find("Open MPI") == std::string::npos && version.find("OpenRTE") == std::string::npos) GTEST_SKIP() << ASSAY_MPIRUN << " is not Open MPI's";
    ASSERT_EQ(testing::run_fake_model(folder_ / "whole", "oracle", "fake").exit_code, 0);
  }

  void expect_same_as_whole(const std::filesystem::path& run) const {
    for (const auto& path_in : {results_path, report_path, samples_path})
      EXPECT_EQ(read_file(path_in(run)), read_file(path_in(folder_ / "whole"))) << path_in(run).filename();
  }

  TemporaryFolder folder_;
};

TEST_F(UnderMpirun, AnyNumberOfProcessesGivesTheSameResults) {
  for (const int processes : {1, 2, 5}) {
    const auto run = folder_ / std::to_string(processes);
    const auto ended = run_job(processes, run, "slow:4", {"--format", "json"});
    ASSERT_EQ(ended.exit_code, 0) << ended.err;
    expect_same_as_whole(run);
    EXPECT_EQ(testing::recorded_ids(run).size(), kSamples);
    EXPECT_GE(journal_count(run), processes == 1 ? 1U : 2U);
    EXPECT_LE(journal_count(run), static_cast<std::size_t>(processes));
    EXPECT_EQ(ended.out, read_file(results_path(run))) << "told once";
  }
}

TEST_F(UnderMpirun, TheOthersDoWhatAKilledRankLeaves) {
  const auto run = folder_ / "killed";
  const auto ended = run_job(3, run, "killed:30");
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("assay: note: rank 1 on "));
  EXPECT_THAT(ended.err, HasSubstr(" is gone; "));
  expect_same_as_whole(run);
  EXPECT_EQ(testing::recorded_ids(run).size(), kSamples);
}

/// The run is over while it still opens its model.
TEST_F(UnderMpirun, ARankThatComesTooLateIsNoError) {
  const auto run = folder_ / "late";
  const auto ended = run_job(3, run, "late:1500");
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_THAT(ended.err, Not(HasSubstr("rank 0 is gone")));
  expect_same_as_whole(run);
  EXPECT_EQ(journal_count(run), 1U) << "nobody begins a run that is over";
}

TEST_F(UnderMpirun, AKilledRankZeroEndsTheJob) {
  const auto run = folder_ / "headless";
  auto environment = kEnvironment;
  environment["ASSAY_FAKE_KILLED"] = "0";
  const auto ended = testing::run_child(job_of(3, run, "killed:30"), environment);
  EXPECT_NE(ended.exit_code, 0);
  EXPECT_FALSE(std::filesystem::exists(results_path(run)));
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (process_count(run.string()) > 0 && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(process_count(run.string()), 0U) << "nobody is left behind";
  const auto last = run_job(2, run, "oracle");
  ASSERT_EQ(last.exit_code, 0) << last.err;
  EXPECT_THAT(last.err, HasSubstr("going on: "));
  expect_same_as_whole(run);
}

TEST_F(UnderMpirun, TwoJobsShareAMachine) {
  const auto one = folder_ / "one", other = folder_ / "other";
  ChildProcess first(job_of(3, one, "slow:4"), kEnvironment), second(job_of(2, other, "slow:4"), kEnvironment);
  EXPECT_EQ(first.wait().exit_code, 0);
  EXPECT_EQ(second.wait().exit_code, 0);
  for (const auto& run : {one, other}) {
    expect_same_as_whole(run);
    EXPECT_EQ(testing::recorded_ids(run).size(), kSamples) << run.filename();
  }
}

TEST_F(UnderMpirun, TwoJobsDoNotShareAFolder) {
  const auto run = folder_ / "taken";
  ChildProcess first(job_of(2, run, "slow:10"), kEnvironment);
  while (journal_count(run) == 0 && !first.has_ended()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  const auto second = run_job(2, run, "slow:10");
  EXPECT_EQ(second.exit_code, 2) << second.err;
  EXPECT_THAT(second.err, HasSubstr("a run is going on here (process "));
  EXPECT_EQ(first.wait().exit_code, 0);
  expect_same_as_whole(run);
  EXPECT_EQ(testing::recorded_ids(run).size(), kSamples);
}

TEST_F(UnderMpirun, AKilledJobGoesOnInAnyNumber) {
  const auto run = folder_ / "torn";
  for (const int processes : {3, 2}) {
    const auto journals_before = journal_count(run);
    ChildProcess child(job_of(processes, run, "slow:20"), kEnvironment);
    while (journal_count(run) < journals_before + static_cast<std::size_t>(processes) && !child.has_ended()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    child.signal(SIGTERM);  // mpirun ends its processes
    EXPECT_NE(child.wait().exit_code, 0);
    EXPECT_FALSE(std::filesystem::exists(results_path(run)));
  }
  const auto done = testing::recorded_ids(run).size();
  EXPECT_GT(done, 0U);
  EXPECT_LT(done, kSamples);
  const auto last = run_job(2, run, "oracle");
  ASSERT_EQ(last.exit_code, 0) << last.err;
  EXPECT_THAT(last.err, HasSubstr("going on: "));
  expect_same_as_whole(run);
  EXPECT_EQ(testing::recorded_ids(run).size(), kSamples);
}

TEST_F(UnderMpirun, OneRanksErrorIsTheJobs) {
  const auto ended = run_job(3, folder_ / "broken", "dying:5");
  EXPECT_EQ(ended.exit_code, 4) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("the fake engine broke"));
}

TEST_F(UnderMpirun, ABrokenCommandIsToldOnce) {
  const auto ended = run_job(3, folder_ / "none", "oracle", {"--batch", "0"});
  EXPECT_EQ(ended.exit_code, 2) << ended.err;
  const std::string told = "--batch must be at least 1, got 0";
  EXPECT_THAT(ended.err, HasSubstr(told));
  EXPECT_EQ(ended.err.find(told), ended.err.rfind(told)) << ended.err;
  const auto early = run_job(2, folder_ / "none", "oracle", {"--until-decided", "--baseline", (folder_ / "whole").string()});
  EXPECT_EQ(early.exit_code, 2) << early.err;
  EXPECT_THAT(early.err, HasSubstr("start it as one process"));
}

TEST_F(UnderMpirun, RepeatsAreSharedToo) {
  const auto run = folder_ / "repeated";
  const auto ended = run_job(2, run, "slow:2", {"--repeat", "2"});
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  expect_same_as_whole(run);
  EXPECT_EQ(journal_count(repeat_path(run, 2)), 2U);
  EXPECT_EQ(read_file(results_path(repeat_path(run, 2))), read_file(results_path(folder_ / "whole")));
}

}  // namespace
}  // namespace assay
