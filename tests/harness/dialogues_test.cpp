#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "harness/base/file.h"
#include "tests/harness/fake_run.h"
#include "tests/temporary_folder.h"

namespace assay {
namespace {

using ::testing::ElementsAre;
using testing::FakeBehaviour;
using testing::first_result;
using testing::main_value;
using testing::plan_of;
using testing::put_journal;
using testing::results_of;
using testing::run_in_pieces;
using testing::start_run;
using testing::TemporaryFolder;

constexpr double kAnyFailures = 1.0;

FakeBehaviour digests() {
  FakeBehaviour behaviour;
  behaviour.answer = testing::digest_answer;
  return behaviour;
}

/// What was said in each dialogue, in the order of the journals.
std::map<std::string, std::vector<std::string>> turns_in(const TemporaryFolder& folder) {
  std::map<std::string, std::vector<std::string>> turns;
  JournalFiles(folder.path()).for_each([&](const JournalRecord& record, RecordPlace) {
    EXPECT_EQ(static_cast<std::size_t>(record.turn), turns[record.id].size()) << record.id;
    turns[record.id].push_back(record.generation->reply);
  });
  return turns;
}

TEST(Dialogues, AreAskedTurnByTurn) {
  const TemporaryFolder folder;
  const Plan plan = plan_of("fake_dialogues");
  const auto outcome = start_run(folder.path(), plan, {});
  EXPECT_EQ(outcome.done_now, 40);
  EXPECT_EQ(plan.benchmarks[0].prompt_count, 120);
  const auto result = first_result(results_of(folder.path(), plan));
  EXPECT_EQ(result.samples, 40);
  EXPECT_EQ(result.metrics[0].value, 100);
  EXPECT_THAT(turns_in(folder).at("s7"), ElementsAre("w7", "w7-1", "w7-2"));
}

TEST(Dialogues, HoldTheModelsOwnRepliesAndThePicturesShownSoFar) {
  const TemporaryFolder folder;
  std::vector<Request> asked;
  FakeBehaviour behaviour;
  behaviour.answer = [&](const Request& request) {
    if (request.id.starts_with("fake_dialogues/s7")) asked.push_back(request);
    return testing::digest_answer(request);
  };
  start_run(folder.path(), plan_of("fake_dialogues"), behaviour);
  ASSERT_EQ(asked.size(), 3U);
  EXPECT_EQ(asked[2].id, "fake_dialogues/s7, turn 3");
  const auto said = turns_in(folder).at("s7");
  ASSERT_EQ(asked[2].prompt.turns.size(), 5U);
  EXPECT_EQ(asked[2].prompt.turns[1].role, Role::kAssistant);
  EXPECT_EQ(asked[2].prompt.turns[1].parts.at(0).text, said[0]);
  EXPECT_EQ(asked[2].prompt.turns[3].parts.at(0).text, said[1]);
  EXPECT_EQ(asked[2].prompt.turns[4].parts.at(1).text, "Say w7-2.");
  for (std::size_t turn = 0; turn < asked.size(); ++turn) EXPECT_EQ(asked[turn].prompt.images.size(), turn + 1);
}

TEST(Dialogues, GoOnAfterACutAtAnyByte) {
  const TemporaryFolder whole, cut;
  RunConfig config;
  config.task.limit = 3;
  const Plan plan = plan_of("fake_dialogues", config);
  start_run(whole.path(), plan, digests());
  const std::string journal = read_file(whole / "journal-1.jsonl"), expected = results_of(whole.path(), plan);
  const auto said = turns_in(whole);
  for (std::size_t end = 0; end <= journal.size(); end += 13) {
    put_journal(cut, std::string_view(journal).substr(0, end));
    start_run(cut.path(), plan, digests());
    EXPECT_EQ(results_of(cut.path(), plan), expected) << "cut at byte " << end;
    EXPECT_EQ(turns_in(cut), said) << "a turn was asked twice, or lost; cut at byte " << end;
  }
}

TEST(Dialogues, AreAskedAgainFromADamagedTurnOn) {
  const TemporaryFolder folder;
  RunConfig config;
  config.task.samples = {"s5"};
  const Plan plan = plan_of("fake_dialogues", config);
  start_run(folder.path(), plan, digests());
  const auto expected = results_of(folder.path(), plan);
  std::string journal = read_file(folder / "journal-1.jsonl");
  journal[journal.find('\n') + 30] ^= 4;
  put_journal(folder, journal);
  const RunState state = read_state(plan, JournalFiles(folder.path()));
  EXPECT_EQ(state.done, 0);
  EXPECT_EQ(state.entries[0][0].earlier.size(), 1U);
  start_run(folder.path(), plan, digests());
  EXPECT_EQ(results_of(folder.path(), plan), expected);
  EXPECT_EQ(testing::recorded_ids(folder.path()).size(), 4U) << "the first turn's record, the lost one's and its follower's twice over but for the damaged";
}

TEST(Dialogues, FailWithTheirTurnAndGoOnThereWhenTold) {
  const TemporaryFolder folder;
  const Plan plan = plan_of("fake_dialogues");
  FakeBehaviour behaviour;
  behaviour.answer = [](const Request& request) {
    if (request.id == "fake_dialogues/s3, turn 2") return Result<Generation>(SampleFailure{request.id, "decode", "the picture is cut short"});
    return testing::oracle_answer(request);
  };
  LoopOptions options;
  options.max_failures = kAnyFailures;
  EXPECT_EQ(start_run(folder.path(), plan, behaviour, options).failed, 1);
  EXPECT_THAT(first_result(results_of(folder.path(), plan)).failed_ids, ElementsAre("s3"));
  RunState state = read_state(plan, JournalFiles(folder.path()));
  forget_failures(state);
  std::vector<std::string> asked;
  behaviour.answer = [&](const Request& request) {
    asked.push_back(request.id);
    return testing::oracle_answer(request);
  };
  JournalWriter journal(folder.path());
  const auto model = testing::make_fake_vlm(behaviour);
  EXPECT_EQ(run_samples(plan, state, *model, journal, {}).done_now, 1);
  EXPECT_THAT(asked, ElementsAre("fake_dialogues/s3, turn 2", "fake_dialogues/s3, turn 3"));
  EXPECT_EQ(main_value(results_of(folder.path(), plan)), 100);
}

TEST(Dialogues, CountAsTruncatedWhereOneTurnWas) {
  const TemporaryFolder folder;
  const Plan plan = plan_of("fake_dialogues");
  FakeBehaviour behaviour;
  behaviour.answer = [](const Request& request) {
    auto generation = testing::oracle_answer(request);
    if (request.id == "fake_dialogues/s3") generation->finish = Finish::kLength;
    return generation;
  };
  start_run(folder.path(), plan, behaviour);
  EXPECT_EQ(first_result(results_of(folder.path(), plan)).states.at("truncated"), 1);
}

TEST(Dialogues, DoNotDependOnBatchOrInterruptions) {
  const TemporaryFolder whole, pieces;
  const Plan plan = plan_of("fake_dialogues");
  start_run(whole.path(), plan, digests());
  run_in_pieces(pieces, plan, digests(), 20);
  EXPECT_EQ(results_of(pieces.path(), plan), results_of(whole.path(), plan));
  EXPECT_EQ(turns_in(pieces), turns_in(whole));
}

}  // namespace
}  // namespace assay
