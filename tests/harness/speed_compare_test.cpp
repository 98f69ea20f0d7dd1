#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "harness/base/file.h"
#include "tests/harness/child_process.h"
#include "tests/temporary_folder.h"

namespace assay {
namespace {

using ::testing::HasSubstr;
using testing::ChildProcess;
using testing::Finished;

/// A file of one repetition as Google Benchmark writes it.
std::string timings_of(double milliseconds, int processors = 2) {
  return fmt::format(R"({{"context": {{"num_cpus": {}}}, "benchmarks": [{{"name": "tile", "real_time": {}, "time_unit": "ms"}}]}})", processors, milliseconds);
}

/// Scripts in place of `assay` programs: each writes down how it was called and gives a file of timings to who asked for it.
class SpeedCompare : public ::testing::Test {
 protected:
  SpeedCompare() { std::filesystem::create_directory(folder_ / "tmp"); }

  std::string program(const std::string& name, const std::string& what_it_does) {
    const auto path = folder_.write(name, fmt::format("#!/bin/sh\necho \"{} $*\" >> '{}'\nfor last; do :; done\n{}\n", name, (folder_ / "log").string(), what_it_does));
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path.string();
  }
  std::string timing_program(const std::string& name, double milliseconds, int processors = 2) {
    return program(name, fmt::format("echo '{}' > \"$last\"", timings_of(milliseconds, processors)));
  }
  std::vector<std::string> command(const std::string& old_program, const std::string& new_program, const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = {testing::fakes_binary(), "speed", "compare", "--old-binary", old_program, "--new-binary", new_program, "tiling"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  Finished compare(const std::string& old_program, const std::string& new_program, const std::vector<std::string>& more = {}) {
    return testing::run_child(command(old_program, new_program, more), environment());
  }
  std::map<std::string, std::string> environment() const { return {{"TMPDIR", (folder_ / "tmp").string()}}; }
  bool left_nothing() const { return std::filesystem::is_empty(folder_ / "tmp"); }
  /// Who was called, in order: "old new new old".
  std::string turns() const {
    std::string names;
    std::istringstream log(read_file(folder_ / "log"));
    for (std::string line; std::getline(log, line);) names += (names.empty() ? "" : " ") + line.substr(0, line.find(' '));
    return names;
  }
  testing::TemporaryFolder folder_;
};

TEST_F(SpeedCompare, RunsBothInTurnsAndDecides) {
  const auto fast = timing_program("fast", 10), slow = timing_program("slow", 12);
  const auto slower = compare(fast, slow, {"--filter", "ti.e", "--rounds", "9"});
  EXPECT_EQ(slower.exit_code, 1) << slower.err;
  EXPECT_THAT(slower.out, HasSubstr("takes 1.200 of the baseline's time"));
  EXPECT_THAT(slower.out, HasSubstr(slow));
  EXPECT_TRUE(turns().starts_with("fast slow slow fast fast slow")) << turns();
  EXPECT_EQ(std::ranges::count(turns(), ' '), 17);
  EXPECT_THAT(read_file(folder_ / "log"), HasSubstr("fast speed tiling --filter ti.e --out "));
  EXPECT_TRUE(left_nothing());
  EXPECT_EQ(compare(slow, fast).exit_code, 0) << "nine rounds are what is asked for";
  EXPECT_EQ(compare(fast, slow, {"--rounds", "3"}).exit_code, 5);
}

TEST_F(SpeedCompare, RefusesOtherHardware) {
  const auto here = timing_program("here", 10), there = timing_program("there", 10, 64);
  EXPECT_EQ(compare(here, there).exit_code, 3);
  EXPECT_EQ(compare(here, there, {"--waive", "machine"}).exit_code, 0);
}

TEST_F(SpeedCompare, SaysWhichProgramFailedAndHow) {
  const auto good = timing_program("good", 10);
  const auto failed = compare(good, program("bad", "echo reading >&2; echo 'no such stage' >&2; exit 2"));
  EXPECT_EQ(failed.exit_code, 2);
  EXPECT_THAT(failed.err, HasSubstr("bad speed tiling: exit code 2: no such stage"));
  const auto killed = compare(program("dies", "kill -9 $$"), good);
  EXPECT_EQ(killed.exit_code, 4);
  EXPECT_THAT(killed.err, HasSubstr("dies speed tiling: killed by signal 9 (Killed)"));
  const auto silent = compare(good, program("silent", "true"));
  EXPECT_EQ(silent.exit_code, 3);
  EXPECT_THAT(silent.err, HasSubstr("silent speed tiling: it has timed nothing"));
  const auto absent = compare(good, (folder_ / "absent").string());
  EXPECT_EQ(absent.exit_code, 2);
  EXPECT_THAT(absent.err, HasSubstr("absent: cannot be run: No such file"));
  EXPECT_TRUE(left_nothing());
}

TEST_F(SpeedCompare, EndsWhatItStartedWhenItIsInterrupted) {
  const auto sleeper = program("sleeper", fmt::format("sleep 600 & echo $! > '{}'; wait", (folder_ / "pid").string()));
  ChildProcess process(command(sleeper, sleeper), environment());
  for (int i = 0; i < 500 && !std::filesystem::exists(folder_ / "pid"); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  const auto sleeping = static_cast<pid_t>(std::stol(read_file(folder_ / "pid")));
  process.signal(SIGTERM);
  const auto ended = process.wait();
  EXPECT_EQ(ended.exit_code, 143) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("interrupted while"));
  EXPECT_TRUE(left_nothing());
  bool is_gone = false;
  for (int i = 0; i < 250 && !is_gone; ++i) {
    // A zombie that nobody has asked after is as good as gone.
    std::ifstream status(fmt::format("/proc/{}/stat", sleeping));
    std::string text((std::istreambuf_iterator<char>(status)), {});
    is_gone = text.empty() || text.find(") Z") != std::string::npos;
    if (!is_gone) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_TRUE(is_gone);
}

TEST_F(SpeedCompare, TellsFilesFromPrograms) {
  const auto file = folder_.write("a.json", timings_of(10)).string();
  const auto run = [](std::vector<std::string> words) {
    words.insert(words.begin(), {"speed", "compare"});
    return testing::run_fakes(words);
  };
  EXPECT_THAT(run({file, file, "--model", "M"}).err, HasSubstr("belong to --old-binary and --new-binary"));
  EXPECT_THAT(run({"tiling", "--old-binary", file}).err, HasSubstr("--new-binary is missing"));
  EXPECT_THAT(run({"--old-binary", file, "--new-binary", file}).err, HasSubstr("name one stage"));
  EXPECT_THAT(run({"tiling", "--old-binary", file, "--new-binary", file, "--rounds", "0"}).err, HasSubstr("--rounds must be a whole number"));
}

}  // namespace
}  // namespace assay
