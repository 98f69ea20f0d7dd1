#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "tests/harness/fake_run.h"
#include "tests/temporary_folder.h"
#include "tests/shared_files.h"

namespace assay {
namespace {

using testing::FakeBehaviour;
using testing::TemporaryFolder;

/// The run directory's promise over official files: however often the engine breaks, the same bytes, and nothing twice.
class RealData : public ::testing::TestWithParam<const char*> {};

TEST_P(RealData, RunsToTheSameBytesInPieces) {
  ASSAY_NEEDS_SHARED("data/chartqa");
  RunConfig config;
  config.task.benchmarks = {GetParam()};
  const Plan plan = make_plan(config, benchmark_catalog(), data_places((testing::shared_root() / "data").string()));
  FakeBehaviour constant;
  constant.answer = [](const Request&) {
    Generation generation;
    generation.reply = "A";
    generation.token_ids = {65};
    return Result<Generation>(generation);
  };
  const TemporaryFolder whole, pieces;
  EXPECT_EQ(testing::start_run(whole.path(), plan, constant).done_now, plan.sample_count());
  const std::string expected = testing::results_of(whole.path(), plan);
  constant.dies_after = plan.sample_count() / 7 + 1;
  for (bool is_done = false; !is_done;) {
    try {
      is_done = testing::start_run(pieces.path(), plan, constant).end == LoopOutcome::End::kFinished;
    } catch (const ModelError&) {
    }
  }
  EXPECT_EQ(testing::results_of(pieces.path(), plan), expected);
  EXPECT_EQ(testing::recorded_ids(pieces.path()), testing::recorded_ids(whole.path()));
  EXPECT_EQ(parse_results(expected, "x").results.at(0).samples, plan.sample_count());
}

INSTANTIATE_TEST_SUITE_P(Harness, RealData, ::testing::Values("chartqa_test", "docvqa_val", "mmbench_dev_en", "mmbench_dev_cn", "ccbench"),
                         [](const auto& c) { return std::string(c.param); });

}  // namespace
}  // namespace assay
