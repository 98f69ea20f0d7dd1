#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "harness/base/file.h"
#include "harness/gzip.h"
#include "harness/manifest.h"
#include "harness/run_folder.h"
#include "tests/harness/child_process.h"
#include "tests/temporary_folder.h"

/// Damaged, truncated, foreign and future-version files in place of runs, baselines, results and timings: every command ends with 3 and says which
/// file it is.
namespace assay {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::run_fakes;
using testing::TemporaryFolder;

std::string damaged(std::string bytes) {
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x55);
  return bytes;
}

/// A good baseline's text with its version raised.
std::string of_the_future(const std::string& baseline, const std::string& schema) {
  std::string text = gunzip(baseline, "x");
  const auto place = text.find(schema + "/1");
  return gzip(text.replace(place, schema.size() + 2, schema + "/2"));
}

class BrokenInputs : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TemporaryFolder;
    for (const std::string name : {"run", "other"}) (void)testing::run_fake_model(path(name), "oracle", "fake_small");
    (void)run_fakes({"baseline", "save", path("run"), "--out", path("good")});
  }
  static void TearDownTestSuite() { delete folder_; }
  static std::string path(const std::string& name) { return (*folder_ / name).string(); }

  /// `input` is refused by all that reads runs.
  static void expect_refusal(const std::string& input, const std::string& message) {
    const std::vector<std::vector<std::string>> commands = {
        {"gate", "--baseline", input, "--candidate", path("run")},       {"gate", "--baseline", path("run"), "--candidate", input},
        {"gate", "--baseline", path("run"), "--candidate", path("other"), "--rerun", input},
        {"compare", path("run"), input},                                 {"history", path("run"), input},
        {"baseline", "save", input, "--out", path("saved")},             {"baseline", "save", path("run"), "--again", input, "--out", path("saved")}};
    for (const auto& command : commands) {
      const auto ended = run_fakes(command);
      EXPECT_EQ(ended.exit_code, 3) << fmt::format("{}", fmt::join(command, " "));
      EXPECT_THAT(ended.err, AllOf(HasSubstr("assay: " + input), HasSubstr(message), Not(HasSubstr("internal error"))));
      EXPECT_THAT(ended.out, IsEmpty());
    }
    EXPECT_FALSE(std::filesystem::exists(path("saved")));
  }
  static inline TemporaryFolder* folder_ = nullptr;
};

TEST_F(BrokenInputs, BaselineFiles) {
  const std::string good = read_file(path("good"));
  ASSERT_NE(run_fakes({"gate", "--baseline", path("good"), "--candidate", path("run")}).exit_code, 3) << "what the others are made of is good";
  const auto refused = [](const std::string& name, const std::string& bytes, const std::string& message) {
    expect_refusal(folder_->write(name, bytes).string(), message);
  };
  refused("truncated", good.substr(0, good.size() / 2), "is cut short");
  refused("damaged", damaged(good), "damaged");
  refused("empty", "", "is not compressed by gzip");
  refused("table.csv", "index,answer\n1,yes\n", "expected a run folder, or a file of `assay baseline save` or `assay score --save`");
  refused("foreign", gzip(R"({"results": {"mme": {"acc": 1}}})"), "\"schema\"");
  refused("future", of_the_future(good, "assay.baseline"), "was written by a newer Assay");
}

TEST_F(BrokenInputs, RunFolders) {
  const std::string good = read_file(samples_path(path("run")));
  const auto refused = [](const std::string& name, const std::filesystem::path& file, const std::string& bytes, const std::string& message) {
    std::filesystem::copy(path("run"), path(name), std::filesystem::copy_options::recursive);
    write_file_atomically(path(name) / file, bytes);
    expect_refusal(path(name), message);
  };
  const auto samples = samples_path(path("run")).filename(), manifest = manifest_path(path("run")).filename();
  refused("cut", samples, good.substr(0, good.size() / 2), "is cut short");
  refused("spoilt", samples, damaged(good), "damaged");
  refused("later", samples, of_the_future(good, "assay.samples"), "was written by a newer Assay");
  refused("half-a-manifest", manifest, read_file(manifest_path(path("run"))).substr(0, 100), "manifest.json");
}

TEST_F(BrokenInputs, WhatIsNotThere) {
  expect_refusal(path("nowhere"), "there is no such run folder or baseline");
  expect_refusal(folder_->path().string(), "it has no manifest.json");
}

TEST_F(BrokenInputs, Results) {
  for (const auto& [content, message] : {std::pair<std::string, std::string>{"{\"schema\": \"assay.results/1\", \"resu", "not JSON"},
                                         {"{\"schema\": \"assay.results/9\"}", "\"schema\" must be \"assay.results/1\", got \"assay.results/9\""},
                                         {"{\"accuracy\": 1}", "\"schema\""},
                                         {"", "not JSON"}}) {
    const auto file = folder_->write("results.json", content).string();
    const auto ended = run_fakes({"report", file, "--format", "html"});
    EXPECT_EQ(ended.exit_code, 3) << content;
    EXPECT_THAT(ended.err, AllOf(HasSubstr("assay: " + file), HasSubstr(message)));
  }
}

TEST_F(BrokenInputs, Timings) {
  const auto good = folder_->write("good.json", R"({"context": {"num_cpus": 2}, "benchmarks": [{"name": "x", "real_time": 1, "time_unit": "ms"}]})").string();
  for (const std::string content : {"{\"context\": {}, \"benchm", "{\"benchmarks\": 5}", "[]", "time,1\n"}) {
    const auto file = folder_->write("speed.json", content).string();
    const auto ended = run_fakes({"gate", "--baseline-speed", good, "--candidate-speed", file});
    EXPECT_EQ(ended.exit_code, 3) << content;
    EXPECT_THAT(ended.err, HasSubstr("assay: " + file));
  }
}

}  // namespace
}  // namespace assay
