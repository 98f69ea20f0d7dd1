#include "harness/scored_run.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <fstream>
#include <limits>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/gzip.h"
#include "tests/harness/scored_runs.h"
#include "tests/temporary_folder.h"

namespace assay {
namespace {

using ::testing::HasSubstr;

std::string error_of(const std::filesystem::path& path) {
  try {
    (void)read_scored_run(path);
    return "no error";
  } catch (const DataError& error) {
    return error.what();
  }
}

class Baseline : public ::testing::Test {
 protected:
  std::filesystem::path write(std::string_view bytes) {
    const auto path = folder_.path() / "main.baseline";
    write_file_atomically(path, bytes);
    return path;
  }
  testing::TemporaryFolder folder_;
};

ScoredRun run() {
  ScoredRun made = testing::scored_run({.samples = 300, .right = 200});
  made.benchmarks[0].samples[1].value = std::numeric_limits<double>::quiet_NaN();
  made.benchmarks[0].samples[2].state = SampleState::kTruncated;
  made.benchmarks[0].samples[3].answer = "a \"quoted\"\nline \xE2\x80\xA8";
  made.benchmarks[0].bases[0].rows[4].values = {1.0 / 3};
  made.repeats = {{"fake", "plain", 300, 2, 1}};
  made.saved = {"runs/x", "me", "release", "2026-11-22T12:00:00Z"};
  return made;
}

TEST_F(Baseline, ComesBackAsItWas) {
  const ScoredRun before = run();
  const ScoredRun back = read_scored_run(write(baseline_file(before)));
  EXPECT_EQ(baseline_file(back), baseline_file(before));
  EXPECT_EQ(back.benchmarks[0].samples[3].answer, before.benchmarks[0].samples[3].answer);
  EXPECT_TRUE(std::isnan(back.benchmarks[0].samples[1].value));
  EXPECT_EQ(back.benchmarks[0].samples[2].state, SampleState::kTruncated);
  EXPECT_EQ(back.benchmarks[0].bases[0].rows[4].values[0], 1.0 / 3);
  EXPECT_EQ(back.repeats[0].changed_replies, 2);
  EXPECT_EQ(back.saved.why, "release");
  EXPECT_EQ(back.manifest.fixed[1].json, "\"weights\"");
}

TEST_F(Baseline, IsSmall) { EXPECT_LT(baseline_file(testing::scored_run({.samples = 2500, .right = 2000})).size(), 100'000u); }

TEST_F(Baseline, HasADigestOfItsContentAlone) {
  ScoredRun one = run(), other = run();
  other.saved.at = "2027-01-01T00:00:00Z";
  const auto digest = read_scored_run(write(baseline_file(one))).digest;
  EXPECT_EQ(read_scored_run(write(baseline_file(other))).digest, digest);
  other.benchmarks[0].samples[0].answer = "perhaps";
  EXPECT_NE(read_scored_run(write(baseline_file(other))).digest, digest);
}

TEST_F(Baseline, ThatIsDamagedOrForeignSaysSo) {
  const std::string good = baseline_file(run());
  EXPECT_THAT(error_of(write(good.substr(0, good.size() / 2))), HasSubstr("is cut short"));
  std::string damaged = good;
  damaged[good.size() / 2] ^= 0x55;
  EXPECT_NE(error_of(write(damaged)), "no error");
  EXPECT_THAT(error_of(write("id,answer\n1,yes\n")), HasSubstr("is not compressed by gzip"));
  EXPECT_THAT(error_of(write(gzip("hello"))), HasSubstr("expected a run folder, or a file of `assay baseline save`"));
  EXPECT_THAT(error_of(write(gzip(R"({"schema":"assay.baseline/2"})"))), HasSubstr("was written by a newer Assay"));
  EXPECT_THAT(error_of(write(gzip(R"({"schema":"lmms.results/1"})"))), HasSubstr("\"schema\" must be \"assay.baseline/1\""));
  std::string changed = gunzip(good, "x");
  changed.replace(changed.find("\"yes\""), 5, "\"yet\"");
  EXPECT_THAT(error_of(write(gzip(changed))), HasSubstr("is damaged: its digest must be"));
}

TEST_F(Baseline, ThatIsNotThereSaysHowItIsMade) { EXPECT_THAT(error_of(folder_.path() / "none"), HasSubstr("`assay baseline save`")); }

TEST_F(Baseline, OfAFolderThatIsNoRunSaysSo) { EXPECT_THAT(error_of(folder_.path()), HasSubstr("no run folder")); }

TEST(SamplesFile, IsTheSameForTheSameScores) {
  const auto made = run();
  EXPECT_EQ(samples_file(made.benchmarks), samples_file(parse_samples_file(samples_file(made.benchmarks), "x")));
}

/// The digest of a baseline is taken over what is written, and over what was read, written by json::dump.
TEST(SamplesFile, IsWrittenAsAWholeDocumentWouldBe) {
  for (const auto& benchmarks : {std::vector<ScoredBenchmark>{}, std::vector{ScoredBenchmark{}}, run().benchmarks, std::vector{run().benchmarks[0], run().benchmarks[0]}}) {
    const std::string text = gunzip(samples_file(benchmarks), "x");
    EXPECT_EQ(text, json::dump(json::parse(text, "x")) + "\n");
  }
}

TEST(Gzip, UnpacksWhatItPacked) {
  std::string bytes;
  for (std::int64_t i = 0; i < 300'000; ++i) bytes += static_cast<char>(i * i % 251);
  EXPECT_EQ(gunzip(gzip(bytes), "x"), bytes);
  EXPECT_EQ(gunzip(gzip(""), "x"), "");
  EXPECT_EQ(gzip(bytes), gzip(bytes));
}

TEST(Gzip, GivesTheSameFileHoweverItsBytesWereCut) {
  std::string bytes;
  for (int i = 0; bytes.size() < 500'000; ++i) bytes += fmt::format("[\"sample {}\",\"{}\",{}],", i, i % 7 ? "yes" : "no", i * i % 101);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{37}, std::size_t{65'536}}) {
    Gzip file;
    for (std::size_t at = 0; at < bytes.size(); at += piece) file.add(std::string_view(bytes).substr(at, piece));
    EXPECT_EQ(file.finish(), gzip(bytes)) << piece;
  }
}

TEST(Gzip, RefusesBombs) {
  EXPECT_THROW((void)gunzip(gzip(std::string(1'000'000, 'x')), "bomb", 100'000), DataError);
}

TEST(Repeats, CountChangedRepliesAndScores) {
  auto first = testing::scored_run({.samples = 10, .right = 5}), second = first;
  second.benchmarks[0].samples[0].reply_digest = "other";
  second.benchmarks[0].samples[1].value = 0.5;
  const auto repeats = repeats_of(first, second);
  ASSERT_EQ(repeats.size(), 1u);
  EXPECT_EQ(repeats[0].samples, 10);
  EXPECT_EQ(repeats[0].changed_replies, 1);
  EXPECT_EQ(repeats[0].changed_scores, 1);
}

}  // namespace
}  // namespace assay
