#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "benchmarks/catalog.h"
#include "benchmarks/judge.h"
#include "benchmarks/xlsx.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "metrics/python_text.h"
#include "tests/benchmarks/fake_source.h"
#include "tests/benchmarks/scoring.h"
#include "tests/shared_files.h"

namespace assay {
namespace {

using testing::find_metric;
using testing::metrics_of;
using testing::text_of;
using testing::value_of;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

Reply judged(std::string id, std::string text, std::vector<std::string> judge_replies) {
  Reply reply;
  reply.sample.id = std::move(id);
  reply.sample.references = {"-1<AND>-5"};
  reply.sample.question = "What is x?";
  reply.text = std::move(text);
  reply.judge_replies = std::move(judge_replies);
  return reply;
}

TEST(RecordedReplies, AreReadInManyForms) {
  const auto read = [](std::string_view content, const char* name = "r.json") {
    const testing::TemporaryFile file(name, content);
    return read_recorded_replies(file.path());
  };
  EXPECT_THAT(read(R"({"a": "0.5", "b": ["1", "0"], "c": {"content": ["x"], "score": [1]}})"),
              ElementsAre(std::pair("a", std::vector<std::string>{"0.5"}), std::pair("b", std::vector<std::string>{"1", "0"}), std::pair("c", std::vector<std::string>{"x"})));
  EXPECT_EQ(read("{\"id\": 9, \"question_id\": 1, \"content\": \"8 7\"}\n{\"question_id\": 2, \"reply\": \"x\"}\n", "r.jsonl").at("1").front(), "8 7");
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)read("{\"id\": 1, \"reply\": \"a\"}\n{\"id\": 1, \"reply\": \"b\"}\n", "r.jsonl"); }), HasSubstr("r.jsonl:2: the id \"1\" comes twice"));
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)read(R"([{"id": 1, "score": 2}])"); }), HasSubstr("no judge's answer"));
}
TEST(Judge, IsAskedOnlyWhereNothingIsRecorded) {
  const auto mmvet = make_benchmark("mmvet");
  std::vector<Reply> replies = {judged("1", "x = -1", {}), judged("2", "x", {"0.2"}), judged("3", "x", {})};
  const auto judge = make_recorded_judge({{"1", {"0.5"}}, {"2", {"0.9"}}});
  ask_judge(*judge, *mmvet, "official", replies);
  EXPECT_THAT(replies[0].judge_replies, ElementsAre("0.5"));
  EXPECT_THAT(replies[1].judge_replies, ElementsAre("0.2"));
  EXPECT_TRUE(replies[2].judge_replies.empty());
}
/// Answers from a list, and keeps what it was asked.
class ListedJudge final : public Judge {
 public:
  explicit ListedJudge(std::vector<std::string> answers) : answers_(std::move(answers)) {}
  std::optional<std::string> answer(const JudgeQuestion& question) override {
    asked.push_back(question);
    return asked.size() <= answers_.size() ? std::optional(answers_[asked.size() - 1]) : std::nullopt;
  }
  std::vector<JudgeQuestion> asked;

