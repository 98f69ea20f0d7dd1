#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <thread>

#include "harness/base/error.h"
#include "harness/ranks/crew.h"
#include "harness/ranks/crew_member.h"
#include "harness/ranks/launch.h"
#include "harness/ranks/mpi_meeting.h"
#include "tests/harness/child_process.h"
#include "tests/harness/connected_ends.h"
#include "tests/harness/fake_run.h"
#include "tests/temporary_folder.h"

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::connected;
using testing::FakeBehaviour;
using testing::plan_of;
using testing::TemporaryFolder;

Variable variable_of(const std::map<std::string, std::string>& environment) {
  return [environment](const char* name) -> const char* {
    const auto found = environment.find(name);
    return found == environment.end() ? nullptr : found->second.c_str();
  };
}
std::optional<Launch> launch_of(const std::map<std::string, std::string>& environment) { return find_launch(variable_of(environment)); }

TEST(Launch, IsToldByTheLaunchersVariables) {
  const auto open_mpi = launch_of({{"OMPI_COMM_WORLD_SIZE", "4"}, {"OMPI_COMM_WORLD_RANK", "3"}});
  ASSERT_TRUE(open_mpi);
  EXPECT_EQ(open_mpi->by, "mpirun of Open MPI");
  EXPECT_EQ(open_mpi->rank, 3);
  EXPECT_EQ(open_mpi->size, 4);
  EXPECT_EQ(launch_of({{"PMI_SIZE", "2"}, {"PMI_RANK", "0"}})->variable, "PMI_SIZE");
  EXPECT_EQ(launch_of({{"SLURM_STEP_NUM_TASKS", "8"}, {"SLURM_PROCID", "7"}, {"SLURM_NTASKS", "8"}})->by, "srun");
}

TEST(Launch, IsNoneForOneProcess) {
  EXPECT_FALSE(launch_of({}));
  EXPECT_FALSE(launch_of({{"OMPI_COMM_WORLD_SIZE", "1"}, {"OMPI_COMM_WORLD_RANK", "0"}}));
  EXPECT_FALSE(launch_of({{"OMPI_COMM_WORLD_SIZE", "many"}, {"OMPI_COMM_WORLD_RANK", "0"}}));
  EXPECT_FALSE(launch_of({{"SLURM_NTASKS", "4"}, {"SLURM_PROCID", "0"}})) << "a batch script, where srun has started nothing yet";
  EXPECT_FALSE(launch_of({{"OMPI_COMM_WORLD_SIZE", "1"}, {"OMPI_COMM_WORLD_RANK", "0"}, {"SLURM_STEP_NUM_TASKS", "2"}, {"SLURM_PROCID", "0"}}))
      << "mpirun in Slurm's job";
}

TEST(Launch, SaysTheWayOut) {
  const Launch launch{"srun", "SLURM_STEP_NUM_TASKS", 0, 4};
  EXPECT_THAT(no_mpi_for(launch).what(), HasSubstr("srun has started 4 processes (SLURM_STEP_NUM_TASKS), and this build has no MPI"));
  EXPECT_THAT(no_mpi_for(launch).what(), HasSubstr("-DASSAY_WITH_MPI=ON"));
  EXPECT_THAT(foreign_launcher(launch, 1).what(), HasSubstr("the MPI that this build was made with sees 1: start it with that MPI's own mpirun"));
  EXPECT_THAT(foreign_launcher(launch, 1).what(), HasSubstr("unset SLURM_STEP_NUM_TASKS"));
}

TEST(Launch, KnowsSrunsProcessesThatCannotFindOneAnother) {
  const Launch slurm{"srun", "SLURM_STEP_NUM_TASKS", 0, 4}, open_mpi{"mpirun of Open MPI", "OMPI_COMM_WORLD_SIZE", 0, 4};
  EXPECT_TRUE(cannot_meet(slurm, variable_of({})));
  EXPECT_FALSE(cannot_meet(slurm, variable_of({{"PMIX_RANK", "0"}})));
  EXPECT_FALSE(cannot_meet(open_mpi, variable_of({})));
  EXPECT_THAT(no_meeting(slurm).what(), HasSubstr("srun has started 4 processes (SLURM_STEP_NUM_TASKS) that cannot find one another: add --mpi=pmix"));
}

