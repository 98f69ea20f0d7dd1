#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "benchmarks/catalog.h"
#include "harness/base/error.h"
#include "tests/benchmarks/scoring.h"
#include "tests/parquet_file.h"

/// Every set of the hub that a benchmark reads: its own columns, found in the hub's cache, and what becomes of a row.
namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Columns;
using testing::numbers;
using testing::picture_lists;
using testing::pictures;
using testing::real_lists;
using testing::reals;
using testing::TemporaryFolder;
using testing::text_lists;
using testing::texts;
using testing::write_parquet;

/// A cache with one set in it.
class Hub {
 public:
  explicit Hub(const std::string& set) : root_(folder_ / ("datasets--somebody--" + set + "/snapshots/0123abc")) {}
  Hub& put(const std::string& file, const Columns& columns) {
    (void)write_parquet(root_ / file, columns, 1);
    return *this;
  }
  [[nodiscard]] std::unique_ptr<SampleSource> open(std::string_view benchmark) const { return make_benchmark(benchmark)->open({{folder_.path()}}); }
  [[nodiscard]] std::filesystem::path root() const { return root_; }

 private:
  TemporaryFolder folder_;
  std::filesystem::path root_;
};

std::string bytes_of(const ImageRef& image) {
  const auto bytes = read_image_bytes(image);
  return bytes ? *bytes : "failed: " + bytes.error().message;
}
std::string options_of(const Sample& sample) {
  std::string text;
  for (const auto& option : sample.options) text += option.letter + "=" + option.text + ";";
  return text;
}
std::string text_of(const Question& question) { return question.prompt.turns.at(0).parts.back().text; }

