#include "harness/run_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "tests/harness/fake_run.h"
#include "tests/temporary_folder.h"

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
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

TEST(RunLoop, GivesTheOracleAHundredPerCent) {
  const TemporaryFolder folder;
  const Plan plan = plan_of("fake");
  const auto outcome = start_run(folder.path(), plan, {});
  EXPECT_EQ(outcome.end, LoopOutcome::End::kFinished);
  EXPECT_EQ(outcome.done_now, 300);
  const auto results = results_of(folder.path(), plan);
  EXPECT_EQ(main_value(results), 100);
  EXPECT_EQ(first_result(results).states.at("scored"), 300);
}

TEST(RunLoop, GivesAConstantModelChance) {
  const TemporaryFolder folder;
  const Plan plan = plan_of("fake");
  FakeBehaviour constant;
  constant.answer = [](const Request&) {
    Generation generation;
    generation.reply = "w17";
    return Result<Generation>(generation);
  };
  start_run(folder.path(), plan, constant);
  EXPECT_DOUBLE_EQ(main_value(results_of(folder.path(), plan)), 100.0 / 300);
}

TEST(RunLoop, AsksQuestionsOnOnePictureInARow) {
  const Plan plan = plan_of("fake_small");
  std::vector<std::size_t> order(plan.benchmarks[0].order.begin(), plan.benchmarks[0].order.end());
  EXPECT_THAT(order, ElementsAre(0, 3, 6, 1, 4, 2, 5));  // sample i shows picture i mod 3
  EXPECT_EQ(plan.benchmarks[0].distinct_pictures, 3);
}

TEST(RunLoop, GoesOnAtEveryRecordBoundary) {
  const TemporaryFolder whole, cut;
  const Plan plan = plan_of("fake_small");
  start_run(whole.path(), plan, {});
  const std::string journal = read_file(whole / "journal-1.jsonl"), expected = results_of(whole.path(), plan);
  std::int64_t kept = 0;
  for (std::size_t end = 0; end != std::string::npos; end = journal.find('\n', end), end += end == std::string::npos ? 0 : 1, ++kept) {
    put_journal(cut, std::string_view(journal).substr(0, end));
    const auto outcome = start_run(cut.path(), plan, {});
    EXPECT_EQ(outcome.done_now, 7 - kept);
    EXPECT_EQ(results_of(cut.path(), plan), expected);
  }
  EXPECT_EQ(kept, 8);
}

TEST(RunLoop, GoesOnAfterACutAtAnyByte) {
  const TemporaryFolder whole, cut;
  const Plan plan = plan_of("fake_small");
  start_run(whole.path(), plan, {});
  const std::string journal = read_file(whole / "journal-1.jsonl"), expected = results_of(whole.path(), plan);
  for (std::size_t end = 0; end < journal.size(); end += 13) {
    put_journal(cut, std::string_view(journal).substr(0, end));
    const auto lines = std::count(journal.begin(), journal.begin() + static_cast<std::ptrdiff_t>(end), '\n');
    EXPECT_EQ(start_run(cut.path(), plan, {}).done_now, 7 - lines);
    EXPECT_EQ(results_of(cut.path(), plan), expected) << "cut at byte " << end;
  }
}

TEST(RunLoop, DoesADamagedRecordAgain) {
  const TemporaryFolder folder;
  const Plan plan = plan_of("fake_small");
  start_run(folder.path(), plan, {});
  const std::string expected = results_of(folder.path(), plan);
  std::string journal = read_file(folder / "journal-1.jsonl");
  journal[journal.find('\n') + 30] ^= 4;
  put_journal(folder, journal);
  EXPECT_EQ(start_run(folder.path(), plan, {}).done_now, 1);
  EXPECT_EQ(results_of(folder.path(), plan), expected);
}

