#include "harness/work_ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <utility>

#include "tests/harness/fake_run.h"

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::plan_of;

RunState nothing_of(const Plan& plan) {
  RunState state;
  for (const auto& planned : plan.benchmarks) state.entries.emplace_back(planned.samples.size());
  return state;
}

std::vector<PlanPlace> take_all(WorkLedger& ledger, int rank) {
  std::vector<PlanPlace> all;
  while (ledger.has_work())
    for (const PlanPlace place : ledger.take(rank)) all.push_back(place);
  return all;
}

TEST(WorkLedger, HandsOutWholePictures) {
  const Plan plan = plan_of("fake_small");  // sample i of 7 shows picture i mod 3
  WorkLedger ledger(plan, nothing_of(plan), 4);
  EXPECT_THAT(ledger.take(0), ElementsAre(PlanPlace{0, 0}, PlanPlace{0, 3}, PlanPlace{0, 6}));
  EXPECT_THAT(ledger.take(1), ElementsAre(PlanPlace{0, 1}, PlanPlace{0, 4}));
  EXPECT_THAT(ledger.take(2), ElementsAre(PlanPlace{0, 2}, PlanPlace{0, 5}));
  EXPECT_THAT(ledger.take(3), IsEmpty());
}

TEST(WorkLedger, HandsOutAllOfAPlanOnceAndNeverPartsAPicture) {
  const Plan plan = plan_of("fake");
  for (const int ranks : {1, 2, 5, 400}) {
    WorkLedger ledger(plan, nothing_of(plan), ranks);
    std::set<std::pair<std::uint32_t, int>> takers;  // of pictures
    std::set<std::uint32_t> taken;
    for (int turn = 0; ledger.has_work(); ++turn)
      for (const PlanPlace place : ledger.take(turn)) {
        EXPECT_TRUE(taken.insert(place.sample).second);
        takers.insert({plan.benchmarks[0].samples[place.sample].picture, turn});
      }
    EXPECT_EQ(taken.size(), 300U);
    EXPECT_EQ(static_cast<std::int64_t>(takers.size()), plan.benchmarks[0].distinct_pictures);
  }
}

TEST(WorkLedger, HandsOutLessTowardsTheEnd) {
  const Plan plan = plan_of("fake_large");
  WorkLedger ledger(plan, nothing_of(plan), 2);
  std::size_t largest = ledger.take(0).size(), last = largest;
  while (ledger.has_work()) {
    last = ledger.take(0).size();
    largest = std::max(largest, last);
  }
  EXPECT_GE(largest, 64U);
  EXPECT_LT(largest, 64U + 20000 / static_cast<std::size_t>(plan.benchmarks[0].distinct_pictures) + 1);
  EXPECT_LE(last, 20000 / static_cast<std::size_t>(plan.benchmarks[0].distinct_pictures) + 1);
}

TEST(WorkLedger, CountsWhatWasDoneBefore) {
  const Plan plan = plan_of("fake_small");
  RunState state = nothing_of(plan);
  state.entries[0][3] = {true, false, {}, {}};
  state.entries[0][4] = {true, true, {}, {}};
  WorkLedger ledger(plan, state, 1);
  EXPECT_EQ(ledger.done(), 2);
  EXPECT_EQ(ledger.failed(), 1);
  EXPECT_EQ(ledger.done_now(), 0);
  EXPECT_EQ(take_all(ledger, 0).size(), 5U);
}

TEST(WorkLedger, TakesConclusionsOnlyFromWhoHoldsTheSample) {
  const Plan plan = plan_of("fake_small");
  WorkLedger ledger(plan, nothing_of(plan), 4);
  (void)ledger.take(1);
  EXPECT_FALSE(ledger.conclude(0, {0, 0}, false));
  EXPECT_FALSE(ledger.conclude(1, {0, 1}, false));
  EXPECT_FALSE(ledger.conclude(1, {1, 0}, false));
  EXPECT_FALSE(ledger.conclude(1, {0, 7}, false));
  EXPECT_TRUE(ledger.conclude(1, {0, 0}, true));
  EXPECT_FALSE(ledger.conclude(1, {0, 0}, true));
  EXPECT_EQ(ledger.done(), 1);
  EXPECT_EQ(ledger.failed(), 1);
}

TEST(WorkLedger, BelievesTheJournalsOfADeadRankAndNotWhatItSaid) {
  const Plan plan = plan_of("fake_small");
  WorkLedger ledger(plan, nothing_of(plan), 4);
  (void)ledger.take(1);  // 0, 3, 6
  (void)ledger.take(2);  // 1, 4
  ledger.conclude(1, {0, 0}, false);
  ledger.conclude(1, {0, 3}, false);  // told, and not written
  ledger.conclude(2, {0, 1}, false);
  RunState written = nothing_of(plan);
  written.entries[0][0] = {true, false, {}, {}};
  written.entries[0][6] = {true, true, {}, {}};  // written, and not told
  EXPECT_EQ(ledger.take_back(1, written), 1);
  EXPECT_EQ(ledger.done(), 3);
  EXPECT_EQ(ledger.failed(), 1);
  EXPECT_THAT(ledger.take(0), ElementsAre(PlanPlace{0, 3}));
  EXPECT_EQ(ledger.take_back(1, written), 0) << "it holds nothing any more";
}

}  // namespace
}  // namespace assay
