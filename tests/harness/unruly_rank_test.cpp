#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "harness/base/error.h"
#include "harness/ranks/crew_member.h"
#include "tests/harness/connected_ends.h"

/// Ranks that come late. Here a test plays rank 0.
namespace assay {
namespace {

using std::chrono::milliseconds;
using testing::Ends;

/// Over TCP, where what one says to an end that is closed comes back as an error.
Ends connected_by_tcp() {
  Listener listener(true);
  auto one = connect_to(kThisMachine, listener.port(), 1000);
  auto other = listener.accept(1000);
  return {std::move(one).value(), std::move(other).value()};
}

TEST(LateRank, LeavesOutARunThatIsOver) {
  auto [zero, rank] = connected_by_tcp();
  CrewMember member(std::move(rank));
  for (const char* text : {"begin 1 first", "end 1", "begin 2 second", "end 2", "bye"}) zero.send(text);
  zero.close();
  EXPECT_EQ(member.next_run(), std::nullopt);
  EXPECT_TRUE(member.report_error(4, "late, too")) << "the run is over without it";
}

TEST(LateRank, IsNotAloneWhenRankZeroHasSaidThatAllIsOver) {
  auto [zero, rank] = connected_by_tcp();
  CrewMember member(std::move(rank));
  zero.send("begin 1 first");
  EXPECT_EQ(member.next_run(), "first");
  zero.send("end 1");
  zero.send("bye");
  zero.close();
  for (std::uint32_t sample = 0; sample < 3; ++sample) {  // the first meets a closed connection, the others a broken one
    member.work().conclude({0, sample}, std::nullopt);
    std::this_thread::sleep_for(milliseconds(20));
  }
  EXPECT_TRUE(member.work().must_end());
  EXPECT_NO_THROW(member.report_end(1));
  EXPECT_EQ(member.next_run(), std::nullopt);
}

TEST(LateRank, IsAloneWhenRankZeroHasSaidNothing) {
  auto [zero, rank] = connected_by_tcp();
  CrewMember member(std::move(rank));
  zero.send("begin 1 first");
  EXPECT_EQ(member.next_run(), "first");
  zero.close();
  EXPECT_TRUE(member.work().must_end());
  EXPECT_THROW(member.report_end(1), ModelError);
  EXPECT_THROW((void)member.next_run(), ModelError);
  EXPECT_FALSE(member.report_error(4, "nobody hears it"));
}

TEST(LateRank, CutsAFailureThatIsNoMessageAnyMore) {
  auto [zero, rank] = connected_by_tcp();
  CrewMember member(std::move(rank));
  member.work().conclude({0, 5}, std::string(Connection::kMostBytes, 'x'));
  std::string got;
  ASSERT_EQ(zero.receive(got, 1000), Connection::Got::kMessage);
  EXPECT_THAT(got, ::testing::StartsWith("failed 0 0:5 xxx"));
  EXPECT_LT(got.size(), 3000U);
}

}  // namespace
}  // namespace assay
