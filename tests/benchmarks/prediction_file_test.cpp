#include "benchmarks/prediction_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "harness/base/error.h"
#include "tests/benchmarks/fake_source.h"
#include "tests/benchmarks/scoring.h"

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::TemporaryFile;

std::vector<Prediction> read(const std::string& name, std::string_view content) {
  const TemporaryFile file(name, content);
  return read_prediction_file(file.path());
}

struct Case {
  const char *name, *row, *id, *reply, *label;
};
void PrintTo(const Case& c, std::ostream* os) { *os << c.row; }
class PredictionRow : public ::testing::TestWithParam<Case> {};
TEST_P(PredictionRow, IsReadByItsKeys) {
  for (const auto& content : {std::string(GetParam().row) + ",\n\n", "[" + std::string(GetParam().row) + "]"}) {
    const auto predictions = read("p.json", content);
    ASSERT_EQ(predictions.size(), 1u);
    EXPECT_EQ(predictions[0].sample.id, GetParam().id);
    EXPECT_EQ(predictions[0].reply, GetParam().reply);
    EXPECT_EQ(predictions[0].sample.references.empty() ? "" : predictions[0].sample.references.front(), std::string(GetParam().label));
  }
}
INSTANTIATE_TEST_SUITE_P(Kinds, PredictionRow,
    ::testing::Values(Case{"plain", R"({"id": 7, "reply": "x"})", "7", "x", ""}, Case{"labelled", R"({"id": "a", "reply": "x", "answers": ["y", "z"]})", "a", "x", "y"},
                      Case{"answer_is_label", R"({"index": 1, "prediction": "B", "answer": "C"})", "1", "B", "C"},
                      Case{"competition", R"({"questionId": 3, "answer": "x"})", "3", "x", ""},
                      Case{"llava", R"({"question_id": 3, "text": "x", "prompt": "q"})", "3", "x", ""},
                      Case{"internvl", R"({"answer": "x", "annotation": 5})", "", "x", "5"},
                      Case{"lmms_eval", R"({"doc_id": 0, "doc": {"question_id": "k", "answer": "y"}, "target": "y", "resps": [["raw"]], "filtered_resps": ["x"]})", "k", "x", "y"},
                      Case{"number", R"({"id": 1, "reply": 2.5})", "1", "2.5", ""}, Case{"empty", R"({"id": 1, "reply": ""})", "1", "", ""},
                      Case{"seed", R"({"question_id": "v1", "prediction": "A", "gt_answer": "C"})", "v1", "A", "C"}),
    [](const auto& c) { return c.param.name; });