/// N processes of a build that cannot meet the others must not each do the whole run.
TEST(Launch, RefusesProcessesThatCannotMeet) {
  const TemporaryFolder folder;
  const auto ended = testing::run_child({testing::fakes_binary(), "run", "--model", "oracle", "--bench", "fake_small", "--out", folder / "run"},
                                        {{"ASAN_OPTIONS", "detect_leaks=0"}, {"PMI_SIZE", "2"}, {"PMI_RANK", "0"}, {"OMPI_ALLOW_RUN_AS_ROOT", "1"}, {"OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"}});
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_THAT(ended.err, HasSubstr("an MPI's launcher has started 2 processes (PMI_SIZE), "));
  EXPECT_THAT(ended.err, HasSubstr(has_mpi() ? "sees 1: start it with that MPI's own mpirun" : "this build has no MPI"));
  EXPECT_FALSE(std::filesystem::exists(folder / "run"));
}

TEST(Launch, LetsOneProcessTell) {
  for (const char* rank : {"0", "1"}) {
    const auto ended = testing::run_child({testing::fakes_binary(), "run", "--help"}, {{"PMI_SIZE", "2"}, {"PMI_RANK", rank}});
    EXPECT_EQ(ended.exit_code, 0);
    EXPECT_EQ(ended.out.empty(), std::string(rank) == "1");
  }
}

TEST(RankPlace, CountsAmongTheRanksOfOneMachine) {
  const std::vector<std::string> hosts = {"a", "b", "a", "a", "b"};
  const RankPlace place = place_among(hosts, 3);
  EXPECT_EQ(place.rank, 3);
  EXPECT_EQ(place.size, 5);
  EXPECT_EQ(place.local_rank, 2);
  EXPECT_EQ(place.local_size, 3);
}

TEST(RankPlace, SharesTheCores) {
  const RankPlace third{2, 5, 2, 3};
  EXPECT_EQ(threads_for(0, 16, 16, third), 5);
  EXPECT_EQ(threads_for(0, 16, 1, third), 1) << "bound to one";
  EXPECT_EQ(threads_for(0, 2, 2, third), 1);
  EXPECT_EQ(threads_for(7, 16, 16, third), 7);
  EXPECT_EQ(threads_for(0, 16, 16, RankPlace{}), 16);
}

TEST(RankPlace, ChoosesTheGpu) {
  const RankPlace third{2, 5, 2, 3};
  EXPECT_EQ(device_for("cuda", nullptr, third), "cuda:2");
  EXPECT_EQ(device_for("cuda", "", third), "cuda:2");
  EXPECT_EQ(device_for("cuda", "4,5", third), "cuda:0") << "in turns";
  EXPECT_EQ(device_for("cuda", "6", third), "cuda:0") << "the launcher has given each its own";
  EXPECT_EQ(device_for("cuda:1", nullptr, third), "cuda:1");
  EXPECT_EQ(device_for("cpu", nullptr, third), "cpu");
  EXPECT_EQ(device_for("cuda", nullptr, RankPlace{}), "cuda");
}

TEST(Messages, AreReadBackAsTheyWereWritten) {
  const auto message = parse_message(message_text("failed", 3, places_text({{1, 20}}) + " fake/s1: decode: cut short"));
  ASSERT_TRUE(message);
  EXPECT_EQ(message->word, "failed");
  EXPECT_EQ(message->number, 3);
  EXPECT_EQ(message->rest, "1:20 fake/s1: decode: cut short");
  EXPECT_THAT(parse_places("0:1 2:33"), ElementsAre(PlanPlace{0, 1}, PlanPlace{2, 33}));
  EXPECT_EQ(parse_message("bye")->word, "bye");
  EXPECT_FALSE(parse_message("work x 0:1"));
  for (const char* text : {"0", "0:", ":1", "0:1:2", "-1:0", "a:b"}) EXPECT_THROW((void)parse_places(text), InternalError) << text;
}