 private:
  std::vector<std::string> answers_;
};
TEST(Judge, IsAskedAgainAsMmVetDoes) {
  const auto mmvet = make_benchmark("mmvet");
  const auto asked = [&](std::vector<std::string> answers, const char* profile) {
    std::vector<Reply> replies = {judged("1", "x = -1", {})};
    ListedJudge judge(std::move(answers));
    ask_judge(judge, *mmvet, profile, replies);
    std::string text;
    for (const auto& question : judge.asked)
      text += fmt::format("{:.1f}{} ", question.temperature, question.messages.back().text.ends_with("\nPredict the correctness of the answer (digit): ") ? "+" : "");
    return std::pair(text, mmvet->score(replies[0], profile));
  };
  EXPECT_EQ(asked({"0.4", "0.9"}, "official").first, "0.0 ");
  const auto [thrice, score] = asked({"good", "1.5", "0.7"}, "official");
  EXPECT_EQ(thrice, "0.0 0.0+ 0.5+ ");
  EXPECT_EQ(score.value, 0.7);
  const auto [five, failed] = asked({"a", "b", "c", "d", "e", "0.1"}, "official");
  EXPECT_EQ(five, "0.0 0.0+ 0.5+ 1.0+ 1.5+ ");
  EXPECT_EQ(failed.state, SampleState::kJudgeFailed) << "where the authors count 0";
  EXPECT_EQ(asked({"0.4 of it", "0.3"}, "vlmevalkit").first, "0.0 0.5 ");
  EXPECT_EQ(asked({"x"}, "official").second.state, SampleState::kJudgeFailed) << "the judge has no second answer";
}

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
TEST(Judge, ComparesHallusionBenchsReplies) {
  const auto bench = make_benchmark("hallusion_bench");
  Reply reply;
  reply.sample.id = "VD_chart_0_0_1";
  reply.sample.question = "Is it red?";
  reply.sample.category = "VD";
  reply.sample.references = {"Yes"};
  reply.sample.fields = {{"category", "VD"}, {"subcategory", "chart"}, {"set_id", "0"}, {"figure_id", "0"}, {"question_id", "1"}, {"visual_input", "1"}, {"gt_answer_details", "It is red."}};
  reply.text = "The bar is crimson.";
  const auto questions = bench->judge_questions(reply, "official-judged");
  ASSERT_EQ(questions.size(), 1u);
  EXPECT_EQ(questions[0].max_tokens, 16);
  EXPECT_THAT(questions[0].messages[0].text, EndsWith("please generate \"unclear\". \n\n Question:Is it red?\nReference answer: It is red.\nPrediction answer:The bar is crimson.\nOutput:"));
  EXPECT_TRUE(bench->judge_questions(reply, "official").empty());
  EXPECT_THAT(bench->judge_questions(reply, "vlmevalkit-judged").at(0).messages[0].text, EndsWith("Example 3: \nQuestion: Is it red??\nAnswer: The bar is crimson.\nYour output: "));
  EXPECT_EQ(bench->score(reply, "official-judged").state, SampleState::kJudgeFailed);
  for (const auto& [said, value] : {std::pair("Incorrect.", 0.0), std::pair("It is Correct", 1.0), std::pair("unclear", 0.0)}) {
    reply.judge_replies = {said};
    EXPECT_EQ(bench->score(reply, "official-judged").value, value) << said;
  }
  reply.judge_replies = {"Yes"};
  EXPECT_EQ(bench->score(reply, "vlmevalkit-judged").value, 1);
  EXPECT_EQ(metrics_of(*bench, {reply}, "official-judged").front().name, "average");
  reply.judge_replies.clear();
  EXPECT_EQ(find_metric(metrics_of(*bench, {reply}, "official-judged"), "aacc")->count, 0) << "no word of the judge's, no place in the denominator";
  reply.text = "Yes";
  EXPECT_TRUE(bench->judge_questions(reply, "vlmevalkit-judged").empty());
}

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

/// A reply about a figure of one question: VS without a picture, or with an edited one.
Reply hallusion_reply(const char* category, int visual, int figure, std::string text) {
  Reply reply;
  reply.sample.id = fmt::format("{}_ocr_{}_0_{}_0", category, visual, figure);
  reply.sample.question = "Is it red?";
  reply.sample.references = {"Yes"};
  reply.sample.fields = {{"category", category}, {"subcategory", "ocr"}, {"set_id", "0"}, {"figure_id", std::to_string(figure)}, {"question_id", "0"},
                         {"visual_input", std::to_string(visual)}, {"gt_answer_details", "It is red."}};
  reply.text = std::move(text);
  return reply;
}

