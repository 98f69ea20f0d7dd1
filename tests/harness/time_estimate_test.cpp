#include "harness/cli/time_estimate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace assay {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

RequestCost cost_of_test() {
  RequestCost cost;
  cost.requests_seen = 48, cost.requests_timed = cost.step_replies = 8;
  cost.tiles = 5, cost.prompt_tokens = 1000;
  cost.prepare_ms = 20, cost.encode_ms = 40, cost.prefill_ms = 0.5, cost.step_ms = 10;
  return cost;
}
WorkLeft work_of_test() {
  WorkLeft work;
  work.samples = 200, work.pictures = 100, work.most_new_tokens = 401, work.batch = 8, work.image_threads = 4;
  work.weight_bytes = 1e9, work.memory_bytes_a_second = 10e9;
  return work;
}

TEST(TimeEstimate, AddsUpWhatEachStageTakes) {
  const auto time = estimate_time(work_of_test(), cost_of_test(), 17);
  EXPECT_DOUBLE_EQ(time.weights_s, 0.2);
  EXPECT_DOUBLE_EQ(time.pictures_s, 0.5);   // 100 pictures of 20 ms on four threads
  EXPECT_DOUBLE_EQ(time.encoder_s, 20);     // 500 tiles
  EXPECT_DOUBLE_EQ(time.prompts_s, 100);    // 200,000 tokens
  EXPECT_DOUBLE_EQ(time.replies_s, 4);      // 25 rounds of 16 steps
  EXPECT_DOUBLE_EQ(time.total_s(), 124.7);
}
TEST(TimeEstimate, CountsWhatStandsBeforeAToken) {
  auto cost = cost_of_test();
  cost.step_ms_per_token = 0.01;
  EXPECT_DOUBLE_EQ(estimate_time(work_of_test(), cost, 401).replies_s, 25 * 400 * (10 + 0.01 * 1200.5) / 1000);
}
TEST(TimeEstimate, WritesNoMoreRepliesTogetherThanThereAre) {
  auto work = work_of_test();
  work.samples = 1;
  EXPECT_DOUBLE_EQ(estimate_time(work, cost_of_test(), 17).replies_s, 0.16);
  work.samples = 0, work.pictures = 0, work.weight_bytes = 0;
  EXPECT_EQ(estimate_time(work, cost_of_test(), 17).total_s(), 0);
}
TEST(TimeEstimate, SaysWhatItRestsOn) {
  auto cost = cost_of_test();
  EXPECT_THAT(time_estimate_text(work_of_test(), cost),
              AllOf(HasSubstr("time: about 2 min 05 s with replies of 16 tokens; 3 min 41 s if every reply ran to its limit of 401\n"),
                    HasSubstr("made-up weights: 48 prompts counted, 8 run"), HasSubstr("about 500 tiles at 40.0 ms")));
  cost.has_all_layers = false;
  auto work = work_of_test();
  work.most_new_tokens = 10;
  EXPECT_THAT(time_estimate_text(work, cost), AllOf(HasSubstr("with replies of 10 tokens\n"), HasSubstr("one layer and two"), Not(HasSubstr("limit"))));
}

}  // namespace
}  // namespace assay