TEST(Connection, CarriesMessagesWhole) {
  Listener listener(true);
  auto to = connect_to(kThisMachine, listener.port(), 1000);
  auto from = listener.accept(1000);
  ASSERT_TRUE(to && from);
  const std::string large(200'000, 'x');
  std::thread sender([&] {
    for (const std::string& text : {std::string("one"), std::string(), large}) to->send(text);
    to->close();
  });
  std::string got;
  for (const std::string& text : {std::string("one"), std::string(), large}) {
    ASSERT_EQ(from->receive(got, 5000), Connection::Got::kMessage);
    EXPECT_EQ(got, text);
  }
  EXPECT_EQ(from->receive(got, 5000), Connection::Got::kClosed);
  sender.join();
}

TEST(Connection, TellsNothingFromGone) {
  auto ends = connected();
  std::string got;
  EXPECT_EQ(ends.one.receive(got, 0), Connection::Got::kNothing);
  ends.other.close();
  EXPECT_EQ(ends.one.receive(got, 0), Connection::Got::kClosed);
  EXPECT_FALSE(ends.one.is_open());
  EXPECT_FALSE(ends.one.send("x"));
}

TEST(Connection, ClosesOnWhatIsNoMessage) {
  auto ends = connected();
  ASSERT_EQ(::send(ends.other.descriptor(), "GET / HTTP/1.1\r\n", 16, 0), 16);
  std::string got;
  EXPECT_EQ(ends.one.receive(got, 1000), Connection::Got::kClosed);
}

TEST(Connection, TakesNoMessageThatIsCutShort) {
  auto ends = connected();
  constexpr std::string_view kWhole("\0\0\0\3one", 7), kCut("\0\0\0\3tw", 6);
  ASSERT_EQ(::send(ends.other.descriptor(), kWhole.data(), kWhole.size(), 0), 7);
  ASSERT_EQ(::send(ends.other.descriptor(), kCut.data(), kCut.size(), 0), 6);
  ends.other.close();
  std::string got;
  EXPECT_EQ(ends.one.receive(got, 1000), Connection::Got::kMessage);
  EXPECT_EQ(got, "one") << "what came whole before the other end died counts";
  EXPECT_EQ(ends.one.receive(got, 1000), Connection::Got::kClosed);
}

TEST(Connection, WaitsNoLongerForAMessageThatComesInBits) {
  auto ends = connected();
  std::atomic<bool> is_over = false;
  std::thread dribbler([&, descriptor = ends.other.descriptor()] {
    constexpr std::string_view kBegin("\0\0\1\0", 4);
    for (std::size_t sent = 0; !is_over && sent < 200; ++sent) {
      ::send(descriptor, sent < kBegin.size() ? &kBegin[sent] : "x", 1, MSG_NOSIGNAL);
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  });
  std::string got;
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(ends.one.receive(got, 100), Connection::Got::kNothing);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(2));
  is_over = true;
  dribbler.join();
}

TEST(Connection, SendsNoMessageThatTheOtherEndWouldRefuse) {
  auto ends = connected();
  std::thread sender([&] { EXPECT_TRUE(ends.other.send(std::string(Connection::kMostBytes, 'x'))); });
  std::string got;
  EXPECT_EQ(ends.one.receive(got, 5000), Connection::Got::kMessage);
  EXPECT_EQ(got.size(), Connection::kMostBytes);
  sender.join();
  EXPECT_THROW((void)ends.other.send(std::string(Connection::kMostBytes + 1, 'x')), InternalError);
}

/// What a rank other than 0 does in run.cpp, in a thread of its own.
void run_member(CrewMember& member, const Plan& plan, const FakeBehaviour& behaviour) {
  const auto model = make_fake_vlm(behaviour);
  while (const auto folder = member.next_run()) {
    {
      JournalWriter journal(*folder);
      work_through(plan, member.work(), *model, journal);
    }
    member.report_end(1000);
  }
}

FakeBehaviour oracle(int delay_ms = 0) {
  FakeBehaviour behaviour;
  behaviour.answer = testing::oracle_answer;
  behaviour.delay_ms = delay_ms;
  return behaviour;
}

/// A job whose ranks are threads.
class ThreadJob {
 public:
  ThreadJob(const Plan& plan, std::vector<FakeBehaviour> others, const std::function<bool()>& others_stop = {}) {
    std::vector<Crew::Member> members;
    for (std::size_t i = 0; i < others.size(); ++i) {
      auto ends = connected();
      const int rank = static_cast<int>(i) + 1;
      members.push_back({rank, "here", std::move(ends.one)});
      threads_.emplace_back([&plan, others_stop, behaviour = others[i], to_rank_0 = std::move(ends.other)]() mutable {
        CrewMember member(std::move(to_rank_0));
        member.stop_when(others_stop);
        try {
          run_member(member, plan, behaviour);
        } catch (const ConfigError&) {  // as if killed: rank 0 only sees the connection end
        } catch (const Error& error) {
          member.report_error(error.exit_code(), error.what());
        }
      });
    }
    crew_ = std::make_unique<Crew>(std::move(members));
  }
  ~ThreadJob() {
    crew_.reset();
    for (auto& thread : threads_) thread.join();
  }

  LoopOutcome start(const std::filesystem::path& folder, const Plan& plan, FakeBehaviour behaviour, LoopOptions options = {}) {
    const JournalFiles before(folder);
    options.crew = crew_.get();
    options.folder = folder;
    options.journals_before = before.last_number();
    return testing::start_run(folder, plan, std::move(behaviour), options);
  }
  [[nodiscard]] const Crew& crew() const { return *crew_; }

 private:
  std::vector<std::thread> threads_;
  std::unique_ptr<Crew> crew_;
};

std::string whole_results(const Plan& plan) {
  const TemporaryFolder folder;
  testing::start_run(folder.path(), plan, {});
  return testing::results_of(folder.path(), plan);
}

TEST(Ranks, ShareARunAndGiveTheSameResults) {
  const Plan plan = plan_of("fake");
  const std::string expected = whole_results(plan);
  for (const std::size_t others : {0, 1, 4}) {
    const TemporaryFolder folder;
    ThreadJob job(plan, std::vector<FakeBehaviour>(others, oracle(1)));
    const auto outcome = job.start(folder.path(), plan, oracle(1));
    EXPECT_EQ(outcome.end, LoopOutcome::End::kFinished);
    EXPECT_EQ(outcome.done_now, 300);
    EXPECT_EQ(testing::results_of(folder.path(), plan), expected);
    EXPECT_EQ(testing::recorded_ids(folder.path()).size(), 300U) << "each once";
    for (std::size_t rank = 0; rank <= others; ++rank)
      EXPECT_GT(std::filesystem::file_size(folder / ("journal-" + std::to_string(rank + 1) + ".jsonl")), 0U) << "of " << others + 1;
    EXPECT_EQ(job.crew().peak_memory_bytes(), static_cast<std::int64_t>(others) * 1000);
  }
}

TEST(Ranks, GoOnWithoutOneThatIsGone) {
  const Plan plan = plan_of("fake");
  const TemporaryFolder folder;
  FakeBehaviour dying = oracle(1);
  dying.answer = [count = 0](const Request& request) mutable {
    if (++count > 20) throw ConfigError("gone");
    return testing::oracle_answer(request);
  };
  std::vector<std::string> notes;
  LoopOptions options;
  options.on_note = [&](const std::string& note) { notes.push_back(note); };
  ThreadJob job(plan, {oracle(1), dying});
  const auto outcome = job.start(folder.path(), plan, oracle(1), options);
  EXPECT_EQ(outcome.end, LoopOutcome::End::kFinished);
  EXPECT_EQ(outcome.done_now, 300);
  EXPECT_THAT(notes, ElementsAre(HasSubstr("rank 2 on here is gone; the ")));
  EXPECT_EQ(testing::results_of(folder.path(), plan), whole_results(plan));
  EXPECT_EQ(testing::recorded_ids(folder.path()).size(), 300U);
}

TEST(Ranks, LeaveTheirSamplesToTheOthersWhenTheyAreStopped) {
  const Plan plan = plan_of("fake");
  const TemporaryFolder folder;
  std::atomic<int> answered = 0;
  FakeBehaviour counting = oracle(1);
  counting.answer = [&](const Request& request) {
    ++answered;
    return testing::oracle_answer(request);
  };
  ThreadJob job(plan, {counting}, [&] { return answered >= 20; });
  const auto outcome = job.start(folder.path(), plan, oracle(1));
  EXPECT_EQ(outcome.end, LoopOutcome::End::kFinished);
  EXPECT_LT(answered, 60);
  EXPECT_EQ(testing::results_of(folder.path(), plan), whole_results(plan));
  EXPECT_EQ(testing::recorded_ids(folder.path()).size(), 300U);
}

TEST(Ranks, GiveLateWorkToWhoHasRunOut) {
  const Plan plan = plan_of("fake_small");  // three pictures, one for each rank
  const TemporaryFolder folder;
  FakeBehaviour slow = oracle(30), dying;
  slow.batch = dying.batch = 1;  // so that nobody takes a second picture ahead
  dying.answer = [](const Request&) -> Result<Generation> {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));  // the others have long run out
    throw ConfigError("gone");
  };
  std::vector<std::string> notes;
  LoopOptions options;
  options.on_note = [&](const std::string& note) { notes.push_back(note); };
  ThreadJob job(plan, {dying, slow});
  const auto outcome = job.start(folder.path(), plan, slow, options);
  EXPECT_EQ(outcome.end, LoopOutcome::End::kFinished);
  EXPECT_THAT(notes, ElementsAre(HasSubstr("rank 1 on here is gone; the ")));
  EXPECT_EQ(testing::results_of(folder.path(), plan), whole_results(plan));
}

