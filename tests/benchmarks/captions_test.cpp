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
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view kCoco =
    R"({"images": [{"id": 9, "file_name": "a.jpg", "domain": "in-domain"}, {"id": 7, "file_name": "b.jpg", "domain": "out-domain"}],
        "annotations": [{"image_id": 7, "id": 1, "caption": "A dog."}, {"image_id": 9, "id": 2, "caption": "Two men, riding."}, {"image_id": 9, "id": 3, "caption": "Men ride"}]})";

TEST(Captions, ReadCocosForm) {
  const testing::TemporaryFile file("nocaps_val_4500_captions.json", kCoco);
  const auto nocaps = make_benchmark("nocaps_val");
  const auto source = nocaps->open({{file.path().parent_path()}});
  ASSERT_EQ(source->size(), 2u);
  EXPECT_EQ(source->get(0).id, "9");
  EXPECT_THAT(source->get(0).references, ElementsAre("Two men, riding.", "Men ride"));
  const testing::TemporaryFile results("r.json", R"([{"image_id": 7, "caption": "a dog"}, {"image_id": 9, "caption": "Men ride."}])");
  const auto metrics = metrics_of(*nocaps, nocaps->read_predictions(results.path(), source.get()));
  EXPECT_NEAR(value_of(metrics, "rouge_l"), 1, 1e-12);
  EXPECT_GT(value_of(metrics, "cider"), 3);
  EXPECT_NE(find_metric(metrics, "in_domain.cider"), nullptr);
  EXPECT_EQ(find_metric(metrics, "out_domain.bleu_1")->count, 1);
}
TEST(Captions, ReadCocosOwnFilesInItsFolders) {
  const testing::TemporaryFolder folder;
  const auto picture = folder.write("val2017/000000000139.jpg", "not looked at");
  folder.write("annotations/captions_val2017.json", R"({"info": {"year": 2017}, "licenses": [{"id": 2}], "images": [{"id": 139, "file_name": "000000000139.jpg", "license": 2}],
                                                        "annotations": [{"image_id": 139, "id": 370509, "caption": "A room."}]})");
  const auto sample = make_benchmark("coco_2017_val")->open({{folder.path()}})->get(0);
  EXPECT_EQ(sample.id, "139");
  EXPECT_THAT(sample.references, ElementsAre("A room."));
  EXPECT_EQ(sample.images.at(0).path, picture);
}
TEST(Captions, ReadKarpathysList) {
  const testing::TemporaryFile file("coco_karpathy_test.json", R"([{"image": "val2014/COCO_val2014_000000391895.jpg", "caption": ["A man.", "Men."]}])");
  const auto sample = make_benchmark("coco_karpathy_test")->open({{file.path().parent_path()}})->get(0);
  EXPECT_EQ(sample.id, "391895");
  EXPECT_THAT(sample.references, ElementsAre("A man.", "Men."));
}
TEST(Captions, RefuseAPictureWithoutCaptionOrTwice) {
  const auto open = [](std::string_view content) {
    const testing::TemporaryFile file("flickr30k_test_karpathy.json", content);
    return testing::message_of<DataError>([&] { (void)make_benchmark("flickr30k_test")->open({{file.path().parent_path()}}); });
  };
  EXPECT_THAT(open(R"({"images": [{"id": 1, "image": "a"}], "annotations": [{"image_id": 2, "caption": "x"}]})"), HasSubstr("the picture 1 has no caption"));
  EXPECT_THAT(open(R"({"images": [{"id": 1, "image": "a"}, {"id": 1, "image": "b"}], "annotations": [{"image_id": 1, "caption": "x"}]})"), HasSubstr("comes twice"));
}
TEST(Captions, AskForOne) {
  const auto coco = make_benchmark("coco_karpathy_test");
  EXPECT_EQ(text_of(coco->ask({}, "vlmevalkit")),
            "Please describe this image in general. Directly provide the description, do not include prefix like \"This image depicts\". ");
  const auto question = coco->ask({}, "internvl");
  EXPECT_EQ(text_of(question), "Provide a one-sentence caption for the provided image.");
  EXPECT_EQ(question.decoding.min_new_tokens, 8);
  EXPECT_EQ(question.decoding.max_new_tokens, 30);
}

Reply reply_to(std::string id, std::vector<std::string> captions, std::string text) {
  Reply reply;
  reply.sample.id = std::move(id);
  reply.sample.references = std::move(captions);
  reply.text = std::move(text);
  return reply;
}
TEST(Captions, AreTokenizedButByVlmEvalKit) {
  const auto coco = make_benchmark("coco_karpathy_test");
  const std::vector<Reply> replies = {reply_to("1", {"A red dog runs fast."}, "a red dog runs fast"), reply_to("2", {"Two cats sleep."}, "two cats sleep")};
  EXPECT_NEAR(value_of(metrics_of(*coco, replies), "bleu_1"), 1, 1e-6);
  EXPECT_NEAR(value_of(metrics_of(*coco, replies, "vlmevalkit"), "bleu_1"), 50, 1e-6);  // "A", "fast.", "Two" and "sleep." are other words
  EXPECT_GT(value_of(metrics_of(*coco, replies, "vrama91"), "cider_d"), 7);
}
TEST(Captions, CountAFailedPictureAsSilent) {
  const auto coco = make_benchmark("coco_karpathy_test");
  auto failed = reply_to("2", {"two cats sleep"}, "two cats sleep");
  failed.state = SampleState::kError;
  const auto metrics = metrics_of(*coco, {reply_to("1", {"a red dog runs"}, "a red dog runs"), failed});
  EXPECT_EQ(value_of(metrics, "rouge_l"), 0.5);
  EXPECT_EQ(metrics.front().count, 2);
}
TEST(Captions, WantALineOfEachReferenceFile) {
  const testing::TemporaryFile file("hyp.txt", "a\nb\n");
  std::ofstream(file.path().parent_path() / "ref1.txt") << "a\n";
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)make_benchmark("coco_karpathy_test")->read_predictions(file.path(), nullptr); }),
              HasSubstr("1 lines, and hyp.txt has 2"));
}

TEST(CaptionsFixture, ReproducesTheExample) {
  ASSAY_NEEDS_SHARED("fixtures/captions");
  const auto folder = testing::shared_root() / "fixtures/captions";
  const auto document = json::parse_file(folder / "EXPECTED.json");
  const auto& expected = document["nlg-eval"];
  const auto coco = make_benchmark("coco_karpathy_test");
  const auto replies = coco->read_predictions(folder / "nlg-eval", nullptr);
  const auto metrics = metrics_of(*coco, replies);
  const auto& full = expected["recomputed_full_precision"];
  for (rapidjson::SizeType k = 0; k < 4; ++k) EXPECT_NEAR(value_of(metrics, fmt::format("bleu_{}", k + 1)), full["Bleu_1..4"][k].GetDouble(), 1e-12);
  EXPECT_NEAR(value_of(metrics, "cider"), full["CIDEr"].GetDouble(), 1e-12);
  EXPECT_NEAR(value_of(metrics, "rouge_l"), full["ROUGE_L"].GetDouble(), 1e-12);
  for (rapidjson::SizeType i = 0; i < 2; ++i) EXPECT_NEAR(coco->score(replies[i], "official").value, expected["per_item"]["ROUGE_L"][i].GetDouble(), 1e-12);
}

}  // namespace
}  // namespace assay
