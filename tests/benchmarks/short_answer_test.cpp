#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "benchmarks/catalog.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "tests/benchmarks/fake_source.h"
#include "tests/benchmarks/scoring.h"
#include "tests/shared_files.h"

namespace assay {
namespace {

using testing::metrics_of;
using testing::text_of;
using testing::value_of;
using ::testing::HasSubstr;

Sample sample_of(std::string id, std::string question, std::vector<std::string> answers = {}) {
  Sample sample;
  sample.id = std::move(id);
  sample.question = std::move(question);
  sample.references = std::move(answers);
  return sample;
}
std::vector<std::string> ten(const std::string& most, int others = 0) {
  std::vector<std::string> answers(10, most);
  for (int i = 0; i < others; ++i) answers[static_cast<std::size_t>(i)] = "something else";
  return answers;
}

struct PromptCase {
  const char *name, *benchmark, *profile, *text;
  int max_new_tokens;
  std::optional<int> max_tiles;
};
void PrintTo(const PromptCase& c, std::ostream* os) { *os << c.name; }
class ShortAnswerPrompt : public ::testing::TestWithParam<PromptCase> {};
TEST_P(ShortAnswerPrompt, IsAskedLetterByLetter) {
  auto sample = sample_of("1", "What is the Brand?");
  sample.fields["ocr_tokens"] = "DAKOTA, DIGITAL";
  const auto question = make_benchmark(GetParam().benchmark)->ask(sample, GetParam().profile);
  EXPECT_EQ(text_of(question), GetParam().text);
  EXPECT_EQ(question.decoding.max_new_tokens, GetParam().max_new_tokens);
  EXPECT_EQ(question.max_tiles, GetParam().max_tiles);
}
INSTANTIATE_TEST_SUITE_P(Profiles, ShortAnswerPrompt, ::testing::Values(
    PromptCase{"vqav2_vlmevalkit", "vqav2_val", "vlmevalkit", "What is the Brand?\nAnswer the question using a single word or phrase.", 4096, 6},
    PromptCase{"vqav2_internvl", "vqav2_testdev", "internvl", "What is the Brand? Answer the question using a single word or phrase.", 10, 6},
    PromptCase{"vqav2_qwen", "vqav2_val", "qwen", "What is the Brand? Answer:", 10, {}},
    PromptCase{"vqav2_xcomposer", "vqav2_val", "xcomposer", "Answer the question using a single word or phrase.What is the Brand?", 500, {}},
    PromptCase{"okvqa_lmms", "okvqa_val", "lmms-eval",
               "What is the Brand?\nWhen the provided information is insufficient, respond with 'Unanswerable'.\nAnswer the question using a single word or phrase.", 1024, {}},
    PromptCase{"textvqa_lmms_capitalizes", "textvqa_val", "lmms-eval", "What is the brand?\nAnswer the question using a single word or phrase.", 1024, {}},
    PromptCase{"textvqa_llava_names_ocr_tokens", "textvqa_val", "llava",
               "What is the Brand?\nReference OCR token: DAKOTA, DIGITAL\nAnswer the question using a single word or phrase.", 128, {}},
    PromptCase{"textvqa_internvl", "textvqa_val", "internvl", "What is the Brand? Answer the question using a single word or phrase.", 10, 24},
    PromptCase{"vizwiz_internvl", "vizwiz_val", "internvl",
               "What is the Brand? When the provided information is insufficient, respond with 'Unanswerable'. Answer the question using a single word or phrase.", 10, 6},
    PromptCase{"vizwiz_lmms", "vizwiz_test", "lmms-eval",
               "What is the brand?\nWhen the provided information is insufficient, respond with 'Unanswerable'.\nAnswer the question using a single word or phrase.", 1024, {}},
    PromptCase{"gqa_llava", "gqa_testdev", "llava", "What is the Brand?\nAnswer the question using a single word or phrase.", 128, {}},
    PromptCase{"ocrvqa_vlmevalkit", "ocrvqa_test", "vlmevalkit", "What is the Brand?\nAnswer the question using a single word or phrase.", 4096, 12},
    PromptCase{"infovqa_internvl", "infovqa_val", "internvl", "What is the Brand? Answer the question using a single word or phrase.", 100, 24}),
    [](const auto& c) { return c.param.name; });

TEST(Vqa, ProfilesDisagreeWhereTheirRulesDo) {
  const auto vqav2 = make_benchmark("vqav2_val");
  const std::vector<Reply> replies = {{sample_of("1", "q", ten("Yes")), "yes."}, {sample_of("2", "q", ten("3", 7)), "3."}};
  const auto official = metrics_of(*vqav2, replies);
  EXPECT_EQ(value_of(official, "accuracy"), 45);  // "yes." is not "Yes" where all ten agree; three of ten are .9
  EXPECT_NEAR(value_of(official, "accuracy_unrounded"), 0.45, 1e-15);
  EXPECT_NEAR(value_of(metrics_of(*vqav2, replies, "internvl"), "accuracy"), 0.95, 1e-15);
  EXPECT_EQ(value_of(metrics_of(*vqav2, replies, "vlmevalkit"), "accuracy"), 50);  // its "3." keeps the full stop
  EXPECT_NEAR(value_of(metrics_of(*vqav2, replies, "lmms-eval"), "accuracy"), 0.95, 1e-15);
}
TEST(Vqa, ReadsRepliesBackAsVlmEvalKitWouldUnlessAFileHasThemAsTheyAre) {
  const auto vizwiz = make_benchmark("vizwiz_val");
  const Sample sample = sample_of("1", "q", ten("0"));
  EXPECT_EQ(value_of(metrics_of(*vizwiz, {{sample, "None"}}, "vlmevalkit"), "accuracy"), 0);  // its spreadsheet makes it "nan"
  const testing::TemporaryFile file("p.json", R"([{"id": "1", "reply": "None"}])");
  const testing::FakeSource data({sample});
  EXPECT_EQ(value_of(metrics_of(*vizwiz, vizwiz->read_predictions(file.path(), &data), "vlmevalkit"), "accuracy"), 100);
}
TEST(Vqa, ReportsTypes) {
  auto yes_no = sample_of("1", "q", ten("yes", 1)), other = sample_of("2", "q", ten("a cat", 1));
  yes_no.fields["answer_type"] = "yes/no";
  other.fields["answer_type"] = "other";
  const auto metrics = metrics_of(*make_benchmark("okvqa_val"), {{yes_no, "Yes"}, {other, "dog"}});
  EXPECT_EQ(value_of(metrics, "accuracy"), 50);
  EXPECT_EQ(value_of(metrics, "answer_type.yes_no.accuracy"), 100);
  EXPECT_EQ(value_of(metrics, "answer_type.other.accuracy"), 0);
}
TEST(Vqa, CountsFailuresAndLeavesOutTheUnlabelled) {
  Reply failed{sample_of("2", "q", ten("x")), "x"};
  failed.state = SampleState::kError;
  const auto textvqa = make_benchmark("textvqa_val");
  const auto metrics = metrics_of(*textvqa, {{sample_of("1", "q", ten("x")), "x"}, failed, {sample_of("3", "q"), "x"}});
  EXPECT_EQ(value_of(metrics, "accuracy"), 0.5);
  EXPECT_EQ(metrics.front().count, 2);
  EXPECT_TRUE(std::isnan(value_of(metrics_of(*textvqa, {{sample_of("3", "q"), "x"}}), "accuracy")));
}
TEST(Vqa, RefusesASingleAnswer) {
  const auto vqav2 = make_benchmark("vqav2_val");
  const testing::TemporaryFile file("p.jsonl", "{\"id\": 1, \"reply\": \"x\", \"answers\": [\"x\"]}\n");
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)vqav2->read_predictions(file.path(), nullptr); }), HasSubstr("compare a reply with ten"));
  const testing::TemporaryFile questions("vqav2_val.jsonl", "{\"question_id\": 1, \"question\": \"q\", \"answer\": \"x\", \"image\": \"a.jpg\"}\n");
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)vqav2->open({{questions.path().parent_path()}}); }), HasSubstr("v2_mscoco_val2014_annotations.json"));
}
TEST(Vqa, ReadsTheChallengesResultFileAndItsOwnAnnotations) {
  const auto okvqa = make_benchmark("okvqa_val");
  const testing::TemporaryFile questions("OpenEnded_mscoco_val2014_questions.json", R"({"questions": [{"image_id": 1, "question": "q", "question_id": 10}]})");
  std::ofstream(questions.path().parent_path() / "mscoco_val2014_annotations.json")
      << R"({"annotations": [{"question_id": 10, "answers": [{"answer": "x"}, {"answer": "x"}, {"answer": "x"}, {"answer": "x"}]}]})";
  const auto data = okvqa->open({{questions.path().parent_path()}});
  const testing::TemporaryFile results("r.json", R"([{"question_id": 10, "answer": "x"}])");
  EXPECT_EQ(value_of(metrics_of(*okvqa, okvqa->read_predictions(results.path(), data.get())), "accuracy"), 100);
}
TEST(Vqa, HandsInAnswersByTheirProcessor) {
  const std::vector<Reply> replies = {{sample_of("17", "q"), "Two dogs."}, {sample_of("18", "q"), "\"no\""}};
  EXPECT_EQ(make_benchmark("vqav2_testdev")->submission(replies)->content,
            R"([{"question_id":17,"answer":"2 dogs"},{"question_id":18,"answer":"no"}])" "\n");
  const std::vector<Reply> vizwiz = {{sample_of("VizWiz_test_00000000.jpg", "q"), "Unanswerable"}};
  EXPECT_EQ(make_benchmark("vizwiz_test")->submission(vizwiz)->content, R"([{"image":"VizWiz_test_00000000.jpg","answer":"unanswerable"}])" "\n");
  EXPECT_FALSE(make_benchmark("vqav2_val")->submission(replies).has_value());
}

