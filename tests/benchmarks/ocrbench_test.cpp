#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

constexpr const char* kFormulas = "Handwritten Mathematical Expression Recognition";

Sample sample_of(std::string id, std::string dataset, std::string type, std::vector<std::string> answers) {
  Sample sample;
  sample.id = std::move(id);
  sample.question = " what is written? ";
  sample.references = std::move(answers);
  sample.fields = {{"dataset_name", std::move(dataset)}, {"type", std::move(type)}};
  return sample;
}

struct Case {
  const char *name, *dataset, *type;
  std::vector<std::string> answers;
  const char* reply;
  double official, vlmevalkit, lmms;
};
void PrintTo(const Case& c, std::ostream* os) { *os << c.reply; }
class OcrBenchReply : public ::testing::TestWithParam<Case> {};
TEST_P(OcrBenchReply, IsWorthWhatEachToolkitGives) {
  const auto ocrbench = make_benchmark("ocrbench");
  const auto& c = GetParam();
  const Reply reply{sample_of("1", c.dataset, c.type, c.answers), c.reply};
  EXPECT_EQ(ocrbench->score(reply, "official").value, c.official);
  EXPECT_EQ(ocrbench->score(reply, "vlmevalkit").value, c.vlmevalkit);
  EXPECT_EQ(ocrbench->score(reply, "lmms-eval").value, c.lmms);
}
INSTANTIATE_TEST_SUITE_P(Replies, OcrBenchReply, ::testing::Values(
    Case{"contained", "svt", "Regular Text Recognition", {"Stop"}, "It says STOP.", 1, 1, 1},
    Case{"any_of_several", "docVQA", "Doc-oriented VQA", {"x", "1992"}, "in 1992", 1, 1, 1},
    Case{"line_feed_is_a_space", "svt", "Regular Text Recognition", {"a b"}, "A\nB", 1, 1, 1},
    Case{"not_contained", "svt", "Regular Text Recognition", {"Stop"}, "St op", 0, 0, 0},
    Case{"formula_keeps_case", "HME100k", kFormulas, {"x ^ 2"}, "X^2", 0, 0, 0},
    Case{"formula_without_spaces", "HME100k", kFormulas, {"x ^ 2"}, "= x^ 2", 1, 1, 1},
    Case{"formula_by_type_only", "other", kFormulas, {"x ^ 2"}, "x^2", 0, 1, 0},
    Case{"full_width", "ESTVQA_cn", "Scene Text-centric VQA", {"ＡＢ"}, "ab", 0, 0, 1},
    Case{"empty_answer", "svt", "Regular Text Recognition", {""}, "x", 1, 1, 1},
    Case{"word_for_a_missing_cell", "svt", "Regular Text Recognition", {"None"}, "None", 1, 0, 1}),
    [](const auto& c) { return c.param.name; });

TEST(OcrBench, CountsAndAddsUpRecognition) {
  const auto ocrbench = make_benchmark("ocrbench");
  const std::vector<Reply> replies = {{sample_of("0", "svt", "Regular Text Recognition", {"a"}), "a"}, {sample_of("1", "IAM", "Handwriting Recognition", {"b"}), "b"},
                                      {sample_of("2", "docVQA", "Doc-oriented VQA", {"c"}), "x"}};
  const auto metrics = metrics_of(*ocrbench, replies);
  EXPECT_EQ(value_of(metrics, "final_score"), 2);
  EXPECT_EQ(value_of(metrics, "text_recognition"), 2);
  EXPECT_EQ(value_of(metrics, "doc_oriented_vqa"), 0);
  EXPECT_LE(metrics.front().interval.high, 3);
  EXPECT_EQ(value_of(metrics_of(*ocrbench, replies, "vlmevalkit"), "final_score_norm"), 0.2);
  EXPECT_EQ(value_of(metrics_of(*ocrbench, replies, "lmms-eval"), "ocrbench_accuracy"), 0.002);
}
TEST(OcrBench, AsksTheBareQuestionOrForAShortAnswer) {
  const auto ocrbench = make_benchmark("ocrbench");
  const auto sample = sample_of("0", "svt", "Regular Text Recognition", {"a"});
  EXPECT_EQ(text_of(ocrbench->ask(sample, "vlmevalkit")), " what is written? \nAnswer the question using a single word or phrase.");
  EXPECT_EQ(ocrbench->ask(sample, "vlmevalkit").max_tiles, 24);
  EXPECT_EQ(text_of(ocrbench->ask(sample, "lmms-eval")), "what is written?");
  EXPECT_EQ(text_of(ocrbench->ask(sample, "xcomposer")), "Answer the question using a single word or phrase. what is written? ");
  EXPECT_EQ(text_of(ocrbench->ask(sample, "plain")), " what is written? ");
}
TEST(OcrBench, ReadsItsOwnResultFileByPlace) {
  const auto ocrbench = make_benchmark("ocrbench");
  const testing::TemporaryFile file("r.json",
      R"([{"dataset_name": "svt", "id": 5, "image_path": "a.jpg", "question": "q", "answers": "A", "type": "Regular Text Recognition", "predict": "a", "result": 0},
          {"dataset_name": "IC13", "id": 5, "image_path": "b.jpg", "question": "q", "answers": ["B"], "type": "Regular Text Recognition", "predict": "c"}])");
  const auto metrics = metrics_of(*ocrbench, ocrbench->read_predictions(file.path(), nullptr));
  EXPECT_EQ(value_of(metrics, "final_score"), 1);
  EXPECT_EQ(metrics.front().count, 2);
}

TEST(OcrBenchFixture, ReproducesTheOfficialCounts) {
  ASSAY_NEEDS_SHARED("fixtures/ocrbench");
  const auto folder = testing::shared_root() / "fixtures/ocrbench";
  const auto ocrbench = make_benchmark("ocrbench");
  const auto data = ocrbench->open({{folder}});
  ASSERT_EQ(data->size(), 1000u);
  const auto replies = ocrbench->read_predictions(folder / "synthetic_predictions.json", data.get());
  const auto metrics = metrics_of(*ocrbench, replies);
  const auto document = json::parse_file(folder / "EXPECTED.json");
  const auto& expected = document["result"];
  EXPECT_EQ(value_of(metrics, "final_score"), expected["Final Score"].GetInt());
  EXPECT_EQ(value_of(metrics, "text_recognition"), expected["Text Recognition"].GetInt());
  const std::pair<const char*, const char*> kTypes[] = {
      {"Regular Text Recognition", "regular_text_recognition"}, {"Irregular Text Recognition", "irregular_text_recognition"},
      {"Artistic Text Recognition", "artistic_text_recognition"}, {"Handwriting Recognition", "handwriting_recognition"},
      {"Digit String Recognition", "digit_string_recognition"}, {"Non-Semantic Text Recognition", "non_semantic_text_recognition"},
      {"Scene Text-centric VQA", "scene_text_centric_vqa"}, {"Doc-oriented VQA", "doc_oriented_vqa"},
      {"Key Information Extraction", "key_information_extraction"}, {kFormulas, "handwritten_mathematical_expression_recognition"}};
  for (const auto& [type, metric] : kTypes) EXPECT_EQ(value_of(metrics, metric), expected["per_type"][type].GetInt()) << type;

  const auto predictions = json::parse_file(folder / "synthetic_predictions.json");
  for (rapidjson::SizeType i = 0; i < predictions.Size(); ++i) {
    EXPECT_EQ(ocrbench->score(replies[i], "official").value, predictions[i]["result"].GetInt()) << i;
  }
}

}  // namespace
}  // namespace assay
