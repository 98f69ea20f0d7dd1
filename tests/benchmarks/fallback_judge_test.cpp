#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "benchmarks/catalog.h"
#include "benchmarks/judge.h"
#include "tests/benchmarks/judged.h"
#include "tests/benchmarks/scoring.h"

namespace assay {
namespace {

using testing::find_metric;
using testing::ListedJudge;
using testing::metrics_of;
using testing::value_of;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

Reply choice_reply(std::string id, std::string text, std::vector<std::string> judge_replies = {}) {
  Reply reply;
  reply.sample.id = std::move(id);
  reply.sample.question = "What is it";
  reply.sample.options = {{"A", "teddy bear"}, {"B", "rabbit"}};
  reply.sample.references = {"A"};
  reply.text = std::move(text);
  reply.judge_replies = std::move(judge_replies);
  return reply;
}
TEST(Judge, SaysWhichOptionOfMmBenchIsMeant) {
  const auto bench = make_benchmark("mmbench_dev_en");
  EXPECT_TRUE(bench->judge_questions(choice_reply("1", "A"), "vlmevalkit-judged").empty());
  EXPECT_TRUE(bench->judge_questions(choice_reply("1", "a cute toy"), "vlmevalkit").empty());
  const auto questions = bench->judge_questions(choice_reply("1", "a cute toy"), "vlmevalkit-judged");
  ASSERT_EQ(questions.size(), 1u);
  const auto& text = questions[0].messages.at(0).text;
  EXPECT_THAT(text, StartsWith("You are an AI assistant who will help me to match an answer with several options of a single-choice question."));
  EXPECT_THAT(text, HasSubstr("Answer: Spider\nYour output: Z\n"));
  EXPECT_THAT(text, EndsWith("Example 3: \nQuestion: What is it?\nOptions: There are several options: \nA. teddy bear\nB. rabbit\n\nAnswer: a cute toy\nYour output: "));
  EXPECT_THAT(bench->judge_questions(choice_reply("1", "a cute toy"), "lmms-eval-judged").at(0).messages[0].text, HasSubstr("Answer: Spider\nYour output: E\n"));
  auto chinese = choice_reply("1", "可爱的玩具");
  chinese.sample.question = "这是什么";
  EXPECT_THAT(bench->judge_questions(chinese, "vlmevalkit-judged").at(0).messages[0].text, EndsWith("答案: 可爱的玩具\n输出: "));

  EXPECT_EQ(bench->score(choice_reply("1", "a cute toy", {"A"}), "vlmevalkit-judged").value, 1);
  EXPECT_EQ(bench->score(choice_reply("1", "a cute toy", {"Z"}), "vlmevalkit-judged").value, 0);
  EXPECT_EQ(bench->score(choice_reply("1", "a cute toy", {"well"}), "vlmevalkit-judged").state, SampleState::kJudgeFailed);
  EXPECT_EQ(bench->score(choice_reply("1", "a cute toy"), "vlmevalkit-judged").state, SampleState::kJudgeFailed);
  EXPECT_EQ(bench->score(choice_reply("1", "a cute toy"), "vlmevalkit").state, SampleState::kUnparsed);
}
TEST(Judge, WhoFailsLeavesAQuestionOutUnlessItIsWrongAnyway) {
  const auto bench = make_benchmark("mmbench_dev_en");
  const std::vector<Reply> replies = {choice_reply("1", "A"), choice_reply("1000001", "a cute toy"),                         // waits for the judge
                                      choice_reply("2", "B"), choice_reply("1000002", "a cute toy"),                         // wrong whatever it says
                                      choice_reply("3", "A"), choice_reply("1000003", "a cute toy", {"A"})};                 // right
  const auto metrics = metrics_of(*bench, replies, "vlmevalkit-judged");
  EXPECT_EQ(find_metric(metrics, "circular_accuracy")->count, 2);
  EXPECT_EQ(value_of(metrics, "circular_accuracy"), 0.5);
  EXPECT_EQ(find_metric(metrics, "vanilla_all_accuracy")->count, 4);
}

/// A question on a picture of MME or POPE.
Reply yes_no_reply(std::string id, const char* label, std::string text, std::vector<std::string> judge_replies = {}) {
  Reply reply;
  reply.sample.id = std::move(id);
  reply.sample.question = "Is there a dog?";
  reply.sample.references = {label};
  reply.text = std::move(text);
  reply.judge_replies = std::move(judge_replies);
  return reply;
}
TEST(YesNoJudge, ReadsWhatVlmevalkitsRuleCannotOfMmeAndPope) {
  for (const char* name : {"mme", "pope"}) {
    const auto bench = make_benchmark(name);
    EXPECT_TRUE(bench->judge_questions(yes_no_reply("1", "Yes", "Yes, there is"), "vlmevalkit-judged").empty()) << name;
    EXPECT_TRUE(bench->judge_questions(yes_no_reply("1", "Yes", "A dog sits there"), "vlmevalkit").empty()) << name;
    std::vector<Reply> replies = {yes_no_reply("1", "Yes", "A dog sits there")};
    ListedJudge judge({"Unknown", "hm", "Yes"});
    ask_judge(judge, *bench, "vlmevalkit-judged", replies);
    ASSERT_EQ(judge.asked.size(), 3u) << "asked again, as VLMEvalKit does, until it says yes or no";
    EXPECT_THAT(judge.asked[0].messages[0].text, EndsWith("Example 3: \nQuestion: Is there a dog??\nAnswer: A dog sits there\nYour output: "));
    EXPECT_EQ(judge.asked[2].temperature, 1.0);
    EXPECT_EQ(bench->score(replies[0], "vlmevalkit-judged").value, 1) << name;
    EXPECT_EQ(bench->score(yes_no_reply("1", "Yes", "A dog sits there", {"Unknown"}), "vlmevalkit-judged").value, 0) << name;
    EXPECT_EQ(bench->score(yes_no_reply("1", "Yes", "A dog sits there"), "vlmevalkit-judged").state, SampleState::kJudgeFailed) << name;
    EXPECT_EQ(bench->score(yes_no_reply("1", "Yes", "A dog sits there"), "vlmevalkit").value, 0) << name;
  }
}
TEST(YesNoJudge, IsNotAskedWithoutALabelOrAReply) {
  for (const char* name : {"mme", "pope", "hallusion_bench"}) {
    const auto bench = make_benchmark(name);
    auto reply = yes_no_reply("1", "Yes", "A dog sits there");
    reply.sample.fields = {{"category", "VD"}, {"subcategory", "chart"}, {"set_id", "0"}, {"figure_id", "0"}, {"question_id", "1"}, {"visual_input", "1"}};
    EXPECT_EQ(bench->judge_questions(reply, "vlmevalkit-judged").size(), 1u) << name;
    reply.state = SampleState::kError;
    EXPECT_TRUE(bench->judge_questions(reply, "vlmevalkit-judged").empty()) << name;
    EXPECT_EQ(bench->score(reply, "vlmevalkit-judged").state, SampleState::kError) << name;
    EXPECT_EQ(bench->score(reply, "vlmevalkit-judged").value, 0) << name;
    reply.state = SampleState::kScored;
    reply.sample.references.clear();
    EXPECT_TRUE(bench->judge_questions(reply, "vlmevalkit-judged").empty()) << name;
    EXPECT_EQ(bench->score(reply, "vlmevalkit-judged").state, SampleState::kUnparsed) << name;
  }
}
TEST(YesNoJudge, WhoFailsLeavesAQuestionOut) {
  std::vector<Reply> mme = {yes_no_reply("1", "Yes", "Yes"), yes_no_reply("2", "No", "Hm"), yes_no_reply("3", "Yes", "No"), yes_no_reply("4", "No", "Hm"),
                            yes_no_reply("5", "Yes", "Yes"), yes_no_reply("6", "No", "No")};
  for (std::size_t i = 0; i < mme.size(); ++i) mme[i].sample.category = "count", mme[i].sample.group = fmt::format("picture {}", i / 2);
  const auto metrics = metrics_of(*make_benchmark("mme"), mme, "vlmevalkit-judged");
  EXPECT_EQ(find_metric(metrics, "count.acc")->count, 4);
  EXPECT_EQ(value_of(metrics, "count.acc"), 0.75);
  EXPECT_EQ(find_metric(metrics, "count.acc_plus")->count, 2) << "the second picture is wrong whatever the judge would say";
  EXPECT_EQ(value_of(metrics, "count.acc_plus"), 0.5);
  EXPECT_EQ(value_of(metrics, "count"), 125);
  std::vector<Reply> pope = mme;
  for (auto& reply : pope) reply.sample.category = "random";
  EXPECT_EQ(find_metric(metrics_of(*make_benchmark("pope"), pope, "vlmevalkit-judged"), "accuracy")->count, 4);
}

}  // namespace
}  // namespace assay