TEST(RunLoop, DoesAChangedQuestionAgain) {
  const TemporaryFolder folder;
  start_run(folder.path(), plan_of("fake_small"), {});
  RunConfig polite;
  polite.task.prompt_profile = "polite";
  const Plan plan = plan_of("fake_small", polite);
  const RunState state = read_state(plan, JournalFiles(folder.path()));
  EXPECT_EQ(state.done, 0);
  EXPECT_THAT(state.notes, ElementsAre(HasSubstr("7 records answer a question that has changed")));
}

TEST(RunLoop, CountsFailuresAndKeepsThemInTheDenominator) {
  const TemporaryFolder folder;
  const Plan plan = plan_of("fake");
  FakeBehaviour flaky;
  flaky.answer = [](const Request& request) { return testing::flaky_answer(request, 10); };
  LoopOptions options;
  options.max_failures = kAnyFailures;
  const auto outcome = start_run(folder.path(), plan, flaky, options);
  const auto result = first_result(results_of(folder.path(), plan));
  EXPECT_GT(outcome.failed, 5);
  EXPECT_EQ(result.samples, 300);
  EXPECT_EQ(result.states.at("error"), outcome.failed);
  EXPECT_EQ(result.states.at("scored"), 300 - outcome.failed);
  EXPECT_EQ(static_cast<std::int64_t>(result.failed_ids.size()), outcome.failed);
  EXPECT_DOUBLE_EQ(result.metrics[0].value, 100.0 * static_cast<double>(300 - outcome.failed) / 300);
  EXPECT_THAT(outcome.failures.at(0), HasSubstr("decode: the picture is cut short"));
}

TEST(RunLoop, EndsWhenTheErrorBudgetIsSpent) {
  const TemporaryFolder folder;
  const Plan plan = plan_of("fake");
  FakeBehaviour flaky;
  flaky.answer = [](const Request& request) { return testing::flaky_answer(request, 10); };
  const auto outcome = start_run(folder.path(), plan, flaky);  // 1 % of 300: the fourth failure is one too many
  EXPECT_EQ(outcome.end, LoopOutcome::End::kOverBudget);
  EXPECT_EQ(outcome.failed, 4);
  EXPECT_LT(outcome.done, 300);
  EXPECT_EQ(static_cast<std::int64_t>(testing::recorded_ids(folder.path()).size()), outcome.done) << "records are kept";
}

TEST(RunLoop, AsksAgainForFailedSamplesWhenTold) {
  const TemporaryFolder folder;
  const Plan plan = plan_of("fake");
  FakeBehaviour flaky;
  flaky.answer = [](const Request& request) { return testing::flaky_answer(request, 10); };
  LoopOptions options;
  options.max_failures = kAnyFailures;
  const auto failed = start_run(folder.path(), plan, flaky, options).failed;
  RunState state = read_state(plan, JournalFiles(folder.path()));
  forget_failures(state);
  EXPECT_EQ(state.done, 300 - failed);
  {
    JournalWriter journal(folder.path());
    FakeBehaviour oracle;
    oracle.answer = testing::oracle_answer;
    const auto model = testing::make_fake_vlm(oracle);
    EXPECT_EQ(run_samples(plan, state, *model, journal, {}).done_now, failed);
  }
  EXPECT_EQ(main_value(results_of(folder.path(), plan)), 100);
}

TEST(RunLoop, TurnsABrokenRowIntoItsSamplesFailure) {
  const TemporaryFolder folder;
  const Plan plan = plan_of("fake_broken");
  LoopOptions options;
  options.max_failures = kAnyFailures;
  EXPECT_THAT(start_run(folder.path(), plan, {}, options).failures, ElementsAre(HasSubstr("fake_broken/row-5: read: fake.tsv:7")));
  const auto result = first_result(results_of(folder.path(), plan));
  EXPECT_EQ(result.samples, 20);
  EXPECT_THAT(result.failed_ids, ElementsAre("row-5"));
}