TEST(Gqa, ProfilesDisagreeWhereTheirRulesDo) {
  const auto gqa = make_benchmark("gqa_testdev");
  const std::vector<Reply> replies = {{sample_of("1", "q", {"yes"}), "Yes."}, {sample_of("2", "q", {"t shirt"}), "T-shirt"},
                                      {sample_of("3", "q", {"dog"}), " dog"}, {sample_of("4", "q", {"cat"}), "\"cat\""}};
  EXPECT_EQ(value_of(metrics_of(*gqa, replies), "accuracy"), 25);                   // only the full stop goes
  EXPECT_EQ(value_of(metrics_of(*gqa, replies, "vlmevalkit"), "accuracy"), 25);     // only white space goes
  EXPECT_EQ(value_of(metrics_of(*gqa, replies, "lmms-eval"), "accuracy"), 0.5);     // marks go, white space stays
}
TEST(Gqa, ReportsBinaryAndOpenQuestionsByTheirStructure) {
  auto verify = sample_of("1", "q", {"yes"}), query = sample_of("2", "q", {"dog"});
  verify.fields["types.structural"] = "verify";
  query.fields["types.structural"] = "query";
  const auto metrics = metrics_of(*make_benchmark("gqa_testdev"), {{verify, "yes"}, {query, "cat"}});
  EXPECT_EQ(value_of(metrics, "types.structural.verify.accuracy"), 100);
  EXPECT_EQ(value_of(metrics, "types.structural.query.accuracy"), 0);
}
TEST(OcrVqa, TakesAnyOfSeveralAnswers) {
  const std::vector<Reply> replies = {{sample_of("1", "q", {"Jane Doe", "J. Doe"}), " j. doe "}, {sample_of("2", "q", {"Yes"}), "No"}};
  EXPECT_EQ(value_of(metrics_of(*make_benchmark("ocrvqa_test"), replies), "accuracy"), 0.5);
}
TEST(InfoVqa, ReportsKindsOfAnswersAndEvidence) {
  auto sample = sample_of("1", "q", {"abc"});
  sample.fields["answer_type"] = "single span";
  sample.fields["evidence"] = "table/list, figure";
  const auto metrics = metrics_of(*make_benchmark("infovqa_val"), {{sample, "abc"}, {sample_of("2", "q", {"abc"}), "xyz"}});
  EXPECT_EQ(value_of(metrics, "anls"), 0.5);
  EXPECT_EQ(value_of(metrics, "answer_type.single_span.anls"), 1);
  EXPECT_EQ(value_of(metrics, "evidence.table_list.anls"), 1);
  EXPECT_EQ(value_of(metrics, "evidence.figure.anls"), 1);
}

