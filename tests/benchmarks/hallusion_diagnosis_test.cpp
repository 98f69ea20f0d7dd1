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
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::StartsWith;

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

}  // namespace
}  // namespace assay