TEST(Hub, Ai2d) {
  Hub hub("ai2d");
  hub.put("data/test-00000-of-00001.parquet", {{"image", pictures({{"x", "p"}})}, {"question", texts({"Which?"})}, {"options", text_lists({{"a", "b", "c", "d"}})}, {"answer", texts({"2"})}});
  const auto sample = hub.open("ai2d_test")->get(0);
  EXPECT_EQ(options_of(sample), "A=a;B=b;C=c;D=d;");
  EXPECT_THAT(sample.references, ElementsAre("C"));
  EXPECT_EQ(bytes_of(sample.images.at(0)), "x");
}
TEST(Hub, MmBench) {
  Hub hub("MMBench");
  const Columns columns = {{"index", numbers({241, 1000241})}, {"question", texts({"Which?", "Which?"})}, {"hint", texts({"nan", "look"})}, {"A", texts({"a", "b"})}, {"B", texts({"b", "a"})},
                           {"C", texts({"nan", "nan"})}, {"D", texts({std::nullopt, "nan"})}, {"answer", texts({"A", "B"})}, {"category", texts({"ocr", "ocr"})},
                           {"L2-category", texts({"finegrained_perception (instance-level)", "x"})}, {"source", texts({"s", "s"})}, {"split", texts({"dev", "dev"})},
                           {"image", pictures({{"x", "p"}, {"x", "p"}})}};
  hub.put("en/dev-00000-of-00001.parquet", columns);
  const auto data = hub.open("mmbench_dev_en");
  const auto first = data->get(0), second = data->get(1);
  EXPECT_EQ(first.id + second.id, "2411000241");
  EXPECT_EQ(first.hint + second.hint, "look");
  EXPECT_EQ(options_of(first), "A=a;B=b;");
  const auto benchmark = make_benchmark("mmbench_dev_en");
  const auto metrics = testing::metrics_of(*benchmark, {{first, "A"}, {second, "B"}});
  EXPECT_EQ(testing::value_of(metrics, "circular_accuracy"), 1);
  EXPECT_EQ(testing::value_of(metrics, "finegrained_perception_instance_level.circular_accuracy"), 1);
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)hub.open("ccbench"); }), HasSubstr("or the hub's MMBench (cc/test-*.parquet)"));
}
TEST(Hub, SeedBench) {
  Hub hub("SEED-Bench");
  hub.put("data/test-00000-of-00001.parquet",
          {{"answer", texts({"B", "C"})}, {"choice_a", texts({"1", "w"})}, {"choice_b", texts({"2", "x"})}, {"choice_c", texts({"3", "y"})}, {"choice_d", texts({"4", "z"})},
           {"data_type", texts({"image", "video"})}, {"question", texts({"How many?", "What then?"})}, {"question_id", texts({"101", "v102"})}, {"question_type_id", numbers({5, 11})},
           {"image", picture_lists({{{"x", "p"}}, {{"f", "p"}, {"g", "p"}}})}});
  EXPECT_EQ(hub.open("seed_bench")->size(), 1u);
  const auto all = hub.open("seed_bench_all");
  ASSERT_EQ(all->size(), 2u);
  const auto sample = all->get(0), video = all->get(1);
  EXPECT_EQ(sample.id + sample.category, "101Instances Counting");
  EXPECT_EQ(options_of(sample), "A=1;B=2;C=3;D=4;");
  EXPECT_THAT(sample.references, ElementsAre("B"));
  EXPECT_EQ(bytes_of(video.images.at(0)) + bytes_of(video.images.at(1)), "fg");
}
TEST(Hub, ScienceQa) {
  Hub hub("ScienceQA");
  hub.put("ScienceQA-FULL/test-00000-of-00001.parquet", {{"image", pictures({{"x", "p"}, {}})}, {"question", texts({"q", "r"})}, {"choices", text_lists({{"a", "b"}, {"c", "d"}})},
                                                         {"answer", numbers({1, 0})}, {"hint", texts({"h", ""})}, {"subject", texts({"natural science", "social science"})}});
  const auto data = hub.open("scienceqa_test");
  const auto sample = data->get(0);
  EXPECT_EQ(sample.hint + sample.category + options_of(sample), "hnatural scienceA=a;B=b;");
  EXPECT_THAT(sample.references, ElementsAre("B"));
  EXPECT_EQ(sample.images.size(), 1u);
  EXPECT_THAT(data->get(1).images, IsEmpty());
}
TEST(Hub, ScienceQaOfPicturesAlone) {
  Hub hub("ScienceQA");
  hub.put("ScienceQA-IMG/validation-00000-of-00001.parquet",
          {{"image", pictures({{"x", "p"}})}, {"question", texts({"q"})}, {"choices", text_lists({{"a", "b"}})}, {"answer", numbers({2})}, {"hint", texts({""})}});
  const auto data = hub.open("scienceqa_val");
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)data->get(0); }), HasSubstr("row 0: \"answer\" must be the place of one of 2 choices, got 2"));
}
TEST(Hub, Mmmu) {
  Hub hub("MMMU");
  Columns columns = {{"id", texts({"validation_Art_1", "validation_Math_2", "test_Math_3"})}, {"question", texts({"<image 1> or <image 2>?", "How many?", "What?"})},
                     {"options", texts({"['it\\'s red', \"blue\"]", "[]", "['a', 'b']"})}, {"explanation", texts({"", "", ""})},
                     {"answer", texts({"B", "['2', 'two']", "?"})}, {"question_type", texts({"multiple-choice", "open", "multiple-choice"})}};
  for (int k = 1; k <= 7; ++k) {
    columns.push_back({"image_" + std::to_string(k), pictures({k < 3 ? testing::Picture{"x" + std::to_string(k), "p"} : testing::Picture{}, {}, {}})});
  }
  hub.put("data/validation-00000-of-00001.parquet", columns);
  const auto data = hub.open("mmmu_val");
  const auto choice = data->get(0), open = data->get(1);
  EXPECT_EQ(options_of(choice), "A=it's red;B=blue;");
  ASSERT_EQ(choice.images.size(), 2u);
  EXPECT_EQ(bytes_of(choice.images[1]), "x2");
  EXPECT_THAT(open.references, ElementsAre("2", "two"));
  EXPECT_THAT(data->get(2).references, IsEmpty());
  const auto benchmark = make_benchmark("mmmu_val");
  const auto metrics = testing::metrics_of(*benchmark, {{choice, "(B)"}, {open, "It is two."}});
  EXPECT_EQ(testing::value_of(metrics, "accuracy"), 1);
  EXPECT_EQ(testing::value_of(metrics, "math.accuracy"), 1);
}
TEST(Hub, MmVet) {
  Hub hub("MMVet");
  hub.put("data/test-00000-of-00001.parquet",
          {{"question_id", texts({"v1_0"})}, {"question", texts({"What is x?"})}, {"image", pictures({{"x", "p"}})}, {"answer", texts({"-1<AND>-5"})}, {"capability", texts({"ocr,math"})}});
  const auto sample = hub.open("mmvet")->get(0);
  EXPECT_EQ(sample.id + sample.references.at(0) + sample.fields.at("capability"), "v1_0-1<AND>-5ocr,math");
}
TEST(Hub, MathVista) {
  Hub hub("MathVista");
  const auto metadata = arrow::StructArray::Make({texts({"algebra"}), text_lists({{"arithmetic reasoning", "algebraic reasoning"}})}, std::vector<std::string>{"category", "skills"});
  hub.put("data/testmini-00000-of-00001.parquet",
          {{"pid", texts({"7"})}, {"question", texts({"How far?"})}, {"image", texts({"images/7.jpg"})}, {"decoded_image", pictures({{"x", "p"}})}, {"choices", text_lists({{"1", "2"}})},
           {"unit", texts({std::nullopt})}, {"precision", reals({1})}, {"answer", texts({"2"})}, {"question_type", texts({"multi_choice"})}, {"answer_type", texts({"text"})},
           {"metadata", *metadata}, {"query", texts({"Hint: choose.\nQuestion: How far?"})}});
  const auto sample = hub.open("mathvista_testmini")->get(0);
  EXPECT_EQ(sample.id + sample.question, "7Hint: choose.\nQuestion: How far?");
  EXPECT_EQ(options_of(sample), "A=1;B=2;");
  EXPECT_EQ(sample.fields.at("category") + sample.fields.at("skills"), "algebraarithmetic reasoning, algebraic reasoning");
  EXPECT_EQ(sample.images.size(), 1u);
  EXPECT_EQ(bytes_of(sample.images.at(0)), "x");
}
TEST(Hub, HallusionBench) {
  Hub hub("HallusionBench");
  const auto columns = [](const char* category, const char* visual, const char* figure, const testing::Picture& picture) {
    return Columns{{"category", texts({category})}, {"subcategory", texts({"chart"})}, {"visual_input", texts({visual})}, {"set_id", texts({"0"})}, {"figure_id", texts({figure})},
                   {"question_id", texts({"1"})}, {"question", texts({"Is it?"})}, {"gt_answer_details", texts({"It is."})}, {"gt_answer", texts({"1"})}, {"filename", texts({"./a.png"})},
                   {"image", pictures({picture})}};
  };
  hub.put("data/image-00000-of-00001.parquet", columns("VD", "1", "0", {"x", "p"}));
  EXPECT_EQ(hub.open("hallusion_bench")->size(), 1u);
  hub.put("data/non_image-00000-of-00001.parquet", columns("VS", "0", "0", {}));
  const auto data = hub.open("hallusion_bench");
  ASSERT_EQ(data->size(), 2u);
  EXPECT_EQ(data->get(0).id, "VD_chart_0_0_1");
  EXPECT_EQ(bytes_of(data->get(0).images.at(0)), "x");
  EXPECT_EQ(data->get(1).id, "VS_chart_0_0_1");
  EXPECT_THAT(data->get(1).images, IsEmpty());
  EXPECT_THAT(data->get(1).references, ElementsAre("Yes"));
}
Columns pope_columns(const std::vector<std::optional<std::string>>& categories) {
  std::vector<std::optional<std::string>> ids(categories.size(), "1"), questions(categories.size(), "Is there a cat?"), answers(categories.size(), "yes"), sources(categories.size(), "COCO_1");
  return {{"question_id", texts(ids)}, {"question", texts(questions)}, {"answer", texts(answers)}, {"image_source", texts(sources)}, {"category", texts(categories)},
          {"image", pictures(std::vector<testing::Picture>(categories.size(), {"x", "p"}))}};
}
TEST(Hub, Pope) {
  Hub hub("POPE");
  hub.put("data/test-00000-of-00001.parquet", pope_columns({"adversarial", "popular"}));
  const auto data = hub.open("pope");
  ASSERT_EQ(data->size(), 2u);
  EXPECT_EQ(data->get(1).id + data->get(1).group, "popular/1COCO_1");
  EXPECT_THAT(data->get(0).references, ElementsAre("yes"));
}
TEST(Hub, PopeInThreeFiles) {
  Hub hub("POPE");
  for (const char* category : {"adversarial", "popular", "random"}) hub.put(fmt::format("Full/{}-00000-of-00001.parquet", category), pope_columns({category}));
  const auto data = hub.open("pope");
  ASSERT_EQ(data->size(), 3u);
  EXPECT_EQ(data->get(0).id + data->get(2).id, "random/1adversarial/1");
}
TEST(Hub, RealWorldQa) {
  Hub hub("RealWorldQA");
  const std::string written = "Which way?\n\nA. Left\nB. Right\nPlease answer directly with only the letter of the correct option and nothing else.";
  hub.put("data/test-00000-of-00001.parquet", {{"image", pictures({{"x", "p"}, {"x", "p"}})}, {"question", texts({written, "How many? Answer with a number."})}, {"answer", texts({"B", "3"})}});
  const auto data = hub.open("realworldqa");
  const auto choice = data->get(0), number = data->get(1);
  EXPECT_EQ(options_of(choice), "A=Left;B=Right;");
  const auto benchmark = make_benchmark("realworldqa");
  EXPECT_EQ(text_of(benchmark->ask(choice, "lmms-eval")), written);
  EXPECT_EQ(text_of(benchmark->ask(number, "lmms-eval")), "How many? Answer with a number.");
  EXPECT_EQ(benchmark->score({choice, "B. Right"}, "lmms-eval").value, 1);
  EXPECT_EQ(benchmark->score({number, "3."}, "lmms-eval").value, 1);
}
TEST(Hub, MmStar) {
  Hub hub("MMStar");
  const std::string written = "Which?\nOptions: A: red, B: blue, or green, C: x, D: y";
  hub.put("mmstar.parquet", {{"index", numbers({0})}, {"question", texts({written})}, {"image", pictures({{"x", "p"}})}, {"answer", texts({"B"})}, {"category", texts({"math"})}, {"l2_category", texts({"geometry"})}});
  const auto sample = hub.open("mmstar")->get(0);
  EXPECT_EQ(sample.question + "|" + options_of(sample), "Which?|A=red;B=blue, or green;C=x;D=y;");
  EXPECT_EQ(text_of(make_benchmark("mmstar")->ask(sample, "lmms-eval")), written + "\nAnswer with the option's letter from the given choices directly");
}
TEST(Hub, LlavaBench) {
  Hub hub("llava-bench-in-the-wild");
  hub.put("data/train-00000-of-00001.parquet", {{"question_id", numbers({0})}, {"question", texts({"What?"})}, {"caption", texts({"A dog."})}, {"gpt_answer", texts({"It is a dog."})},
                                                {"category", texts({"conv"})}, {"image", pictures({{"x", "p"}})}});
  const auto sample = hub.open("llava_bench_wild")->get(0);
  EXPECT_EQ(sample.id + sample.fields.at("caption") + sample.references.at(0) + sample.category, "0A dog.It is a dog.conv");
}
TEST(Hub, Gqa) {
  Hub hub("GQA");
  hub.put("testdev_balanced_instructions/testdev-00000-of-00001.parquet", {{"id", texts({"q1", "q2"})}, {"imageId", texts({"n9", "n8"})}, {"question", texts({"Is it red?", "What is it?"})},
                                                                           {"answer", texts({"no", "cat"})}, {"fullAnswer", texts({"No, it is not.", "It is a cat."})}});
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)hub.open("gqa_testdev"); }), HasSubstr("no testdev_balanced_images/testdev-*.parquet"));
  hub.put("testdev_balanced_images/testdev-00000-of-00001.parquet", {{"id", texts({"n7", "n9"})}, {"image", pictures({{"x", "p"}, {"y", "p"}})}});
  const auto data = hub.open("gqa_testdev");
  EXPECT_EQ(data->get(0).id + data->get(0).references.at(0) + bytes_of(data->get(0).images.at(0)), "q1noy");
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)data->get(1); }), HasSubstr("row 1: no picture has the id \"n8\""));
}
TEST(Hub, RefCoco) {
  constexpr const char kPng[] = "\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\2\x80\0\0\1\xE0";
  const std::string jpeg = std::string("\xFF\xD8\xFF\xE0\0\4ab\xFF\xC0\0\x11\x08\0\x64\0\xC8", 17);
  Hub hub("RefCOCOplus");
  hub.put("data/testA-00000-of-00001.parquet", {{"question_id", texts({"r1", "r2"})}, {"image", pictures({{std::string(kPng, sizeof(kPng) - 1), "p"}, {jpeg, "p"}})}, {"question", texts({"box?", "box?"})},
                                                {"answer", text_lists({{"the cat", "left cat"}, {"dog"}})}, {"bbox", real_lists({{10, 20, 30, 40.5}, {0, 0, 1, 1}})}});
  const auto data = hub.open("refcocoplus_testa");
  ASSERT_EQ(data->size(), 3u);
  const auto sample = data->get(1);
  EXPECT_EQ(sample.id + sample.fields.at("phrase"), "r1_1left cat");
  EXPECT_THAT(sample.references, ElementsAre("[10.0, 20.0, 40.0, 60.5]"));
  EXPECT_EQ(sample.fields.at("width") + "x" + sample.fields.at("height"), "640x480");
  EXPECT_EQ(data->get(2).fields.at("width") + "x" + data->get(2).fields.at("height"), "200x100");
}
TEST(Hub, RefCocoNeedsThePicturesSize) {
  Hub hub("RefCOCO");
  hub.put("data/val-00000-of-00001.parquet",
          {{"question_id", texts({"r1"})}, {"image", pictures({{"GIF89a", "p"}})}, {"answer", text_lists({{"dog"}})}, {"bbox", real_lists({{0, 0, 1, 1}})}});
  const auto data = hub.open("refcoco_val");
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)data->get(0); }), HasSubstr("neither a JPEG nor a PNG file"));
}
TEST(Hub, Captions) {
  Hub coco("coco-karpathy"), nocaps("NoCaps"), flickr("flickr30k");
  coco.put("data/test-00000-of-00001.parquet", {{"filename", texts({"COCO_val2014_000000391895.jpg"})}, {"imgid", numbers({0})}, {"sentences", text_lists({{"A man.", "A bike."}})}, {"url", texts({"u"})}});
  const auto sample = coco.open("coco_karpathy_test")->get(0);
  EXPECT_EQ(sample.id, "391895");
  EXPECT_THAT(sample.references, ElementsAre("A man.", "A bike."));
  nocaps.put("data/validation-00000-of-00001.parquet", {{"image_id", numbers({5})}, {"image", pictures({{"x", "p"}})}, {"annotations_captions", text_lists({{"a", "b"}})}});
  EXPECT_EQ(nocaps.open("nocaps_val")->get(0).id, "5");
  flickr.put("data/test-00000-of-00001.parquet",
             {{"img_id", texts({"1", "2"})}, {"image", pictures({{"x", "p"}, {"y", "p"}})}, {"caption", text_lists({{"a"}, {"b"}})}, {"split", texts({"train", "test"})}});
  const auto data = flickr.open("flickr30k_test");
  ASSERT_EQ(data->size(), 1u);
  EXPECT_EQ(data->get(0).id + bytes_of(data->get(0).images.at(0)), "2y");
}
TEST(Hub, CocoCaptionsOf2014And2017) {
  Hub first("COCO-Caption"), second("COCO-Caption2017");
  const auto columns = [](const std::string& one, const std::string& other) {
    return Columns{{"question_id", texts({one, other})}, {"image", pictures({{"x", one}, {"y", std::nullopt}})}, {"question", texts({"What is it?", "What is it?"})},
                   {"answer", text_lists({{"A man on a bike.", "A bike."}, {"Two dogs.", "Dogs!", "It is dogs."}})}, {"id", numbers({7, 8})}, {"license", numbers({3, 1})},
                   {"file_name", texts({one, other})}, {"coco_url", texts({"u", "v"})}, {"height", numbers({360, 427})}, {"width", numbers({640, 640})},
                   {"date_captured", texts({"2013-11-14 11:18:45", "2013-11-15 02:41:42"})}};
  };
  first.put("data/val-00000-of-00001.parquet", columns("COCO_val2014_000000203564.jpg", "COCO_val2014_000000000042.jpg"));
  second.put("data/val-00000-of-00002.parquet", columns("000000397133.jpg", "000000000139.jpg"));
  second.put("data/val-00001-of-00002.parquet", columns("000000000285.jpg", "000000000632.jpg"));
  const auto benchmark = make_benchmark("coco_2014_val");
  const auto data = first.open("coco_2014_val");
  ASSERT_EQ(data->size(), 2u);
  EXPECT_EQ(data->get(0).id + " " + data->get(1).id, "203564 42") << "the number that COCO gives the picture, as lmms-eval hands it to COCO's scorer";
  EXPECT_THAT(data->get(1).references, ElementsAre("Two dogs.", "Dogs!", "It is dogs."));
  EXPECT_EQ(bytes_of(data->get(1).images.at(0)), "y");
  EXPECT_EQ(data->get(0).fields.at("width"), "640");
  const testing::TemporaryFile results("captions_val2014_fake_results.json", R"([{"image_id": 42, "caption": "two dogs"}, {"image_id": 203564, "caption": "a bike"}])");
  EXPECT_NEAR(testing::value_of(testing::metrics_of(*benchmark, benchmark->read_predictions(results.path(), data.get()), "lmms-eval"), "rouge_l"), 1, 1e-12);
  const auto other = second.open("coco_2017_val");
  ASSERT_EQ(other->size(), 4u);
  EXPECT_EQ(other->get(0).id + " " + other->get(3).id, "397133 632");
  EXPECT_EQ(bytes_of(other->get(3).images.at(0)), "y");
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)first.open("coco_2017_val"); }), HasSubstr("or the hub's COCO-Caption2017 (data/val-*.parquet)"));
}
TEST(Hub, QBench) {
  Hub hub("Q-Bench-HF");
  hub.put("data/dev-00000-of-00001.parquet",
          {{"image", pictures({{"x", "p"}})}, {"question", texts({"Is it sharp?"})}, {"option0", texts({"Yes"})}, {"option1", texts({"No"})}, {"option2", texts({"N/A"})}, {"option3", texts({"N/A"})},
           {"question_type", numbers({0})}, {"question_concern", numbers({2})}, {"correct_choice", texts({"B"})}});
  const auto sample = hub.open("q_bench_dev")->get(0);
  EXPECT_EQ(options_of(sample), "A=Yes;B=No;");
  const auto metrics = testing::metrics_of(*make_benchmark("q_bench_dev"), {{sample, "B"}});
  EXPECT_EQ(testing::value_of(metrics, "yes_or_no.accuracy"), 1);
  EXPECT_EQ(testing::value_of(metrics, "in_context_distortion.accuracy"), 1);
}
TEST(Hub, SaysWhichColumnIsMissing) {
  Hub hub("MMStar");
  hub.put("mmstar.parquet", {{"index", numbers({0})}, {"question", texts({"q"})}, {"answer", texts({"B"})}});
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)hub.open("mmstar"); }), HasSubstr("mmstar.parquet: no column category, l2_category, image; found: index, question, answer"));
}

}  // namespace
}  // namespace assay