TEST(HallusionConsistency, IsAskedOfRepliesAboutOtherFiguresThanTheOriginal) {
  const auto bench = make_benchmark("hallusion_bench");
  const auto* profile = "official-consistency-judged";
  std::vector<Reply> replies = {hallusion_reply("VD", 1, 0, "It is red."), hallusion_reply("VD", 2, 1, "It is blue.")};
  ListedJudge judge({"correct", "incorrect", "different"});
  ask_judge(judge, *bench, profile, replies);
  ASSERT_EQ(judge.asked.size(), 3u);
  EXPECT_EQ(judge.asked[2].id, "VD_ocr_2_0_1_0/1");
  EXPECT_THAT(judge.asked[2].messages.at(0).text, StartsWith("Imagine you are an intelligent teacher. Thoroughly read the two responses to two different questions."));
  EXPECT_THAT(judge.asked[2].messages.at(0).text, EndsWith("Otherwise, generate \"different\". \n\n response1:It is blue.\nresponse2: It is red.\nOutput:"));
  EXPECT_THAT(replies[1].judge_replies, ElementsAre("incorrect", "different"));
  EXPECT_EQ(bench->score(replies[1], profile).value, 0);
  EXPECT_TRUE(bench->judge_questions(hallusion_reply("VD", 2, 1, "x"), "official-judged").size() == 1);
  EXPECT_EQ(find_metric(metrics_of(*bench, replies, "official-judged"), "visual_illusion"), nullptr);
  std::vector<Reply> again = {hallusion_reply("VD", 1, 0, "It is red."), hallusion_reply("VD", 2, 1, "It is blue.")};
  const auto recorded = make_recorded_judge({{"VD_ocr_1_0_0_0", {"correct"}}, {"VD_ocr_2_0_1_0", {"incorrect", "different"}}});
  ask_judge(*recorded, *bench, profile, again);
  EXPECT_EQ(again[1].judge_replies, replies[1].judge_replies);
}

struct Diagnosis {
  const char *name, *category;
  int visual;  ///< of the second reply
  const char *original, *grade, *same;
  const char* metric;  ///< the one that counts it
};
void PrintTo(const Diagnosis& row, std::ostream* out) { *out << row.name; }
class HallusionDiagnosis : public ::testing::TestWithParam<Diagnosis> {};

/// Grades as the authors' file records them: 0 incorrect, 1 correct, 2 unclear.
TEST_P(HallusionDiagnosis, NamesTheCause) {
  const auto& row = GetParam();
  const bool is_vd = std::string_view(row.category) == "VD";
  std::vector<Reply> replies = {hallusion_reply(row.category, is_vd ? 1 : 0, 0, "a"), hallusion_reply(row.category, row.visual, 1, "b")};
  replies[0].sample.fields["gpt4v_output_gpt_check"] = row.original;
  replies[1].sample.fields["gpt4v_output_gpt_check"] = row.grade;
  if (*row.same != '\0') replies[1].sample.fields["same"] = row.same;
  const auto metrics = metrics_of(*make_benchmark("hallusion_bench"), replies, "official-consistency-judged");
  for (const char* metric : {"language_hallucination", "visual_illusion", "mixed"}) {
    const auto* found = find_metric(metrics, metric);
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->count, *row.metric == '\0' ? 0 : 1) << metric;
    if (*row.metric == '\0') continue;
    EXPECT_EQ(found->value, std::string_view(row.metric) == metric ? 100 : 0) << metric;
  }
}
INSTANTIATE_TEST_SUITE_P(Authors, HallusionDiagnosis,
                         ::testing::Values(Diagnosis{"right", "VD", 2, "1", "1", "", ""}, Diagnosis{"original_not_seen", "VD", 2, "2", "1", "", "visual_illusion"},
                                           Diagnosis{"edit_not_noticed", "VD", 2, "1", "0", "1", "mixed"}, Diagnosis{"edit_misread", "VD", 2, "1", "0", "0", "visual_illusion"},
                                           Diagnosis{"edit_unclear", "VD", 2, "1", "2", "1", "visual_illusion"}, Diagnosis{"comparison_missing", "VD", 2, "1", "0", "", ""},
                                           Diagnosis{"made_up_alone", "VS", 2, "0", "1", "", "language_hallucination"},
                                           Diagnosis{"made_up_and_kept", "VS", 2, "0", "0", "1", "language_hallucination"}, Diagnosis{"made_up_twice", "VS", 1, "0", "0", "0", "mixed"},
                                           Diagnosis{"made_up_then_unclear", "VS", 1, "0", "2", "", "mixed"}, Diagnosis{"unknown_is_right", "VS", 1, "2", "1", "", ""},
                                           Diagnosis{"unknown_then_wrong", "VS", 2, "2", "0", "1", "visual_illusion"}, Diagnosis{"known_then_wrong", "VS", 1, "1", "0", "1", "visual_illusion"},
                                           Diagnosis{"known_against_the_figure", "VS", 2, "1", "0", "1", "language_hallucination"},
                                           Diagnosis{"known_then_misread", "VS", 2, "1", "0", "0", "visual_illusion"}, Diagnosis{"known_then_unclear", "VS", 2, "1", "2", "", "visual_illusion"}),
                         [](const auto& row) { return row.param.name; });

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