TEST(RunLoop, KeepsAReplyThatCannotBeScored) {
  const TemporaryFolder folder;
  const Plan plan = plan_of("fake_scorer");
  LoopOptions options;
  options.max_failures = kAnyFailures;
  EXPECT_THAT(start_run(folder.path(), plan, {}, options).failures, ElementsAre(HasSubstr("s3: score: the reply has no number")));
  JournalFiles(folder.path()).for_each([](const JournalRecord& record, RecordPlace) {
    if (record.id != "s3") return;
    EXPECT_EQ(record.generation->reply, "w3");
  });
  EXPECT_THAT(first_result(results_of(folder.path(), plan)).failed_ids, ElementsAre("s3"));
}

TEST(RunLoop, TellsTruncatedAndEmptyReplies) {
  const TemporaryFolder folder;
  const Plan plan = plan_of("fake_small");
  FakeBehaviour behaviour;
  behaviour.answer = [](const Request& request) {
    auto generation = testing::oracle_answer(request);
    if (request.id.ends_with("s1")) generation->finish = Finish::kLength;
    if (request.id.ends_with("s2")) generation->reply.clear();
    return generation;
  };
  start_run(folder.path(), plan, behaviour);
  const auto states = first_result(results_of(folder.path(), plan)).states;
  EXPECT_EQ(states.at("truncated"), 1);
  EXPECT_EQ(states.at("empty"), 1);
  EXPECT_EQ(states.at("scored"), 5);
}

TEST(RunLoop, StopsWhenAskedAndGoesOn) {
  const TemporaryFolder folder;
  const Plan plan = plan_of("fake");
  LoopOptions options;
  std::int64_t seen = 0;
  options.on_progress = [&](std::int64_t done, std::int64_t) { seen = done; };
  options.should_stop = [&] { return seen >= 100; };
  const auto first = start_run(folder.path(), plan, {}, options);
  EXPECT_EQ(first.end, LoopOutcome::End::kStopped);
  EXPECT_EQ(first.done, 100);
  const auto second = start_run(folder.path(), plan, {});
  EXPECT_EQ(second.end, LoopOutcome::End::kFinished);
  EXPECT_EQ(second.done_now, 200);
}

TEST(RunLoop, LetsABrokenEngineEndTheRunAndKeepsTheRecords) {
  const TemporaryFolder folder;
  const Plan plan = plan_of("fake");
  FakeBehaviour dying;
  dying.dies_after = 50;
  EXPECT_THROW(start_run(folder.path(), plan, dying), ModelError);
  EXPECT_EQ(testing::recorded_ids(folder.path()).size(), 50U);
}

TEST(RunLoop, PassesBugsThrough) {
  const TemporaryFolder folder;
  FakeBehaviour buggy;
  buggy.answer = [](const Request&) -> Result<Generation> { throw InternalError("a bug"); };
  EXPECT_THROW(start_run(folder.path(), plan_of("fake_small"), buggy), InternalError);
}

TEST(RunLoop, NoticesAModelThatForgetsRequests) {
  class Forgetful final : public Vlm {
   public:
    [[nodiscard]] const ModelCard& card() const override { return card_; }
    [[nodiscard]] std::string weights_digest() const override { return ""; }
    void run(RequestSource& source, GenerationSink&) override {
      while (source.next()) {
      }
    }

   private:
    ModelCard card_;
  };
  const TemporaryFolder folder;
  const Plan plan = plan_of("fake_small");
  JournalWriter journal(folder.path());
  Forgetful model;
  EXPECT_THROW(run_samples(plan, read_state(plan, JournalFiles(folder.path())), model, journal, {}), InternalError);
}

TEST(RunLoop, DoesNotDependOnBatchOrInterruptions) {
  const TemporaryFolder whole, pieces;
  const Plan plan = plan_of("fake");
  start_run(whole.path(), plan, {});
  run_in_pieces(pieces, plan, {}, 40);
  EXPECT_EQ(results_of(pieces.path(), plan), results_of(whole.path(), plan));
  EXPECT_EQ(testing::recorded_ids(pieces.path()), testing::recorded_ids(whole.path())) << "nothing twice, nothing lost";
}

}  // namespace
}  // namespace assay
