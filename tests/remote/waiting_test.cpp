#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "remote/back_off.h"
#include "remote/flow_limit.h"

namespace assay {
namespace {

TEST(BackOff, DoublesUpToItsLongestWithinHalfOfIt) {
  const BackOff back_off{500, 8000, 7};
  for (int attempt = 1; attempt <= 12; ++attempt) {
    const double whole = std::min(8000.0, 500.0 * (1 << (attempt - 1)));
    for (int i = 0; i < 50; ++i) {
      const double delay = back_off.delay_ms("r" + std::to_string(i), attempt);
      EXPECT_GE(delay, whole / 2);
      EXPECT_LT(delay, whole);
    }
  }
}

TEST(BackOff, IsTheSameForOneSeedAndSpreadOverRequests) {
  const BackOff one{500, 8000, 1}, same{500, 8000, 1}, other{500, 8000, 2};
  EXPECT_EQ(one.delay_ms("a", 3), same.delay_ms("a", 3));
  EXPECT_NE(one.delay_ms("a", 3), other.delay_ms("a", 3));
  EXPECT_NE(one.delay_ms("a", 3), one.delay_ms("b", 3));
}

TEST(BackOff, NeverComesBeforeItIsToldTo) {
  const BackOff back_off;
  for (int i = 0; i < 50; ++i) {
    const double delay = back_off.delay_ms(std::to_string(i), 1, 3000);
    EXPECT_GE(delay, 3000);
    EXPECT_LT(delay, 3500);
  }
}

TEST(FlowLimit, HalvesOnceForOneWaveOfRefusalsAndGrowsBackByOneARound) {
  using Time = FlowLimit::Time;
  using std::chrono::seconds;
  FlowLimit flow(16);
  const Time began{seconds(10)}, at{seconds(11)};
  for (int i = 0; i < 16; ++i) flow.on_refusal(began, at);
  EXPECT_EQ(flow.now(), 8);
  flow.on_refusal(Time{seconds(12)}, Time{seconds(13)});
  EXPECT_EQ(flow.now(), 4);
  for (int i = 0; i < 5; ++i) flow.on_reply();
  EXPECT_EQ(flow.now(), 5);
  for (int i = 0; i < 1000; ++i) flow.on_reply();
  EXPECT_EQ(flow.now(), 16);
}

TEST(FlowLimit, KeepsOneUnderWay) {
  FlowLimit flow(2);
  for (int second = 1; second < 10; ++second) flow.on_refusal(FlowLimit::Time{std::chrono::seconds(2 * second)}, FlowLimit::Time{std::chrono::seconds(2 * second + 1)});
  EXPECT_EQ(flow.now(), 1);
}

}  // namespace
}  // namespace assay