TEST(VqaFixture, ReproducesEveryProfileFromThePredictionFile) {
  ASSAY_NEEDS_SHARED("fixtures/vqa_accuracy");
  const auto folder = testing::shared_root() / "fixtures/vqa_accuracy";
  const auto expected = json::parse_file(folder / "EXPECTED.json");
  const auto& summary = expected["summary"];
  const auto value = [&](const char* benchmark, const char* profile, const char* metric) {
    const auto made = make_benchmark(benchmark);
    return value_of(metrics_of(*made, made->read_predictions(folder / "vqa_accuracy_golden.json", nullptr), profile), metric);
  };
  EXPECT_NEAR(value("vqav2_val", "official", "accuracy_unrounded"), summary["gtvision"].GetDouble(), 1e-12);
  EXPECT_EQ(value("vqav2_val", "official", "accuracy"), summary["gtvision_reported_overall_n2"].GetDouble());
  EXPECT_NEAR(value("vqav2_val", "internvl", "accuracy"), summary["m4c"].GetDouble(), 1e-12);
  EXPECT_NEAR(value("textvqa_val", "official", "accuracy"), summary["m4c"].GetDouble(), 1e-12);
  EXPECT_NEAR(value("textvqa_val", "vlmevalkit", "accuracy"), summary["vlmevalkit"].GetDouble() * 100, 1e-10);
  EXPECT_NEAR(value("vizwiz_val", "lmms-eval", "accuracy"), summary["lmms_textvqa_vizwiz"].GetDouble(), 1e-12);
  EXPECT_NEAR(value("vqav2_val", "lmms-eval", "accuracy"), summary["lmms_vqav2"].GetDouble(), 1e-12);
}
TEST(InfoVqaFixture, ReproducesTheOfficialMean) {
  ASSAY_NEEDS_SHARED("fixtures/anls");
  const auto folder = testing::shared_root() / "fixtures/anls";
  const auto infovqa = make_benchmark("infovqa_val");
  const auto metrics = metrics_of(*infovqa, infovqa->read_predictions(folder / "anls_golden.json", nullptr));
  const auto expected = json::parse_file(folder / "EXPECTED.json");
  EXPECT_NEAR(value_of(metrics, "anls"), expected["summary"]["mean"]["rrc_official_infographicsvqa_eval"].GetDouble(), 1e-12);
  EXPECT_EQ(metrics.front().count, expected["summary"]["n"].GetInt());
}

}  // namespace
}  // namespace assay