TEST(Ranks, EndTheRunWhereOneOfThemBreaks) {
  const Plan plan = plan_of("fake");
  const TemporaryFolder folder;
  FakeBehaviour broken = oracle(1);
  broken.dies_after = 10;
  ThreadJob job(plan, {oracle(1), broken});
  try {
    job.start(folder.path(), plan, oracle(1));
    FAIL() << "no error";
  } catch (const ModelError& error) {
    EXPECT_STREQ(error.what(), "rank 2 on here: the fake engine broke");
  }
  EXPECT_EQ(testing::start_run(folder.path(), plan, {}).end, LoopOutcome::End::kFinished);
  EXPECT_EQ(testing::results_of(folder.path(), plan), whole_results(plan));
}

TEST(Ranks, CountFailuresTogether) {
  const Plan plan = plan_of("fake");
  const TemporaryFolder folder;
  FakeBehaviour flaky = oracle(1);
  flaky.answer = [](const Request& request) { return testing::flaky_answer(request, 10); };
  ThreadJob job(plan, {flaky, flaky});
  const auto outcome = job.start(folder.path(), plan, flaky);  // 1 % of 300: the fourth failure is one too many
  EXPECT_EQ(outcome.end, LoopOutcome::End::kOverBudget);
  EXPECT_GE(outcome.failed, 4);
  EXPECT_LT(outcome.done, 300);
  EXPECT_THAT(outcome.failures.at(0), HasSubstr("decode: the picture is cut short"));
  EXPECT_EQ(static_cast<std::int64_t>(testing::recorded_ids(folder.path()).size()), outcome.done) << "records are kept";
}