TEST(Judge, LeavesAScoreAbsentRatherThanGuessed) {
  for (const auto* name : {"mmvet", "llava_bench_wild", "convbench"}) {
    const auto benchmark = make_benchmark(name);
    std::vector<Reply> replies = {judged("1", "something", {})};
    const auto judge = make_no_judge();
    ask_judge(*judge, *benchmark, "official", replies);
    const auto score = benchmark->score(replies[0], "official");
    EXPECT_EQ(score.state, SampleState::kJudgeFailed) << name;
    EXPECT_TRUE(std::isnan(score.value)) << name;
    const auto metric = metrics_of(*benchmark, replies, "official").front();
    EXPECT_TRUE(std::isnan(metric.value)) << name;
    EXPECT_EQ(metric.count, 0) << name;
  }
}

TEST(MmVet, AsksTheJudgeInTheOfficialWords) {
  const auto questions = make_benchmark("mmvet")->judge_questions(judged("v1_0", "x = -1", {}), "official");
  ASSERT_EQ(questions.size(), 1u);
  EXPECT_EQ(questions[0].max_tokens, 3);
  EXPECT_THAT(questions[0].messages.front().text, StartsWith("Compare the ground truth and prediction from AI models, to give a correctness score for the prediction. <AND> in"));
  EXPECT_THAT(questions[0].messages.front().text, EndsWith("characteristics. | 1.0\n\nWhat is x? | -1 <AND> -5 | x = -1 | "));
  const auto other = make_benchmark("mmvet")->judge_questions(judged("v1_0", "x = -1", {}), "vlmevalkit");
  EXPECT_THAT(other[0].messages.front().text, StartsWith("\nCompare the ground truth and prediction from AI models, to give a correctness score for the prediction.\n<AND> in"));
  EXPECT_THAT(other[0].messages.front().text, EndsWith("characteristics. | 1.0\n\nWhat is x? | -1 <AND> -5 | x = -1 | "));
}
TEST(MmVet, ReadsGradesAsEachToolkitDoes) {
  const auto mmvet = make_benchmark("mmvet");
  EXPECT_EQ(mmvet->score(judged("1", "x", {"0.5 of it"}), "official").value, 0.5);
  EXPECT_EQ(mmvet->score(judged("1", "x", {"0.5 of it"}), "vlmevalkit").state, SampleState::kJudgeFailed);
  EXPECT_EQ(mmvet->score(judged("1", "x", {"1.5"}), "official").state, SampleState::kJudgeFailed);
  EXPECT_EQ(mmvet->score(judged("1", "x", {"0.2", "0.4"}), "official").value, (0.2 + 0.4) / 2);
}
TEST(MmVet, AveragesOverCapabilitiesAndRuns) {
  auto both = judged("1", "x", {"1", "0.5"}), one = judged("2", "x", {"0", "0.5"});
  both.sample.fields["capability"] = "ocr, math";
  one.sample.fields["capability"] = "ocr";
  const auto metrics = metrics_of(*make_benchmark("mmvet"), {both, one});
  EXPECT_EQ(value_of(metrics, "total"), 50);
  EXPECT_EQ(value_of(metrics, "total.std"), 0);
  EXPECT_EQ(value_of(metrics, "math"), 75);
  EXPECT_EQ(value_of(metrics, "math.run_1"), 100);
  EXPECT_EQ(value_of(metrics, "integration.math_ocr.run_2"), 50);
  EXPECT_EQ(find_metric(metrics, "ocr")->count, 2);
}
TEST(MmVet, AsksWithEachProfilesWords) {
  const auto mmvet = make_benchmark("mmvet");
  const auto sample = judged("1", "", {}).sample;
  EXPECT_EQ(text_of(mmvet->ask(sample, "vlmevalkit")), "What is x?");
  EXPECT_EQ(text_of(mmvet->ask(sample, "internvl")), "What is x? ");
  EXPECT_EQ(text_of(mmvet->ask(sample, "lmms-eval")),
            "First please perform reasoning, and think step by step to provide best answer to the following question: \n\nWhat is x?");
}
TEST(MmVet, WantsTheQuestionsForAGradeFile) {
  const testing::TemporaryFile file("g.json", R"({"v1_0": {"content": ["1"], "score": [1]}})");
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)make_benchmark("mmvet")->read_predictions(file.path(), nullptr); }), HasSubstr("--data-dir"));
}

