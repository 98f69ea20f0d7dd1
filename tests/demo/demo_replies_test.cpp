#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "benchmarks/catalog.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/config.h"
#include "harness/demo.h"
#include "harness/plan.h"
#include "model/vlm.h"

/// The demo's model on the demo's suites, in float32: what transformers writes for every sample (tests/demo/replies.jsonl, made by
/// demo/train/reference.py), whatever the batch, the order and the number of threads.
namespace assay {
namespace {

namespace fs = std::filesystem;
using Written = std::map<std::string, std::vector<std::int64_t>>;  // "benchmark id" -> token ids

const fs::path& root() {
  static const fs::path folder = ASSAY_SOURCE_DIR;
  return folder;
}

Written reference() {
  Written written;
  std::istringstream lines(read_file(root() / "tests/demo/replies.jsonl"));
  for (std::string line; std::getline(lines, line);) {
    const auto row = json::parse(line, "replies.jsonl");
    auto& ids = written[fmt::format("{} {}", json::require_string(row, "benchmark", "replies.jsonl"), json::require_string(row, "id", "replies.jsonl"))];
    for (const auto& id : json::require_array(row, "token_ids", "replies.jsonl").GetArray()) ids.push_back(id.GetInt64());
  }
  return written;
}

class List final : public RequestSource {
 public:
  explicit List(std::vector<Request> requests) : requests_(std::move(requests)) {}
  std::optional<Request> next() override {
    if (at_ == requests_.size()) return std::nullopt;
    return std::move(requests_[at_++]);
  }

 private:
  std::vector<Request> requests_;
  std::size_t at_ = 0;
};

class Replies final : public GenerationSink {
 public:
  std::optional<Request> finish(const std::string& id, Result<Generation> generation) override {
    EXPECT_TRUE(generation) << id;
    if (generation) written_[id] = generation->token_ids;
    return std::nullopt;
  }
  [[nodiscard]] const Written& written() const { return written_; }

 private:
  Written written_;
};

/// Every `step`-th sample of the suites.
std::vector<Request> requests(std::size_t step) {
  Problems problems;
  const RunConfig config = make_config(demo_values(root() / "demo"), {}, problems);
  const Plan plan = make_plan(config, benchmark_catalog(), data_places(config.task.data_dir));
  std::vector<Request> all;
  std::size_t count = 0;
  for (const auto& planned : plan.benchmarks) {
    for (const auto& which : planned.samples) {
      if (count++ % step != 0) continue;
      all.push_back(request_for(planned, which, question_for(planned, planned.source->get(which.index), plan.decoding)));
      all.back().id = fmt::format("{} {}", planned.benchmark->name(), which.id);
    }
  }
  return all;
}

Written ask(std::vector<Request> requests, int batch, int threads, DType dtype = DType::kFloat32) {
  VlmOptions options;
  options.dtype = dtype;
  options.batch = batch;
  options.threads = threads;
  const auto model = open_vlm((root() / "demo/model").string(), options);
  List source(std::move(requests));
  Replies replies;
  model->run(source, replies);
  return replies.written();
}

/// How many of `ours` are not as in `wanted`; names the first few.
std::size_t flips(const Written& ours, const Written& wanted) {
  std::size_t count = 0;
  for (const auto& [name, ids] : ours) {
    const auto found = wanted.find(name);
    if (found != wanted.end() && found->second == ids) continue;
    if (++count <= 5) ADD_FAILURE() << name << (found == wanted.end() ? " is not in the reference" : " differs");
  }
  return count;
}

TEST(DemoReplies, EqualTheReferenceOnEverySample) {
  const auto wanted = reference();
  const auto ours = ask(requests(1), 8, 2);
  EXPECT_EQ(ours.size(), wanted.size());
  EXPECT_EQ(flips(ours, wanted), 0U);
}

TEST(DemoReplies, DoNotDependOnTheBatch) {
  const auto wanted = reference();
  for (const int batch : {1, 3, 16, 64}) EXPECT_EQ(flips(ask(requests(7), batch, 2), wanted), 0U) << "batch " << batch;
}

TEST(DemoReplies, DoNotDependOnTheThreads) {
  const auto wanted = reference();
  for (const int threads : {1, 2, 3}) EXPECT_EQ(flips(ask(requests(7), 8, threads), wanted), 0U) << threads << " threads";
}

TEST(DemoReplies, DoNotDependOnTheOrder) {
  const auto wanted = reference();
  auto backwards = requests(7);
  std::reverse(backwards.begin(), backwards.end());
  EXPECT_EQ(flips(ask(std::move(backwards), 8, 2), wanted), 0U);
  for (const unsigned seed : {1U, 2U}) {
    auto shuffled = requests(7);
    std::shuffle(shuffled.begin(), shuffled.end(), std::mt19937(seed));
    EXPECT_EQ(flips(ask(std::move(shuffled), 8, 2), wanted), 0U) << "seed " << seed;
  }
}

}  // namespace
}  // namespace assay
