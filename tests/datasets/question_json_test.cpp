#include "datasets/question_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "tests/shared_files.h"
#include "tests/temporary_folder.h"

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view kQuestions =
    R"({"data_subtype": "val2014", "questions": [{"image_id": 42, "question": "What?", "question_id": 420}, {"image_id": 7, "question": "Who?", "question_id": 70}]})";

TEST(QuestionJson, JoinsQuestionsAndAnnotations) {
  const testing::TemporaryFolder folder;
  const auto questions = folder.write("v2_OpenEnded_mscoco_val2014_questions.json", kQuestions);
  const auto annotations = folder.write("a.json", R"({"annotations": [{"question_id": 70, "answers": [{"answer": "me", "answer_id": 1}, {"answer": 2}]},
      {"question_id": 420, "answer_type": "other", "question_type": "what", "answers": [{"answer": "cat"}]}]})");
  const auto picture = folder.write("val2014/COCO_val2014_000000000042.jpg", "x");
  const auto source = open_question_json({questions, annotations, {}});
  ASSERT_EQ(source->size(), 2u);
  const auto first = source->get(0), second = source->get(1);
  EXPECT_EQ(first.id, "420");
  EXPECT_EQ(first.question, "What?");
  EXPECT_THAT(first.references, ElementsAre("cat"));
  EXPECT_EQ(first.fields.at("answer_type"), "other");
  EXPECT_EQ(first.images.at(0).path, picture);
  EXPECT_THAT(second.references, ElementsAre("me", "2"));
}
TEST(QuestionJson, ReadsOtherLayouts) {
  const testing::TemporaryFolder folder;
  const auto textvqa = open_question_json({folder.write("t.json", R"({"data": [{"image_id": "abc", "question_id": 1, "question": "q", "answers": ["x", "y"]}]})"), {}, {}});
  EXPECT_THAT(textvqa->get(0).references, ElementsAre("x", "y"));
  EXPECT_THAT(textvqa->get(0).images.at(0).path.string(), HasSubstr("abc.jpg"));
  const auto vizwiz = open_question_json({folder.write("val.json", R"([{"image": "v_0.jpg", "question": "q", "answers": [{"answer": "a"}, {"answer": "b"}], "answerable": 1}])"), {}, {}});
  EXPECT_EQ(vizwiz->get(0).id, "v_0.jpg");
  EXPECT_EQ(vizwiz->get(0).fields.at("answerable"), "1");
  const auto gqa = open_question_json({folder.write("g.json", R"({"05": {"imageId": "n1", "question": "q", "answer": "yes", "types": {"structural": "verify"}}})"), {}, {}});
  EXPECT_EQ(gqa->get(0).id, "05");
  EXPECT_EQ(gqa->get(0).fields.at("types.structural"), "verify");
  EXPECT_THAT(gqa->get(0).references, ElementsAre("yes"));
}
TEST(QuestionJson, RefusesWhatDoesNotFit) {
  const testing::TemporaryFolder folder;
  const auto twice = folder.write("twice.jsonl", "{\"question_id\": 1, \"question\": \"a\"}\n{\"question_id\": 1, \"question\": \"b\"}\n");
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)open_question_json({twice, {}, {}}); }), HasSubstr("twice.jsonl:2: the id \"1\" comes twice"));
  const auto questions = folder.write("q.json", kQuestions);
  const auto annotations = folder.write("a.json", R"({"annotations": [{"question_id": 70, "answers": []}]})");
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)open_question_json({questions, annotations, {}}); }), HasSubstr("\"420\" has no annotation"));
  const auto answers = folder.write("b.json", R"([{"question_id": 1, "question": "a", "answers": [[1]]}])");
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)open_question_json({answers, {}, {}})->get(0); }), HasSubstr("an answer must be"));
}
TEST(QuestionJsonShared, ReadsAnnotationFilesOfOthers) {
  ASSAY_NEEDS_SHARED("data/annotations");
  const auto folder = testing::shared_root() / "data/annotations";
  // Its question_id is the picture's: not a file to match replies with.
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)open_question_json({folder / "gqa_testdev_balanced.json", {}, {}}); }), HasSubstr("comes twice"));
  const auto okvqa = open_question_json({folder / "okvqa_val.json", {}, {}});
  EXPECT_EQ(okvqa->size(), 5046u);
  EXPECT_THAT(okvqa->get(0).references, ElementsAre("legal"));
  EXPECT_EQ(open_question_json({folder / "vizwiz_val.json", {}, {}})->size(), 4319u);
}

}  // namespace
}  // namespace assay
