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

using testing::find_metric;
using testing::metrics_of;
using testing::text_of;
using testing::value_of;
using ::testing::HasSubstr;

constexpr std::string_view kLines =
    "{\"image\": \"data/coco/train2014/a.jpg\", \"sent\": \"left dog\", \"bbox\": [10, 20, 30, 40], \"height\": 200, \"width\": 100}\n"
    "{\"image\": \"data/coco/train2014/a.jpg\", \"sent\": \"right dog\", \"bbox\": [50, 20, 70, 40], \"height\": 200, \"width\": 100}\n";

TEST(RefCoco, AsksForAPhrase) {
  const testing::TemporaryFile file("refcoco+_val.jsonl", kLines);
  const auto refcoco = make_benchmark("refcocoplus_val");
  const auto source = refcoco->open({{file.path().parent_path()}});
  ASSERT_EQ(source->size(), 2u);
  const auto sample = source->get(0);
  EXPECT_EQ(text_of(refcoco->ask(sample, "internvl")),
            "Please provide the bounding box coordinate of the region this sentence describes: <ref>left dog</ref>");
  EXPECT_EQ(text_of(refcoco->ask(sample, "qwen")), "<ref>left dog</ref><box>");
  EXPECT_EQ(text_of(refcoco->ask(sample, "minigpt4")), "[refer] give me the location of left dog");
  EXPECT_THAT(text_of(refcoco->ask(sample, "lmms-eval")), HasSubstr("between 0 and 1. Please provide the bounding box coordinate of the region this sentence describes: left dog"));
}
TEST(RefCoco, MatchesPhrasesByPlaceAndScoresByProfile) {
  const testing::TemporaryFile file("refcoco_val.jsonl", kLines);
  const auto refcoco = make_benchmark("refcoco_val");
  const auto source = refcoco->open({{file.path().parent_path()}});
  const testing::TemporaryFile replies("p.jsonl", "{\"id\": 0, \"reply\": \"[[100, 100, 300, 200]]\"}\n{\"id\": 1, \"reply\": \"(499.5,99.9),(699.3,199.8)\"}\n");
  const auto read = refcoco->read_predictions(replies.path(), source.get());
  EXPECT_EQ(value_of(metrics_of(*refcoco, read), "precision_at_1"), 0.5);
  EXPECT_EQ(value_of(metrics_of(*refcoco, read, "qwen"), "precision_at_1"), 0.5);
  EXPECT_EQ(value_of(metrics_of(*refcoco, read, "vlmevalkit"), "precision_at_1"), 100);
  const auto lmms = metrics_of(*refcoco, read, "lmms-eval");
  for (const auto* name : {"precision_at_1", "acc@0.1", "acc@0.9", "center_acc"}) EXPECT_EQ(value_of(lmms, name), 0) << name;
  EXPECT_EQ(refcoco->score(read[0], "qwen").state, SampleState::kUnparsed);
}
TEST(RefCoco, ReadsMiniGpt4sListOfWidthsAndHeights) {
  const testing::TemporaryFile file("refcocog_val.json", R"([{"img_id": "COCO_train2014_7_10", "sents": "dog", "bbox": [10, 20, 20, 20], "height": 200, "width": 100}])");
  const auto source = make_benchmark("refcocog_val")->open({{file.path().parent_path()}});
  const auto sample = source->get(0);
  EXPECT_EQ(sample.references.at(0), "[10.0, 20.0, 30.0, 40.0]");
  EXPECT_THAT(sample.images.at(0).path.string(), HasSubstr("COCO_train2014_7.jpg"));
}
TEST(RefCoco, AveragesTheSplitsOfVlmEvalKitsFile) {
  const auto refcoco = make_benchmark("refcoco");
  const testing::TemporaryFile file("RefCOCO.tsv",
      "index\timage_path\tquestion\tcategory\tanswer\twidth\theight\n"
      "0\ta.jpg\tWhere?\tRefCOCO val\t[0.1, 0.1, 0.3, 0.2]\t100\t200\n"
      "1\ta.jpg\tWhere?\tRefCOCO val\t[0.1, 0.1, 0.3, 0.2]\t100\t200\n"
      "0b\tb.jpg\tWhere?\tRefCOCO+ test A\t[0.1, 0.1, 0.3, 0.2]\t100\t200\n");
  const auto source = refcoco->open({{file.path().parent_path()}});
  EXPECT_EQ(source->get(2).id, "RefCOCO+_testA_0b");
  EXPECT_EQ(text_of(refcoco->ask(source->get(0), "vlmevalkit")), "Where?");
  std::vector<Reply> replies;
  for (std::size_t i = 0; i < 3; ++i) replies.push_back({source->get(i), i == 0 ? "nowhere" : "[100, 100, 300, 200]"});
  const auto metrics = metrics_of(*refcoco, replies, "vlmevalkit");
  EXPECT_EQ(value_of(metrics, "precision_at_1"), 75);
  EXPECT_EQ(value_of(metrics, "split.RefCOCO_val.precision_at_1"), 50);
  EXPECT_NEAR(value_of(metrics, "average_iou"), 2.0 / 3, 1e-12);
}
TEST(RefCoco, WantsTheRightBoxes) {
  const testing::TemporaryFile file("p.json", R"([{"id": 1, "reply": "x", "answer": "y"}])");
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)make_benchmark("refcoco_val")->read_predictions(file.path(), nullptr); }), HasSubstr("does not say the right box"));
}
TEST(RefCoco, RefusesABrokenResultFile) {
  const auto refcoco = make_benchmark("refcoco_val");
  const testing::TemporaryFile file("r.json", R"([{"answer": "x", "gt_bbox": [1, 2, 3, 4], "hw": [5, 6]}, {"answer": "x", "gt_bbox": [1, 2], "hw": [5, 6]}])");
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)refcoco->read_predictions(file.path(), nullptr); }), HasSubstr("r.json:1: expected \"gt_bbox\" with four numbers"));
}

