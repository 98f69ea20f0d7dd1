#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "datasets/chartqa_folder.h"
#include "datasets/choice_jsonl.h"
#include "datasets/mme_folder.h"
#include "datasets/mme_questions.h"
#include "datasets/rrc_json.h"
#include "datasets/seed_json.h"
#include "datasets/vqa_jsonl.h"
#include "tests/datasets/data_error.h"

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::data_error_of;
using testing::TemporaryFolder;

TEST(MmeFolder, ReadsBothLayoutsInTheOfficialOrder) {
  const TemporaryFolder folder;
  folder.write("artwork/images/2.jpg", "two");
  folder.write("artwork/questions_answers_YN/2.txt", "\xEF\xBB\xBFIs it? Please answer yes or no.\tYes\r\nIs it not?\tNo\r\n\r\n");
  folder.write("existence/9.png", "nine");
  folder.write("existence/9.txt", "A?\tYes\nB?\tNo");
  folder.write("existence/10.jpg", "ten");
  folder.write("existence/10.txt", "C?\tNo\nD?\tYes\n");
  const auto source = open_mme_folder(folder.path());
  ASSERT_EQ(source->size(), 6u);
  EXPECT_EQ(source->get(0).id, "existence/10.jpg/0");
  EXPECT_EQ(source->get(3).id, "existence/9.png/1");
  const auto sample = source->get(4);
  EXPECT_EQ(sample.id, "artwork/2.jpg/0");
  EXPECT_EQ(sample.group, "artwork/2.jpg");
  EXPECT_EQ(sample.category, "artwork");
  EXPECT_EQ(sample.question, "Is it? Please answer yes or no.");
  EXPECT_THAT(sample.references, ElementsAre("Yes"));
  EXPECT_EQ(*read_image_bytes(sample.images.at(0)), "two");
}

TEST(MmeFolder, SaysWhereItBreaks) {
  const TemporaryFolder folder;
  const auto error = [&] { return data_error_of([&] { (void)open_mme_folder(folder.path()); }); };
  EXPECT_THAT(error(), HasSubstr("no MME subtask"));
  folder.write("count/1.txt", "A?\tYes\nB?\tMaybe\n");
  EXPECT_THAT(error(), HasSubstr("count/1.txt: no picture 1.jpg or .png in"));
  folder.write("count/1.jpg", "p");
  EXPECT_THAT(error(), HasSubstr("count/1.txt:2: expected a question, a tab, and Yes or No; found \"B?\tMaybe\""));
  folder.write("count/1.txt", "A?\tYes\n");
  EXPECT_THAT(error(), HasSubstr("count/1.txt: expected 2 lines of question, tab, Yes or No; found 1"));
}

TEST(MmeQuestions, ReadsLinesWithAndWithoutAnswers) {
  const TemporaryFolder folder;
  folder.write("count.txt", "1.jpg\tA?\tYes\n1.jpg\tB?\tNo\tno, because\tof that\n");
  folder.write("pictures/count/images/1.jpg", "one");
  const auto source = open_mme_questions(folder.path());
  ASSERT_EQ(source->size(), 2u);
  EXPECT_EQ(source->get(1).id, "count/1.jpg/1");
  EXPECT_EQ(source->get(1).fields.at("answer"), "no, because\tof that");
  EXPECT_THAT(source->get(0).images, IsEmpty());
  EXPECT_EQ(*read_image_bytes(open_mme_questions(folder.path(), folder.path() / "pictures")->get(0).images.at(0)), "one");
  folder.write("count.txt", "1.jpg\tA?\n");
  EXPECT_THAT(data_error_of([&] { (void)open_mme_questions(folder.path()); }), HasSubstr("count.txt:1: expected picture, question, and Yes or No"));
}

constexpr std::string_view kSeed = R"({"questions": [
  {"question_id": "101", "question": "Where?", "choice_a": "a", "choice_b": 2, "choice_c": "c", "choice_d": "d", "answer": "B",
   "data_id": "55_66", "data_type": "image", "question_type_id": 3},
  {"question_id": 102, "question": "What next?", "choice_a": "a", "choice_b": "b", "choice_c": "c", "choice_d": "d", "answer": "D",
   "data_id": "clip7", "data_type": "video", "question_type_id": 11}],
  "question_type": {"Instance Location": 3}})";

TEST(SeedJson, ReadsPicturesAndOnRequestVideoStills) {
  const TemporaryFolder folder;
  const auto json = folder.write("SEED-Bench.json", kSeed);
  folder.write("SEED-Bench-image/55_66", "picture");
  folder.write("SEED-Bench-video-image/clip7.png", "still");
  const auto images = open_seed_json(json, {});
  ASSERT_EQ(images->size(), 1u);
  const auto sample = images->get(0);
  EXPECT_EQ(sample.id, "101");
  EXPECT_EQ(sample.category, "Instance Location");
  EXPECT_EQ(sample.options.at(1).letter + sample.options.at(1).text, "B2");
  EXPECT_THAT(sample.references, ElementsAre("B"));
  EXPECT_EQ(sample.fields.at("data_type") + sample.fields.at("question_type_id") + sample.fields.at("data_id"), "image355_66");
  EXPECT_EQ(*read_image_bytes(sample.images.at(0)), "picture");
  const auto all = open_seed_json(json, folder.path() / "SEED-Bench-image", SeedOptions{.images = true, .video_stills = true});
  ASSERT_EQ(all->size(), 2u);
  EXPECT_EQ(all->get(1).category, "Action Prediction");
  EXPECT_EQ(*read_image_bytes(all->get(1).images.at(0)), "still");
}