TEST(PredictionFile, RefusesTextThatIsNotUtf8) {
  EXPECT_THAT(testing::message_of<DataError>([] { (void)read("p.json", "[{\"id\": 1, \"reply\": \"\xFF\"}]"); }), HasSubstr("not UTF-8 at byte 21"));
}
TEST(PredictionFile, ReadsJsonOverManyLines) {
  constexpr std::string_view kRows = "[\n{\n\"pred\": \"x\",\n\"target\": \"y\"\n},\n{\n\"pred\": \"z\",\n\"target\": \"z\"\n}\n]\n";
  for (const auto& content : {std::string(kRows), "{\n\"mean\": 1,\n\"records\": " + std::string(kRows) + "}\n",
                              R"({"records": [{"pred": "x", "gt": "y"}, {"response": "z", "gt": "z"}]})" + std::string("\n")}) {
    const auto predictions = read("p.json", content);
    ASSERT_EQ(predictions.size(), 2u) << content;
    EXPECT_EQ(predictions[0].reply + predictions[1].reply, "xz");
    EXPECT_THAT(predictions[0].sample.references, ElementsAre("y"));
  }
  EXPECT_EQ(read("p.json", "{\n\"id\": 1,\n\"reply\": \"x\"\n}\n").at(0).reply, "x");
}
TEST(PredictionFile, NumbersRowsThatBringTheirLabelsAndNoId) {
  std::vector<Sample> samples(1);
  samples[0].id = "b";
  const testing::FakeSource data(samples);
  const TemporaryFile file("p.json", R"([{"pred": "x", "target": "y"}, {"pred": "z", "target": "z"}])");
  for (const SampleSource* source : {static_cast<const SampleSource*>(nullptr), static_cast<const SampleSource*>(&data)}) {
    const auto replies = match_predictions(read_prediction_file(file.path()), source, file.path());
    ASSERT_EQ(replies.size(), 2u);
    EXPECT_EQ(replies[0].sample.id + replies[1].sample.id, "01");
  }
}
TEST(PredictionFile, KeepsOptionsAndFields) {
  const auto predictions = read("p.jsonl", R"({"index": 1, "A": "cat", "B": 2, "prediction": "x", "l2-category": "logic", "hint": "h", "question": "q"})");
  const Sample& sample = predictions.at(0).sample;
  ASSERT_EQ(sample.options.size(), 2u);
  EXPECT_EQ(sample.options[1].text, "2");
  EXPECT_EQ(sample.fields.at("l2-category"), "logic");
  EXPECT_EQ(sample.hint + sample.question, "hq");
}
TEST(PredictionFile, ReadsVlmevalkitsTable) {
  const auto predictions = read("p.tsv", "index\tquestion\tA\tB\tanswer\tprediction\n0\tq\tcat\tNone\tA\t\"A\tcat\"\n1\tq\tcat\tdog\tB\tNA\n");
  ASSERT_EQ(predictions.size(), 2u);
  EXPECT_EQ(predictions[0].reply, "A\tcat");
  EXPECT_EQ(predictions[0].sample.options.size(), 1u);  // pandas takes None for a missing cell
  EXPECT_EQ(predictions[1].reply, "");
  EXPECT_THAT(predictions[1].sample.references, ElementsAre("B"));
}
TEST(PredictionFile, SaysWhatIsWrongAndWhere) {
  const auto message = [](const std::string& name, std::string_view content) { return testing::message_of<DataError>([&] { (void)read(name, content); }); };
  EXPECT_THAT(message("p.jsonl", "{\"id\": 1, \"reply\": \"x\"}\n{\"id\": 2}\n"), HasSubstr("p.jsonl:2: no reply"));
  EXPECT_THAT(message("p.jsonl", "{\"id\": 1, \"reply\": \"x\"}\n{\"id\": 2\n"), HasSubstr("p.jsonl:2:"));
  EXPECT_THAT(message("p.json", "[1]"), HasSubstr("expected an object"));
  EXPECT_THAT(message("p.json", "{\n\"records\": [\n{\"reply\": }]}"), HasSubstr("p.json:3:11: not JSON"));
  EXPECT_THAT(message("p.json", R"({"records": [{"id": 1}]})"), HasSubstr("p.json: records[0]: no reply"));
  EXPECT_THAT(message("p.json", ""), HasSubstr("no predictions"));
  EXPECT_THAT(message("p.xlsx", "PK"), HasSubstr("expected an Excel file"));
  EXPECT_THAT(message("p.tsv", "index\tquestion\n1\tq\n"), HasSubstr("\"prediction\""));
  const TemporaryFile file("x", "");
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)read_prediction_file(file.path().parent_path()); }), HasSubstr("got a folder"));
}
TEST(PredictionFile, ListsTheFirstTenIdsOnly) {
  std::vector<Sample> samples(25);
  for (std::size_t i = 0; i < samples.size(); ++i) samples[i].id = std::to_string(i);
  const testing::FakeSource data(samples);
  const TemporaryFile file("p.jsonl", R"({"id": 0, "reply": "x"})");
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)match_predictions(read_prediction_file(file.path()), &data, file.path()); }),
              HasSubstr("24 ids of the data that the file does not have: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, ..."));
}
TEST(PredictionFile, FollowsTheDatasOrder) {
  std::vector<Sample> samples(2);
  samples[0].id = "b", samples[1].id = "a";
  const testing::FakeSource data(samples);
  const TemporaryFile file("p.jsonl", "{\"id\": \"a\", \"reply\": \"1\"}\n{\"id\": \"b\", \"reply\": \"2\"}");
  const auto replies = match_predictions(read_prediction_file(file.path()), &data, file.path());
  EXPECT_EQ(replies.at(0).text + replies.at(1).text, "21");
}
TEST(PredictionFile, RefusesRepeatedIdsUnlessLinesAreCounted) {
  const TemporaryFile file("p.jsonl", "{\"id\": \"a\", \"reply\": \"1\", \"label\": \"1\"}\n{\"id\": \"a\", \"reply\": \"1\", \"label\": \"1\"}");
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)match_predictions(read_prediction_file(file.path()), nullptr, file.path()); }),
              HasSubstr("1 ids that come more than once: a"));
  MatchRules rules;
  rules.may_repeat_unmatched = true;
  EXPECT_EQ(match_predictions(read_prediction_file(file.path()), nullptr, file.path(), rules).size(), 2u);
}

}  // namespace
}  // namespace assay