TEST(Ranks, StopTogetherAndGoOnInAnyNumber) {
  const Plan plan = plan_of("fake");
  const TemporaryFolder folder;
  std::atomic<std::int64_t> seen = 0;
  LoopOptions options;
  options.on_progress = [&](std::int64_t done, std::int64_t) { seen = done; };
  options.should_stop = [&] { return seen >= 60; };
  {
    ThreadJob job(plan, {oracle(2), oracle(2), oracle(2)});
    const auto first = job.start(folder.path(), plan, oracle(2), options);
    EXPECT_EQ(first.end, LoopOutcome::End::kStopped);
    EXPECT_GE(first.done, 60);
    EXPECT_LT(first.done, 300);
    EXPECT_EQ(static_cast<std::int64_t>(testing::recorded_ids(folder.path()).size()), first.done);
  }
  ThreadJob job(plan, {oracle()});
  EXPECT_EQ(job.start(folder.path(), plan, oracle()).end, LoopOutcome::End::kFinished);
  EXPECT_EQ(testing::results_of(folder.path(), plan), whole_results(plan));
  EXPECT_EQ(testing::recorded_ids(folder.path()).size(), 300U);
}

TEST(Ranks, ServeOneRunAfterTheOther) {
  const Plan plan = plan_of("fake_small");
  const std::string expected = whole_results(plan);
  ThreadJob job(plan, {oracle(), oracle()});
  for (int run = 0; run < 20; ++run) {
    const TemporaryFolder folder;
    EXPECT_EQ(job.start(folder.path(), plan, oracle(run % 3)).end, LoopOutcome::End::kFinished);
    EXPECT_EQ(testing::results_of(folder.path(), plan), expected);
  }
}

TEST(Ranks, EndWithoutRankZero) {
  const Plan plan = plan_of("fake_small");
  auto ends = connected();
  CrewMember member(std::move(ends.other));
  ends.one.close();
  EXPECT_THROW((void)member.next_run(), ModelError);
  EXPECT_FALSE(member.report_error(4, "nobody hears it"));
}

}  // namespace
}  // namespace assay