TEST(RefCocoFixture, ReproducesTheHitsOfEveryRule) {
  ASSAY_NEEDS_SHARED("fixtures/refcoco");
  const auto path = testing::shared_root() / "fixtures/refcoco/grounding_golden.json";
  const auto golden = json::parse_file(path);
  const auto refcoco = make_benchmark("refcoco_val");
  const auto replies = refcoco->read_predictions(path, nullptr);
  ASSERT_EQ(replies.size(), 102u);
  const std::pair<const char*, const char*> kProfiles[] = {
      {"internvl", "internvl_iou_f32"}, {"qwen", "qwen_iou_f32"}, {"vlmevalkit", "vlmevalkit_iou_f64"}, {"lmms-eval", "lmms_iou_f64(input in 0..1)"}};
  for (const auto& [profile, column] : kProfiles) {
    int hits = 0;
    double sum = 0;
    for (const auto& row : golden.GetArray()) hits += row[column].GetDouble() >= 0.5 ? 1 : 0, sum += row[column].GetDouble();
    const auto metrics = metrics_of(*refcoco, replies, profile);
    EXPECT_NEAR(value_of(metrics, "precision_at_1") / (std::string(profile) == "vlmevalkit" ? 100 : 1), hits / 102.0, 1e-12) << profile;
    if (const auto* iou = find_metric(metrics, "average_iou")) {
      EXPECT_NEAR(iou->value, sum / 102, 1e-12) << profile;
    }
  }
}
TEST(RefCocoShared, TheRightBoxesAreFoundRight) {
  ASSAY_NEEDS_SHARED("data/annotations/refcoco_testA.json");
  const auto folder = testing::shared_root() / "data/annotations";
  const auto refcoco = make_benchmark("refcoco_testa");
  const auto source = refcoco->open({{folder}});
  ASSERT_EQ(source->size(), 5657u);
  std::vector<Reply> replies;
  for (std::size_t i = 0; i < 300; ++i) {
    const auto sample = source->get(i);
    replies.push_back({sample, "[" + sample.fields.at("bbox_x1") + "," + sample.fields.at("bbox_y1") + "," + sample.fields.at("bbox_x2") + "," + sample.fields.at("bbox_y2") + "]"});
    replies.back().sample.fields["width"] = replies.back().sample.fields["height"] = "1000";
  }
  EXPECT_EQ(value_of(metrics_of(*refcoco, replies, "internvl"), "precision_at_1"), 1);
}

}  // namespace
}  // namespace assay
