#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "benchmarks/catalog.h"
#include "benchmarks/judge.h"
#include "harness/base/error.h"
#include "tests/benchmarks/fake_source.h"
#include "tests/benchmarks/scoring.h"

namespace assay {
namespace {

using testing::find_metric;
using testing::metrics_of;
using testing::value_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Mmdu, AveragesTurnsInEachDimension) {
  const auto mmdu = make_benchmark("mmdu");
  const testing::TemporaryFile file("judged.json", R"({"0": ["Good. {'Creativity': 8, 'Overall Score': 6}", "I cannot say"], "1": ["{'Creativity': 3, 'Overall Score': 9}"]})");
  const auto replies = mmdu->read_predictions(file.path(), nullptr);
  ASSERT_EQ(replies.size(), 2u);
  const auto metrics = metrics_of(*mmdu, replies, "vlmevalkit");
  EXPECT_EQ(value_of(metrics, "overall_score"), 75);
  EXPECT_EQ(find_metric(metrics, "overall_score")->count, 2);
  EXPECT_EQ(value_of(metrics, "all.overall_score"), 50) << "a turn without a score counts as 0 among all";
  EXPECT_EQ(value_of(metrics, "creativity"), 55);
  EXPECT_TRUE(std::isnan(value_of(metrics, "richness")));
  EXPECT_EQ(value_of(metrics, "all.richness"), 0);
  std::vector<Sample> dialogues(1);
  dialogues[0].id = "0";
  dialogues[0].question = "['one', 'two', 'three']";
  const testing::TemporaryFile one("judged.json", R"({"0": ["a", "b"]})");
  const testing::FakeSource data(dialogues);
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)mmdu->read_predictions(one.path(), &data); }), HasSubstr("the dialogue 0 has 3 turns, and the file 2 judgements of it"));
}

/// A dialogue of three turns on two pictures, asked whole.
Reply mmdu_dialogue() {
  Reply reply;
  reply.sample.id = "7";
  reply.sample.question = "['<ImageHere>What is it?', 'And now?', 'Is it <ImageHere>, too?']";
  reply.sample.references = {"A dog.", "The same.", "No."};
  for (const char* name : {"a.png", "b.png"}) reply.sample.images.push_back(ImageRef{name, 0, 0, ImageRef::Encoding::kRaw, name});
  reply.earlier = {"A cat.", "A cat still."};
  reply.text = "Yes.";
  return reply;
}
TEST(Mmdu, AsksTurnByTurnWithPicturesWhereTheTextSaysSo) {
  const auto mmdu = make_benchmark("mmdu");
  auto sample = mmdu_dialogue().sample;
  const auto question = mmdu->ask(sample, "vlmevalkit");
  EXPECT_EQ(question.prompt.images.size(), 2u);
  ASSERT_EQ(question.prompt.turns.size(), 1u);
  ASSERT_EQ(question.later_turns.size(), 2u);
  ASSERT_EQ(question.prompt.turns[0].parts.size(), 2u);
  EXPECT_EQ(question.prompt.turns[0].parts[0].image_index, 0u);
  EXPECT_EQ(question.prompt.turns[0].parts[1].text, "What is it?");
  EXPECT_EQ(question.later_turns[0].parts.at(0).text, "And now?");
  ASSERT_EQ(question.later_turns[1].parts.size(), 3u);
  EXPECT_EQ(question.later_turns[1].parts[0].text, "Is it ");
  EXPECT_EQ(question.later_turns[1].parts[1].image_index, 1u);
  EXPECT_EQ(question.max_tiles, 6);
  sample.images.pop_back();
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)mmdu->ask(sample, "vlmevalkit"); }), HasSubstr("2 marks <ImageHere> by now, and there are 1 pictures"));
  sample.question = "[]";
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)mmdu->ask(sample, "vlmevalkit"); }), HasSubstr("the dialogue 7 has no turns"));
  sample.question = "What is it?";
  EXPECT_EQ(mmdu->ask(sample, "vlmevalkit").prompt.turns.size(), 1u);
}
TEST(Mmdu, TakesRecordedJudgementsOfADialogueThatWasAsked) {
  const auto mmdu = make_benchmark("mmdu");
  std::vector<Reply> replies = {mmdu_dialogue()};
  const auto judge = make_recorded_judge({{"7", {"{'Overall Score': 4}", "{'Overall Score': 6}", "{'Overall Score': 8}"}}});
  ask_judge(*judge, *mmdu, "official", replies);
  EXPECT_EQ(value_of(metrics_of(*mmdu, replies, "official"), "overall_score"), 60);
  EXPECT_TRUE(mmdu->judge_questions(replies[0], "official").at(1).is_recorded_only) << "its instructions are not at hand";
  replies[0].judge_replies.clear();
  const auto too_few = make_recorded_judge({{"7", {"{'Overall Score': 4}"}}});
  ask_judge(*too_few, *mmdu, "official", replies);
  EXPECT_EQ(mmdu->score(replies[0], "official").state, SampleState::kJudgeFailed);
}
TEST(Mmdu, AsksAJudgeByTheInstructionsBesideTheData) {
  const testing::TemporaryFolder folder;
  folder.write("MMDU.tsv", "index\timage\tquestion\tanswer\n0\t" + std::string(80, 'A') + "\t['What?', 'Why?']\t['This.', 'So.']\n");
  const auto mmdu = make_benchmark("mmdu");
  EXPECT_EQ(mmdu->open({{folder.path()}})->get(0).fields.count("judge_instructions"), 0u);
  const auto digest = mmdu->open({{folder.path()}})->digest();
  folder.write("mmdu_judge.txt", "Grade this.\n\n");
  const auto data = mmdu->open({{folder.path()}});
  EXPECT_EQ(data->digest(), digest) << "a run goes on when the file is added";
  Reply reply{data->get(0), "Because."};
  reply.earlier = {"That."};
  const auto questions = mmdu->judge_questions(reply, "official");
  ASSERT_EQ(questions.size(), 2u);
  EXPECT_FALSE(questions[1].is_recorded_only);
  EXPECT_EQ(questions[1].id, "0/1");
  EXPECT_EQ(questions[1].messages.at(0).text,
            "Grade this.\n\n[Question]\nWhy?\n\n[The Start of Reference Answer]\nSo.\n[The End of Reference Answer]\n\n[The Start of Assistant’s Answer]\nBecause.\n"
            "[The End of Assistant’s Answer]");
  EXPECT_EQ(mmdu->submission(std::vector{reply})->content, "{\"id\":\"0\",\"replies\":[\"That.\",\"Because.\"]}\n");
  reply.earlier.clear();
  EXPECT_FALSE(mmdu->submission(std::vector{reply})) << "nothing was asked";
}
TEST(Mmdu, ReadsVlmevalkitsTableOfDialogues) {
  const testing::TemporaryFile file("m.tsv", "index\tquestion\tanswer\tprediction\n0\t['a', 'b']\t['c', 'd']\t['e', 'f']\n");
  const auto replies = make_benchmark("mmdu")->read_predictions(file.path(), nullptr);
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_THAT(replies[0].earlier, ElementsAre("e"));
  EXPECT_EQ(replies[0].text, "f");
}

}  // namespace
}  // namespace assay