TEST(LlavaBenchWild, RoundsAsTheOfficialSummaryDoes) {
  const auto wild = make_benchmark("llava_bench_wild");
  const std::vector<Reply> replies = {judged("1", "x", {"8 7\nBecause."}), judged("2", "x", {"9,6\n"}), judged("3", "x", {"9 8.5"})};
  const auto official = metrics_of(*wild, replies);
  EXPECT_EQ(value_of(official, "relative_score"), 82.7);  // 7.167 / 8.667
  EXPECT_EQ(value_of(official, "reference_score"), 86.7);
  EXPECT_EQ(value_of(metrics_of(*wild, replies, "vlmevalkit"), "relative_score"), 21.5 / 3 / (26.0 / 3) * 100);
}
TEST(LlavaBenchWild, KeepsAReviewWithoutScoresAsTheToolsDoButSaysSo) {
  const auto wild = make_benchmark("llava_bench_wild");
  const std::vector<Reply> replies = {judged("1", "x", {"8 6"}), judged("2", "x", {"Both are fine."})};
  EXPECT_EQ(wild->score(replies[1], "official").state, SampleState::kJudgeFailed);
  EXPECT_EQ(value_of(metrics_of(*wild, replies), "model_score"), 25);  // (6 - 1) / 2
  EXPECT_EQ(wild->score(judged("3", "x", {"8 6 7"}), "official").state, SampleState::kJudgeFailed);
}
TEST(LlavaBenchWild, AsksTheJudgeInTheOfficialWords) {
  auto reply = judged("5", "An answer.", {});
  reply.sample.references = {"A reference."};
  reply.sample.fields["caption"] = "A dog.";
  const auto question = make_benchmark("llava_bench_wild")->judge_questions(reply, "official").at(0);
  EXPECT_EQ(question.messages.at(0).text, "You are a helpful and precise assistant for checking the quality of the answer.");
  EXPECT_THAT(question.messages.at(1).text,
              StartsWith("[Context]\nA dog.\n\n[Question]\nWhat is x?\n\n[Assistant 1]\nA reference.\n\n[End of Assistant 1]\n\n[Assistant 2]\nAn answer.\n\n[End of Assistant 2]\n\n"
                         "[System]\nWe would like to request your feedback on the performance of two AI assistants"));
  EXPECT_THAT(question.messages.at(1).text, EndsWith("does not affect your judgment.\n\n"));
}