TEST(SeedJson, NamesTheBrokenQuestion) {
  const TemporaryFolder folder;
  const auto json = folder.write("s.json", R"({"questions": [{"question_id": 1, "data_type": "audio"}]})");
  EXPECT_THAT(data_error_of([&] { (void)open_seed_json(json, {}); }), HasSubstr("s.json: questions[0]: \"data_type\" must be \"image\" or \"video\", got \"audio\""));
}

TEST(RrcJson, ReadsAnswersFieldsAndFindsPictures) {
  const TemporaryFolder folder;
  folder.write("documents/a.png", "a");
  const auto json = folder.write("val.json", R"({"data": [
    {"questionId": 7, "question": "Total?", "image": "elsewhere/a.png", "docId": 3, "question_types": ["form", "layout"], "answers": ["1", "one"], "data_split": "val"},
    {"questionId": 8, "question": "Date?", "image": "none.png"}]})");
  const auto source = open_rrc_json(json);
  const auto sample = source->get(0);
  EXPECT_EQ(sample.id, "7");
  EXPECT_THAT(sample.references, ElementsAre("1", "one"));
  EXPECT_EQ(sample.fields.at("docId") + "|" + sample.fields.at("question_types") + "|" + sample.fields.at("data_split"), "3|form, layout|val");
  EXPECT_EQ(*read_image_bytes(sample.images.at(0)), "a");
  EXPECT_THAT(source->get(1).references, IsEmpty());
  EXPECT_FALSE(read_image_bytes(source->get(1).images.at(0)));
  folder.write("val.json", R"({"data": [{"questionId": 7, "question": "q", "image": "a"}, {"questionId": "7", "question": "q", "image": "a"}]})");
  EXPECT_THAT(data_error_of([&] { (void)open_rrc_json(json); }), HasSubstr("the id \"7\" comes twice"));
}

TEST(ChartQaFolder, ReadsHumanThenAugmented) {
  const TemporaryFolder folder;
  folder.write("test/test_human.json", R"([{"imgname": "1.png", "query": "Sum?", "label": "3"}])");
  folder.write("test/test_augmented.json", R"([{"imgname": "1.png", "query": "Max?", "label": 2.5}, {"imgname": "2.png", "query": "Min?", "label": "0"}])");
  folder.write("test/png/1.png", "one");
  const auto source = open_chartqa_folder(folder.path());
  ASSERT_EQ(source->size(), 3u);
  EXPECT_EQ(source->get(0).id + source->get(1).id + source->get(2).id, "human/0augmented/0augmented/1");
  EXPECT_EQ(source->get(1).category + source->get(1).group, "augmented1.png");
  EXPECT_THAT(source->get(1).references, ElementsAre("2.5"));
  EXPECT_EQ(*read_image_bytes(source->get(1).images.at(0)), "one");
  EXPECT_FALSE(read_image_bytes(source->get(2).images.at(0))) << "a missing picture fails its sample, not the run";
  EXPECT_EQ(open_chartqa_folder(folder.path() / "test")->size(), 3u);
  EXPECT_THAT(data_error_of([&] { (void)open_chartqa_folder(folder.path(), "val"); }), HasSubstr("expected val/val_human.json"));
}

TEST(ChoiceJsonl, TakesOneSetAndLanguage) {
  const TemporaryFolder folder;
  const auto jsonl = folder.write("q.jsonl", "{\"index\": 1, \"lang\": \"en\", \"question\": \"q\", \"options\": {\"A\": \"x\", \"B\": 2}, \"answer\": \"B\", \"image\": \"p.jpg\", \"l2\": \"z\"}\n\n"
                                              "{\"index\": 1, \"lang\": \"cn\", \"question\": \"问\", \"options\": {}}");
  folder.write("p.jpg", "p");
  const auto source = open_choice_jsonl(jsonl, ChoiceFilter{.set = {}, .lang = "en"});
  ASSERT_EQ(source->size(), 1u);
  const auto sample = source->get(0);
  EXPECT_EQ(sample.options.at(1).letter + sample.options.at(1).text, "B2");
  EXPECT_EQ(sample.fields.at("l2"), "z");
  EXPECT_EQ(*read_image_bytes(sample.images.at(0)), "p");
  EXPECT_THAT(data_error_of([&] { (void)open_choice_jsonl(jsonl); }), HasSubstr("q.jsonl:3: index \"1\" comes twice"));
}

TEST(VqaJsonl, ReadsAnswersAndFindsPicturesByTheTailOfTheirPath) {
  const TemporaryFolder folder;
  folder.write("images/1.png", "one");
  const auto jsonl = folder.write("sets/val.jsonl", "\xEF\xBB\xBF{\"image\": \"data/chart/images/1.png\", \"question\": \"q\", \"question_id\": 5, \"answer\": [\"a\", 3]}\r\n"
                                                    "{\"image\": \"x.png\", \"question\": \"r\", \"answer\": 1.0}\n");
  const auto source = open_vqa_jsonl(jsonl);
  ASSERT_EQ(source->size(), 2u);
  EXPECT_EQ(source->get(0).id, "5");
  EXPECT_THAT(source->get(0).references, ElementsAre("a", "3"));
  EXPECT_EQ(*read_image_bytes(source->get(0).images.at(0)), "one");
  EXPECT_EQ(source->get(1).id, "1");
  EXPECT_THAT(source->get(1).references, ElementsAre("1.0"));
  folder.write("sets/val.jsonl", "{\"question\": \"q\"}\n[1]\n");
  EXPECT_THAT(data_error_of([&] { (void)open_vqa_jsonl(jsonl); }), HasSubstr("val.jsonl:2: expected a JSON object on each line"));
}

}  // namespace
}  // namespace assay
