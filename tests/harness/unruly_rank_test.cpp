#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "harness/base/error.h"
#include "harness/ranks/crew.h"
#include "harness/ranks/crew_member.h"
#include "harness/ranks/messages.h"
#include "tests/harness/connected_ends.h"
#include "tests/harness/fake_run.h"
#include "tests/temporary_folder.h"

/// Ranks that hang, die in the middle of a word, or come late. Here a test plays one of the ends itself.
namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using std::chrono::milliseconds;
using testing::connected;
using testing::Ends;
using testing::FakeBehaviour;
using testing::plan_of;
using testing::TemporaryFolder;

FakeBehaviour slow_oracle() {
  FakeBehaviour behaviour;
  behaviour.answer = testing::oracle_answer;
  behaviour.delay_ms = 1;
  return behaviour;
}

std::string whole_results(const Plan& plan) {
  const TemporaryFolder folder;
  testing::start_run(folder.path(), plan, {});
  return testing::results_of(folder.path(), plan);
}

/// Rank 0's side of a job whose rank 1 is the test.
class UnrulyRank : public ::testing::Test {
 protected:
  LoopOutcome start(CrewPatience patience) {
    std::vector<Crew::Member> members;
    members.push_back({1, "here", std::move(ends_.one), 4711});
    Crew crew(std::move(members), patience);
    options_.crew = &crew;
    options_.folder = folder_.path();
    return testing::start_run(folder_.path(), plan_, slow_oracle(), options_);
  }

  /// What rank 0 has said.
  std::vector<std::string> words_heard() {
    std::vector<std::string> words;
    for (std::string text; ends_.other.receive(text, 1000) == Connection::Got::kMessage;) words.push_back(parse_message(text)->word);
    return words;
  }

  static constexpr milliseconds kShort{100}, kForever = std::chrono::hours(1);
  const Plan plan_ = plan_of("fake");
  TemporaryFolder folder_;
  Ends ends_ = connected();
  std::vector<std::string> notes_;
  LoopOptions options_;
};

TEST_F(UnrulyRank, IsNotedWhenItHangsAndTheOthersDoItsWorkOnceItIsKilled) {
  options_.on_note = [&](const std::string& note) {
    notes_.push_back(note);
    ends_.other.close();  // as whoever reads the note would
  };
  ends_.other.send(message_text("more", 1));
  const auto outcome = start({kShort, kForever});
  EXPECT_EQ(outcome.end, LoopOutcome::End::kFinished);
  EXPECT_EQ(outcome.done_now, 300);
  EXPECT_THAT(notes_, ElementsAre("rank 1 on here has said nothing for 1 s; if it hangs, kill -9 4711 there, and the others do what it has",
                                  HasSubstr("rank 1 on here is gone; the ")));
  EXPECT_EQ(testing::results_of(folder_.path(), plan_), whole_results(plan_));
}

TEST_F(UnrulyRank, DoesNotHoldUpTheEnd) {
  std::atomic<std::int64_t> done = 0;
  options_.on_note = [&](const std::string& note) { notes_.push_back(note); };
  options_.on_progress = [&](std::int64_t now, std::int64_t) { done = now; };
  options_.should_stop = [&] { return done >= 60; };
  ends_.other.send(message_text("more", 1));
  const auto outcome = start({kForever, kShort});
  EXPECT_EQ(outcome.end, LoopOutcome::End::kStopped);
  EXPECT_THAT(notes_, ElementsAre("rank 1 on here has not ended within 1 s and counts as gone; kill -9 4711 there if it hangs",
                                  HasSubstr("rank 1 on here is gone; the ")));
  EXPECT_THAT(words_heard(), ElementsAre("begin", "work", "end", "bye")) << "should it wake up, it knows";
}

TEST_F(UnrulyRank, DiesInTheMiddleOfAWord) {
  options_.on_note = [&](const std::string& note) { notes_.push_back(note); };
  ends_.other.send(message_text("more", 1));
  constexpr std::string_view kCut("\0\0\0\x0a" "done 1 0", 12);
  ASSERT_EQ(::send(ends_.other.descriptor(), kCut.data(), kCut.size(), 0), 12);
  ends_.other.close();
  const auto outcome = start({});
  EXPECT_EQ(outcome.end, LoopOutcome::End::kFinished);
  EXPECT_EQ(notes_.size(), 1U);
  EXPECT_EQ(testing::results_of(folder_.path(), plan_), whole_results(plan_));
  EXPECT_EQ(testing::recorded_ids(folder_.path()).size(), 300U);
}

TEST_F(UnrulyRank, ThatFinishesWhatItWasNotGivenEndsTheRun) {
  ends_.other.send(message_text("done", 1, "0:299"));
  EXPECT_THROW(start({kForever, kShort}), InternalError);
}

TEST_F(UnrulyRank, ThatTalksNonsenseIsLeftAlone) {
  options_.on_note = [&](const std::string& note) { notes_.push_back(note); };
  ends_.other.send("more one");
  EXPECT_EQ(start({}).end, LoopOutcome::End::kFinished);
  EXPECT_THAT(notes_, ElementsAre("rank 1 on here is gone; it had no samples"));
}

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
