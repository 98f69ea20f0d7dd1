#include "harness/ranks/greeting.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <future>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/base/error.h"

namespace assay {
namespace {

using ::testing::HasSubstr;
using std::chrono::milliseconds;

constexpr milliseconds kLong{30'000};

/// Rank 0 of a job on this machine, waiting for the others.
struct RankZero {
  explicit RankZero(std::vector<std::string> hosts, milliseconds time = kLong)
      : members(std::async(std::launch::async, [this, all = std::move(hosts), time] { return welcome_ranks(listener, secret, all, time); })) {}
  [[nodiscard]] std::string invitation() const { return invitation_text(listener.port(), secret, true); }
  [[nodiscard]] Connection stranger() const { return connect_to(kThisMachine, listener.port(), 1000).value(); }

  Listener listener{true};
  std::string secret = make_secret();
  std::future<std::vector<Crew::Member>> members;
};

TEST(Greeting, BringsTheRanksTogether) {
  RankZero zero({"a", "b", "c"});
  auto second = std::async(std::launch::async, [&] { return go_to_rank_0(zero.invitation(), false, 2, kLong); });
  Connection first = go_to_rank_0(zero.invitation(), true, 1, kLong);
  auto members = zero.members.get();
  ASSERT_EQ(members.size(), 2U);
  EXPECT_EQ(members[0].rank, 1);
  EXPECT_EQ(members[1].host, "c");
  EXPECT_EQ(members[0].process, ::getpid());
  members[0].connection.send("for the first");
  std::string got;
  ASSERT_EQ(first.receive(got, 5000), Connection::Got::kMessage);
  EXPECT_EQ(got, "for the first");
  EXPECT_TRUE(second.get().is_open());
}

TEST(Greeting, IsNotHeldUpByStrangers) {
  RankZero zero({"a", "b"});
  const Connection silent = zero.stranger(), another = zero.stranger();
  Connection web = zero.stranger(), guessing = zero.stranger();
  constexpr std::string_view kRequest = "GET / HTTP/1.1\r\n\r\n";
  ::send(web.descriptor(), kRequest.data(), kRequest.size(), 0);
  guessing.send("hello 0123456789abcdef0123456789abcdef 1 77");
  const auto began = std::chrono::steady_clock::now();
  const Connection rank = go_to_rank_0(zero.invitation(), true, 1, kLong);
  const auto members = zero.members.get();
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(4)) << "no wait for the silent ones";
  ASSERT_EQ(members.size(), 1U);
  EXPECT_EQ(members[0].process, ::getpid());
  std::string got;
  EXPECT_EQ(guessing.receive(got, 1000), Connection::Got::kClosed) << got;
}

TEST(Greeting, KnowsItsJobFromAnotherOnTheMachine) {
  RankZero one({"a", "a"}), other({"a", "a"}, milliseconds(500));
  const std::string wrong = invitation_text(other.listener.port(), one.secret, true);
  EXPECT_THROW((void)go_to_rank_0(wrong, true, 1, milliseconds(300)), ModelError);
  const Connection rank = go_to_rank_0(one.invitation(), true, 1, kLong);
  EXPECT_EQ(one.members.get().size(), 1U);
  EXPECT_TRUE(other.members.get().empty());
}

/// Rank 0 was busy for longer than a rank waits for its welcome: that one has gone, and comes again.
TEST(Greeting, TakesARankThatComesTwiceForOne) {
  RankZero zero({"a", "b", "c"});
  {
    Connection impatient = zero.stranger();
    impatient.send("hello " + zero.secret + " 1 77");
  }
  std::string got;
  Connection undecided = zero.stranger();
  undecided.send("hello " + zero.secret + " 1 78");
  ASSERT_EQ(undecided.receive(got, 5000), Connection::Got::kMessage);
  undecided.close();
  const Connection first = go_to_rank_0(zero.invitation(), true, 1, kLong), second = go_to_rank_0(zero.invitation(), true, 2, kLong);
  auto members = zero.members.get();
  ASSERT_EQ(members.size(), 2U);
  for (auto& member : members) {
    EXPECT_EQ(member.process, ::getpid());
    EXPECT_EQ(member.connection.receive(got, 100), Connection::Got::kNothing) << "it is there";
  }
}

TEST(Greeting, RefusesWhatIsNoRank) {
  RankZero zero({"a", "b"}, milliseconds(1000));
  for (const char* rest : {" 0 77", " 2 77", " -1 77", " one 77", " 1", ""}) {
    Connection guest = zero.stranger();
    guest.send("hello " + zero.secret + rest);
    std::string got;
    EXPECT_EQ(guest.receive(got, 5000), Connection::Got::kClosed) << rest;
  }
  EXPECT_TRUE(zero.members.get().empty());
}

TEST(Greeting, SaysWhereNobodyAnswered) {
  const int port = Listener(true).port();  // closed again
  try {
    (void)go_to_rank_0(invitation_text(port, "secret", true), false, 3, milliseconds(250));
    FAIL() << "no error";
  } catch (const ModelError& error) {
    EXPECT_THAT(error.what(), HasSubstr("rank 3 on "));
    EXPECT_THAT(error.what(), HasSubstr(" does not reach rank 0 at port " + std::to_string(port) + " of 127.0.0.1: the ranks of a job talk to rank 0 over TCP"));
  }
}

}  // namespace
}  // namespace assay
