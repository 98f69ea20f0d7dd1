#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <map>
#include <string>
#include <thread>
#include <utility>

#include "golden_case.h"
#include "harness/base/base64.h"
#include "harness/base/file.h"
#include "harness/journal.h"
#include "harness/run_folder.h"
#include "tests/harness/child_process.h"
#include "tests/shared_files.h"
#include "tests/temporary_folder.h"

/// Each family's tiny checkpoint runs official files with the real engine, is killed on its way, and goes on to what an undisturbed run gives.
namespace assay::testing {
namespace {

constexpr int kMostKills = 3;
constexpr std::size_t kSamplesEach = 10, kBenchmarks = 4;

struct FamilyRun {
  const char *name, *checkpoint;  ///< below tests/parity
  const char *prompt_profile = "vlmevalkit", *chat_template = "";
};
void PrintTo(const FamilyRun& run, std::ostream* out) { *out << run.name; }

std::vector<std::string> command_of(const FamilyRun& run, const std::filesystem::path& out, int batch) {
  std::vector<std::string> words = {ASSAY_WITH_DIALOGUES, "run", "--model", (parity_root().parent_path() / run.checkpoint).string(),
                                    "--bench", "chartqa_test,mmbench_dev_en,ccbench,dialogues", "--data-dir", (shared_root() / "data").string(),
                                    "--dtype", "float32", "--limit", std::to_string(kSamplesEach), "--max-new-tokens", "8", "--max-tiles", "4",
                                    "--prompt-profile", run.prompt_profile, "--batch", std::to_string(batch), "--out", out.string()};
  if (*run.chat_template != '\0') words.insert(words.end(), {"--chat-template", run.chat_template});
  return words;
}

/// What was replied to each sample. A sample that was recorded twice fails the test.
std::map<std::string, std::pair<std::string, std::vector<std::int64_t>>> replies_in(const std::filesystem::path& run) {
  std::map<std::string, std::pair<std::string, std::vector<std::int64_t>>> replies;
  if (!std::filesystem::exists(run)) return replies;
  JournalFiles(run).for_each([&](const JournalRecord& record, RecordPlace) {
    const auto& generation = record.generation;
    EXPECT_TRUE(generation) << record.id << ": " << (generation ? "" : generation.error().message);
    const bool is_new = generation && replies.emplace(fmt::format("{}/{}/{}", record.benchmark, record.id, record.turn), std::pair(generation->reply, generation->token_ids)).second;
    EXPECT_TRUE(is_new) << record.id << " was done twice";
  });
  return replies;
}

std::size_t record_count(const std::filesystem::path& run) {
  std::size_t count = 0;
  if (std::filesystem::exists(run)) JournalFiles(run).for_each([&](const JournalRecord&, RecordPlace) { ++count; });
  return count;
}

/// Kills the run once it has two more records. False where it was faster.
bool kill_on_its_way(const std::vector<std::string>& command, const std::filesystem::path& run) {
  const auto before = record_count(run);
  ChildProcess child(command);
  while (!child.has_ended() && record_count(run) < before + 2) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  const bool is_running = !child.has_ended();
  if (is_running) child.signal(SIGKILL);
  child.wait();
  return is_running;
}

/// Two dialogues of four turns on two pictures, as VLMEvalKit's table has them.
void write_mmdu(const TemporaryFolder& folder) {
  const auto picture = [](const char* name) { return base64(read_file(std::filesystem::path(ASSAY_SOURCE_DIR) / "demo/data/docvqa/documents" / name)); };
  std::string rows = "index\timage\tquestion\tanswer\n";
  for (const char* id : {"0", "1"}) {
    rows += fmt::format("{}\t['{}', '{}']\t['<ImageHere>What is in picture {}?', 'Why?', 'And in this one: <ImageHere>', 'Which is larger?']\t['a', 'b', 'c', 'd']\n", id,
                        picture("form_010.png"), picture("form_019.png"), id);
  }
  folder.write("data/MMDU.tsv", rows);
}

std::vector<std::string> mmdu_command(const FamilyRun& run, const TemporaryFolder& folder, const std::string& out, int batch) {
  return {ASSAY_WITH_DIALOGUES, "run", "--model", (parity_root().parent_path() / run.checkpoint).string(), "--bench", "mmdu", "--data-dir", (folder / "data").string(),
          "--dtype", "float32", "--max-new-tokens", "24", "--max-tiles", "2", "--batch", std::to_string(batch), "--out", (folder / out).string()};
}

class FamilyDialogues : public ::testing::TestWithParam<FamilyRun> {};

TEST_P(FamilyDialogues, GoOnInTheMiddle) {
  const TemporaryFolder folder;
  write_mmdu(folder);
  const auto whole = run_child(mmdu_command(GetParam(), folder, "whole", 1));
  ASSERT_EQ(whole.exit_code, 0) << whole.err;
  const auto expected = replies_in(folder / "whole");
  EXPECT_EQ(expected.size(), 8U);
  int kills = 0;
  for (int start = 0; start < 2; ++start) kills += kill_on_its_way(mmdu_command(GetParam(), folder, "killed", 1 + start), folder / "killed") ? 1 : 0;
  EXPECT_GE(kills, 1);
  const auto last = run_child(mmdu_command(GetParam(), folder, "killed", 4));
  ASSERT_EQ(last.exit_code, 0) << last.err;
  EXPECT_EQ(replies_in(folder / "killed"), expected);
  EXPECT_EQ(read_file(results_path(folder / "killed")), read_file(results_path(folder / "whole")));
}

INSTANTIATE_TEST_SUITE_P(Families, FamilyDialogues,
                         ::testing::Values(FamilyRun{"internvl", "data/native_qwen2/checkpoint"}, FamilyRun{"llava_next", "llava/native_next/checkpoint"},
                                           FamilyRun{"xcomposer2d5", "xcomposer/2d5/checkpoint"}),
                         [](const auto& run) { return run.param.name; });

class FamilyRuns : public ::testing::TestWithParam<FamilyRun> {};

TEST_P(FamilyRuns, GoOnWhereTheyWereKilled) {
  ASSAY_NEEDS_SHARED("data/multiturn-xcomposer");
  const TemporaryFolder folder;
  const auto whole = run_child(command_of(GetParam(), folder / "whole", 1));
  ASSERT_EQ(whole.exit_code, 0) << whole.err;
  const auto expected = replies_in(folder / "whole");
  EXPECT_EQ(expected.size(), kSamplesEach * kBenchmarks);
  const auto run = folder / "killed";
  int kills = 0;
  for (int start = 0; start < kMostKills; ++start) kills += kill_on_its_way(command_of(GetParam(), run, 1 + 2 * start), run) ? 1 : 0;
  EXPECT_GE(kills, 1);
  EXPECT_GE(record_count(run), 2U);
  const auto last = run_child(command_of(GetParam(), run, 4));
  ASSERT_EQ(last.exit_code, 0) << last.err;
  EXPECT_EQ(replies_in(run), expected);
  EXPECT_EQ(read_file(results_path(run)), read_file(results_path(folder / "whole")));
  EXPECT_EQ(read_file(report_path(run)), read_file(report_path(folder / "whole")));
}

INSTANTIATE_TEST_SUITE_P(Families, FamilyRuns,
                         ::testing::Values(FamilyRun{"internvl", "data/internlm2/checkpoint"}, FamilyRun{"internvl_transformers", "data/native_qwen2/checkpoint"},
                                           FamilyRun{"llava", "llava/original/checkpoint"}, FamilyRun{"llava_transformers", "llava/native/checkpoint"},
                                           FamilyRun{"chinese_llava", "llava/chinese/checkpoint", "vlmevalkit", "chinese_llava"}, FamilyRun{"llava_next", "llava/original_next/checkpoint"},
                                           FamilyRun{"llava_next_transformers", "llava/native_next/checkpoint"},
                                           FamilyRun{"xcomposer2", "xcomposer/square/checkpoint", "xcomposer", "vlmevalkit"},
                                           FamilyRun{"xcomposer2_4khd", "xcomposer/4khd/checkpoint", "xcomposer", "vlmevalkit"},
                                           FamilyRun{"xcomposer2d5", "xcomposer/2d5/checkpoint", "xcomposer"}),
                         [](const auto& run) { return run.param.name; });

}  // namespace
}  // namespace assay::testing