std::string dialogue(const char* first, const char* overall, int position) {
  return fmt::format(R"({{"first_turn_evaluation": "{0}", "second_turn_evaluation": "{0}", "third_turn_evaluation": "{0}", "overall_evalaution": "{1}", "position": {2}}})", first,
                     overall, position) + "\n";
}
TEST(ConvBench, CountsWinsOnTheSideThatTheModelTook) {
  const auto convbench = make_benchmark("convbench");
  const testing::TemporaryFile file("c.jsonl", dialogue("Overall, Response A is better.", "Rating: B", 0) + dialogue("RESPONSE B IS BETTER", "no idea", 1));
  const auto metrics = metrics_of(*convbench, convbench->read_predictions(file.path(), nullptr));
  EXPECT_EQ(value_of(metrics, "first_turn.win_rate"), 2.0 / 577);
  EXPECT_EQ(value_of(metrics, "overall.win_rate"), 0);
  EXPECT_EQ(metrics.front().count, 2);
}
TEST(ConvBench, WantsToKnowTheSide) {
  const testing::TemporaryFile file("c.jsonl", R"({"first_turn_evaluation": "", "second_turn_evaluation": "", "third_turn_evaluation": "", "overall_evalaution": ""})");
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)make_benchmark("convbench")->read_predictions(file.path(), nullptr); }), HasSubstr("which side the model took"));
}

/// The authors' table of two dialogues, with its picture folder's name and the sides.
void write_convbench(const testing::TemporaryFolder& folder) {
  const auto row = [](const std::string& n) {
    return std::vector<XlsxCell>{n + ".png", "Describe " + n + ".", "Why " + n + "?", "Sing of " + n + "."};
  };
  const std::vector<XlsxCell> header = {std::string("image_id"), std::string("The_first_turn_instruction"), std::string("The_second_turn_instruction"), std::string("The_third_turn_instruction")};
  folder.write("ConvBench.xlsx", xlsx_file({header, row("a"), row("b")}));
  folder.write("visit_bench_images/a.png", "not looked at");
  folder.write("ConvBenchEval/pairwise_positions.json", R"({"positions": [0, 1]})");
}
TEST(ConvBench, AsksThreeTurnsOnOnePicture) {
  const testing::TemporaryFolder folder;
  write_convbench(folder);
  const auto convbench = make_benchmark("convbench");
  const auto data = convbench->open({{folder.path()}});
  ASSERT_EQ(data->size(), 2u);
  EXPECT_EQ(data->get(0).images.at(0).path, folder / "visit_bench_images/a.png");
  const auto question = convbench->ask(data->get(1), "vlmevalkit");
  EXPECT_EQ(text_of(question), "Describe b.");
  ASSERT_EQ(question.later_turns.size(), 2u);
  EXPECT_EQ(question.later_turns[1].parts.at(0).text, "Sing of b.");
  Reply reply{data->get(1), "La la."};
  reply.earlier = {"A b.", "So."};
  EXPECT_EQ(convbench->submission(std::vector{reply})->content, "{\"id\":\"2\",\"first_turn_answer\":\"A b.\",\"second_turn_answer\":\"So.\",\"third_turn_answer\":\"La la.\"}\n");
  std::vector<Reply> replies = {reply};
  const std::string lost = "Overall, Response A is better.", won = "Overall, Response B is better.";
  ask_judge(*make_recorded_judge({{"2", {won, lost, lost, won}}}), *convbench, "official", replies);
  EXPECT_EQ(convbench->score(replies[0], "official").answer, "WLLW");
}
TEST(ConvBench, SaysWhatItsTableLacks) {
  const testing::TemporaryFolder folder;
  write_convbench(folder);
  folder.write("ConvBenchEval/pairwise_positions.json", R"({"positions": [0]})");
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)make_benchmark("convbench")->open({{folder.path()}}); }), HasSubstr("1 positions for 2 dialogues"));
  folder.write("ConvBench.xlsx", xlsx_file({{std::string("image_id"), std::string("The_first_turn_instruction")}, {std::string("a.png"), std::string("x")}}));
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)make_benchmark("convbench")->open({{folder.path()}}); }), HasSubstr("no column \"The_second_turn_instruction\""));
}

double rounded(double value) { return python::round(value, 1); }

TEST(MmVetFixture, ReproducesTheOfficialTables) {
  ASSAY_NEEDS_SHARED("fixtures/mmvet");
  const auto folder = testing::shared_root() / "fixtures/mmvet";
  const auto mmvet = make_benchmark("mmvet");
  const auto data = mmvet->open({{folder}});
  const auto document = json::parse_file(folder / "EXPECTED.json");
  for (const auto& file : document["recomputed"].GetObject()) {
    const auto& expected = file.value;
    const auto metrics = metrics_of(*mmvet, mmvet->read_predictions(folder / file.name.GetString(), data.get()));
    const bool has_runs = expected["runs"].GetInt() > 1;
    const auto check = [&](const std::string& name, const json::Value& runs) {
      for (rapidjson::SizeType run = 0; run < runs.Size(); ++run) {
        const double value = value_of(metrics, has_runs ? fmt::format("{}.run_{}", name, run + 1) : name);
        EXPECT_EQ(python::round(value, 6), runs[run].GetDouble()) << file.name.GetString() << " " << name;  // the table has six decimals
      }
    };
    for (const auto& part : expected["per_capability_unrounded_per_run"].GetObject()) check(part.name.GetString(), part.value);
    for (const auto& part : expected["per_integration_sorted_name"].GetObject()) check(std::string("integration.") + part.name.GetString(), part.value);
    for (const auto& part : expected["counts"].GetObject()) EXPECT_EQ(find_metric(metrics, part.name.GetString())->count, part.value.GetInt());
  }
}
TEST(MmVetFixture, RoundsToTheOfficialCsv) {
  ASSAY_NEEDS_SHARED("fixtures/mmvet");
  const auto folder = testing::shared_root() / "fixtures/mmvet";
  const auto mmvet = make_benchmark("mmvet");
  const auto data = mmvet->open({{folder}});
  const auto document = json::parse_file(folder / "EXPECTED.json");
  for (const int runs : {1, 3}) {
    const auto metrics = metrics_of(*mmvet, mmvet->read_predictions(folder / fmt::format("llava/llava-v1.5-7b_gpt-4-grade-{}runs.json", runs), data.get()));
    for (const char* table : {"cap-score", "cap-int-score"}) {
      for (const auto& row : document["official_csv"][fmt::format("llava/llava-v1.5-7b_gpt-4-{}-{}runs.csv", table, runs).c_str()].GetArray()) {
        if (std::string(row[""].GetString()) != "llava-v1.5-7b") continue;
        for (const auto& cell : row.GetObject()) {
          const std::string name = cell.name.GetString(), text = cell.value.GetString();
          if (name.empty()) continue;
          if (name == "runs") {
            std::vector<std::string> totals;
            for (int run = 1; run <= runs; ++run) totals.push_back(fmt::format("{:.1f}", rounded(value_of(metrics, runs > 1 ? fmt::format("total.run_{}", run) : "total"))));
            EXPECT_EQ(fmt::format("[{}]", fmt::join(totals, ", ")), text);
          } else if (name == "std") {
            EXPECT_EQ(runs > 1 ? rounded(value_of(metrics, "total.std")) : 0, *python::parse_float(text));
          } else {
            auto parts = python::split(name, "_");
            std::ranges::sort(parts);
            const bool is_integration = std::string_view(table) == "cap-int-score" && name != "total";
            const std::string metric = is_integration ? fmt::format("integration.{}", fmt::join(parts, "_")) : name;
            EXPECT_EQ(rounded(value_of(metrics, metric)), *python::parse_float(text)) << table << " " << name;
          }
        }
      }
    }
  }
}
TEST(LlavaBenchWildFixture, ReproducesTheOfficialSummary) {
  ASSAY_NEEDS_SHARED("fixtures/llava_bench_wild");
  const auto folder = testing::shared_root() / "fixtures/llava_bench_wild";
  const auto wild = make_benchmark("llava_bench_wild");
  const auto document = json::parse_file(folder / "EXPECTED.json");
  for (const auto& file : document["results"].GetObject()) {
    const auto metrics = metrics_of(*wild, wild->read_predictions(folder / "reviews" / file.name.GetString(), nullptr));
    for (const auto& group : file.value.GetObject()) {
      const std::string name = group.name.GetString(), prefix = name == "all" ? "" : name.substr(std::string("llava_bench_").size()) + ".";
      EXPECT_EQ(value_of(metrics, prefix + "relative_score"), group.value["relative"].GetDouble()) << name;
      EXPECT_EQ(value_of(metrics, prefix + "reference_score"), group.value["gpt4_x10"].GetDouble()) << name;
      EXPECT_EQ(value_of(metrics, prefix + "model_score"), group.value["model_x10"].GetDouble()) << name;
    }
  }
}
TEST(LlavaBenchWildFixture, AsksByTheRuleOfAllThreeKinds) {
  ASSAY_NEEDS_SHARED("fixtures/llava_bench_wild");
  const auto folder = testing::shared_root() / "fixtures/llava_bench_wild";
  const auto wild = make_benchmark("llava_bench_wild");
  const auto data = wild->open({{folder}});
  ASSERT_EQ(data->size(), 60u);
  const auto rules = json::parse_file(folder / "rule.json");
  const auto question = wild->judge_questions({data->get(0), "x"}, "official").at(0).messages.at(1).text;
  for (const char* kind : {"llava_bench_conv", "llava_bench_detail", "llava_bench_complex"}) EXPECT_THAT(question, HasSubstr(rules[kind]["prompt"].GetString())) << kind;
  EXPECT_THAT(question, HasSubstr("An aerial view of Diamond Head in the Hawaiian Islands."));
  const auto replies = wild->read_predictions(folder / "answers/llava-v1.5-7b.jsonl", data.get());
  EXPECT_EQ(replies.size(), 60u);
}
TEST(ConvBenchFixture, ReproducesTheScoreRule) {
  ASSAY_NEEDS_SHARED("fixtures/convbench");
  const auto folder = testing::shared_root() / "fixtures/convbench";
  const auto convbench = make_benchmark("convbench");
  const auto data = convbench->open({{folder}});
  const auto document = json::parse_file(folder / "EXPECTED.json");
  const auto& expected = document["score_rule"];
  ASSERT_EQ(data->size(), expected["rows_looped"].GetUint());
  for (const auto& [letter, name] : {std::pair{"A", "all_replies_A"}, {"B", "all_replies_B"}}) {
    std::string lines;
    for (std::size_t i = 0; i < data->size(); ++i) {
      lines += fmt::format(R"({{"id": {1}, "first_turn_evaluation": "{0}", "second_turn_evaluation": "{0}", "third_turn_evaluation": "{0}", "overall_evalaution": "{0}"}})",
                           fmt::format("Overall, Response {} is better.", letter), i + 1) + "\n";
    }
    const testing::TemporaryFile file("c.jsonl", lines);
    const auto metrics = metrics_of(*convbench, convbench->read_predictions(file.path(), data.get()));
    for (const char* part : {"first_turn", "second_turn", "third_turn", "overall"}) {
      EXPECT_NEAR(value_of(metrics, std::string(part) + ".win_rate"), expected[name].GetDouble(), 1e-12) << part;
    }
  }
}

}  // namespace
}  // namespace assay
