#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "benchmarks/catalog.h"
#include "benchmarks/prediction_file.h"
#include "datasets/scienceqa_files.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "metrics/option_letter.h"
#include "metrics/python_text.h"
#include "tests/benchmarks/scoring.h"
#include "tests/shared_files.h"

namespace assay {
namespace {

using testing::find_metric;
using testing::message_of;
using testing::metrics_of;
using testing::TemporaryFolder;
using testing::text_of;
using testing::value_of;
using ::testing::AllOf;
using ::testing::HasSubstr;

std::string problem(const char* choices, int answer, const char* hint, const char* image, const char* subject, int grade) {
  return fmt::format("{{\"question\": \"Which?\", \"choices\": {}, \"answer\": {}, \"hint\": \"{}\", \"image\": {}, \"subject\": \"{}\", \"grade\": \"grade{}\", "
                     "\"split\": \"test\"}}", choices, answer, hint, image, subject, grade);
}
std::string problems() {
  return "{\"7\": " + problem("[\"x\", \"y\"]", 1, "Look.", "\"image.png\"", "natural science", 6) + ",\n\"3\": " +
         problem("[\"x\", \"y\", \"z\"]", 0, "", "null", "language science", 12) + ",\n\"5\": " +
         problem("[\"x\", 2]", 0, "", "\"image.png\"", "natural science", 7) + "}";
}
constexpr const char* kSplits = "{\"test\": [\"3\", \"5\", \"7\"], \"val\": []}";

struct Set {
  TemporaryFolder folder;
  std::unique_ptr<SampleSource> data;
  Set() {
    folder.write("problems.json", problems());
    folder.write("pid_splits.json", kSplits);
    data = make_benchmark("scienceqa_test")->open({{folder.path()}});
  }
};

std::vector<Reply> replies_to(const SampleSource& data, const std::map<std::string, std::string>& texts) {
  std::vector<Reply> replies;
  for (std::size_t i = 0; i < data.size(); ++i) {
    Sample sample = data.get(i);
    const std::string text = texts.at(sample.id);
    replies.push_back({std::move(sample), text});
  }
  return replies;
}

TEST(ScienceQa, ReportsTheAuthorsGroups) {
  const Set set;
  const auto bench = make_benchmark("scienceqa_test");
  const auto metrics = metrics_of(*bench, replies_to(*set.data, {{"3", "The answer is A."}, {"5", "The answer is B, as"}, {"7", "The answer is B."}}));
  EXPECT_DOUBLE_EQ(value_of(metrics, "accuracy"), 200.0 / 3);
  EXPECT_EQ(value_of(metrics, "image.accuracy"), 50);
  EXPECT_EQ(value_of(metrics, "text.accuracy"), 100);
  EXPECT_EQ(value_of(metrics, "text_image.accuracy"), 100);
  EXPECT_EQ(value_of(metrics, "no_context.accuracy"), 100);
  EXPECT_EQ(value_of(metrics, "natural_science.accuracy"), 50);
  EXPECT_EQ(value_of(metrics, "grade_1_6.accuracy"), 100);
  EXPECT_EQ(find_metric(metrics, "grade_7_12.accuracy")->count, 2);
  EXPECT_EQ(find_metric(metrics_of(*bench, replies_to(*set.data, {{"3", "A"}, {"5", "A"}, {"7", "B"}}), "vlmevalkit"), "accuracy")->count, 2);
}
TEST(ScienceQa, NeverDraws) {
  const Set set;
  const auto bench = make_benchmark("scienceqa_test");
  for (const char* text : {"B", "The answer is D.", "The answer is A. The answer is A.", "The answer is B", "The answer is B\n", "the answer is B.", "The answer is The answer is B."}) {
    const auto score = bench->score({set.data->get(1), text}, "official");
    EXPECT_EQ(score.state, SampleState::kUnparsed) << text;
    EXPECT_EQ(score.value, 0);
  }
}
struct Case {
  const char *text, *llava, *lmms, *internvl, *vlmevalkit;
};
TEST(ScienceQa, ProfilesReadDifferently) {
  const Set set;
  const auto bench = make_benchmark("scienceqa_test");
  for (const auto& c : {Case{"B", "B", "B", "B", "B"}, Case{"b", "", "B", "b", ""}, Case{"B. y", "B", "B", "B", "B"}, Case{"B.", "", "B", "B", "B"},
                        Case{"The answer is B.", "B", "", "The answer is B.", "B"}, Case{"E", "", "", "E", ""}, Case{"D. x", "", "D", "A", "A"},
                        Case{"", "", "", "", ""}, Case{"y", "", "", "y", "B"}}) {
    const auto answer = [&](const char* profile) { return bench->score({set.data->get(2), c.text}, profile).answer; };
    EXPECT_EQ(answer("llava"), c.llava) << c.text;
    EXPECT_EQ(answer("lmms-eval"), c.lmms) << c.text;
    EXPECT_EQ(answer("internvl"), c.internvl) << c.text;
    EXPECT_EQ(answer("vlmevalkit"), c.vlmevalkit) << c.text;
  }
}
TEST(ScienceQa, AsksWithTheContextInFront) {
  const Set set;
  const auto bench = make_benchmark("scienceqa_test");
  constexpr const char* kTail = "Which?\nA. x\nB. y\nAnswer with the option's letter from the given choices directly.";
  EXPECT_EQ(text_of(bench->ask(set.data->get(2), "")), std::string("Look.\n") + kTail);
  EXPECT_EQ(text_of(bench->ask(set.data->get(2), "internvl")), std::string("Look.\n") + kTail);
  EXPECT_EQ(text_of(bench->ask(set.data->get(2), "llava")), std::string("Context: Look.\n") + kTail);
  EXPECT_EQ(text_of(bench->ask(set.data->get(2), "lmms-eval")), std::string("Context: Look.\n") + kTail);
  EXPECT_EQ(bench->ask(set.data->get(2), "lmms-eval").decoding.max_new_tokens, 16);
  EXPECT_EQ(text_of(bench->ask(set.data->get(0), "llava")).find("Context"), std::string::npos);
}

TEST(ScienceQaFiles, TheAuthorsLayout) {
  const Set set;
  ASSERT_EQ(set.data->size(), 3u);
  EXPECT_EQ(set.data->get(0).id, "3");
  EXPECT_TRUE(set.data->get(0).images.empty());
  set.folder.write("images/test/7/image.png", "x");
  EXPECT_EQ(set.data->get(2).images.at(0).path, set.folder / "images/test/7/image.png");
  EXPECT_EQ(set.data->get(1).options.at(1).text, "2");
  EXPECT_EQ(set.data->get(2).references.at(0), "B");
  std::filesystem::remove(set.folder / "pid_splits.json");
  EXPECT_EQ(open_scienceqa_problems(set.folder / "problems.json", "test")->get(0).id, "7");  // the file's order
  EXPECT_THAT(message_of<DataError>([&] { (void)open_scienceqa_problems(set.folder / "problems.json", "val"); }), HasSubstr("no questions"));
}
TEST(ScienceQaFiles, QwensLines) {
  const TemporaryFolder folder;
  const auto path = folder.write("a/scienceqa_test_img.jsonl", "\xEF\xBB\xBF{\"image\": \"data/scienceqa/images/test/5/image.png\", \"question\": \"Which?\", "
                                 "\"choices\": [\"x\", \"y\"], \"answer\": 1, \"hint\": null}\r\n");
  folder.write("images/test/5/image.png", "x");
  const auto sample = open_scienceqa_jsonl(path)->get(0);
  EXPECT_EQ(sample.id, "5");
  EXPECT_EQ(sample.references.at(0), "B");
  EXPECT_EQ(sample.images.at(0).path, folder / "images/test/5/image.png");
}
TEST(ScienceQaFiles, LlavasConversations) {
  const TemporaryFolder folder;
  const auto path = folder.write("llava_test_CQM-A.json",
                                 "[{\"id\": \"4\", \"conversations\": [{\"from\": \"human\", \"value\": \"Which?\\nA. x\\nmore\\nB. y\"}, {\"from\": \"gpt\", \"value\": \"B\"}]},"
                                 "{\"id\": \"5\", \"image\": \"5/image.png\", \"conversations\": [{\"value\": \"<image>\\nContext: A. Look\\nWhich?\\nA. x\\nB. y\\nC. z\"}]}]");
  const auto data = open_scienceqa_llava(path);
  EXPECT_EQ(data->get(0).question, "Which?");
  EXPECT_EQ(data->get(0).options.at(0).text, "x\nmore");
  EXPECT_EQ(data->get(0).references.at(0), "B");
  EXPECT_EQ(data->get(1).question, "Context: A. Look\nWhich?");
  EXPECT_EQ(data->get(1).options.size(), 3u);
  EXPECT_EQ(data->get(1).images.size(), 1u);
}
TEST(ScienceQaFiles, SayWhatIsWrongAndWhere) {
  const auto error = [](const std::string& content, const std::string& splits = kSplits) {
    const TemporaryFolder folder;
    folder.write("pid_splits.json", splits);
    const auto path = folder.write("problems.json", content);
    return message_of<DataError>([&] { (void)open_scienceqa_problems(path, "test"); });
  };
  EXPECT_THAT(error(""), HasSubstr("problems.json:1:1"));
  EXPECT_THAT(error("[]"), HasSubstr("expected an object of problems by number"));
  EXPECT_THAT(error("{}"), AllOf(HasSubstr("no problem \"3\""), HasSubstr("pid_splits.json")));
  EXPECT_THAT(error(python::replace(problems(), "\"answer\": 1", "\"answer\": 2")), HasSubstr("problem 7: \"answer\" must be the place of one of 2 choices, got 2"));
  EXPECT_THAT(error(python::replace(problems(), "[\"x\", 2]", "[]")), HasSubstr("problem 5: \"choices\" must hold 1 to 26 texts"));
  EXPECT_THAT(error(problems(), "{\"test\": [\"3\", \"3\"]}"), HasSubstr("\"3\" comes twice"));
  EXPECT_THAT(error(problems(), "{\"test\": {}}"), HasSubstr("\"test\""));
}

TEST(ScienceQaPredictions, TakeThePlacesThatTheAuthorsFileRecords) {
  const Set set;
  const auto bench = make_benchmark("scienceqa_test");
  const auto path = set.folder.write("r.json", "{\"acc\": 1, \"results\": {\"3\": 0, \"5\": 0, \"7\": 0}, \"outputs\": {\"3\": \"\", \"5\": \"The answer is B. \", \"7\": \"\"}}");
  const auto replies = bench->read_predictions(path, set.data.get());
  EXPECT_DOUBLE_EQ(value_of(metrics_of(*bench, replies), "accuracy"), 200.0 / 3);  // what was drawn for 3 and 7 is in the file
  EXPECT_EQ(value_of(metrics_of(*bench, replies, "llava"), "accuracy"), 0);
  const auto bad = set.folder.write("bad.json", "{\"results\": {\"3\": 99}, \"outputs\": {\"3\": \"\"}}");
  EXPECT_THAT(message_of<DataError>([&] { (void)bench->read_predictions(bad, set.data.get()); }), HasSubstr("results: 3: expected the place of a choice, got 99"));
  EXPECT_THAT(message_of<DataError>([&] { (void)bench->read_predictions(path, nullptr); }), HasSubstr("no label in the row"));
}
TEST(ScienceQaPredictions, LlavasOutputBringsItsLabels) {
  const TemporaryFolder folder;
  const auto path = folder.write("o.jsonl", "{\"correct\": [{\"question_id\": \"4\", \"parsed_ans\": \"B\", \"ground_truth\": \"B\", \"question\": \"?\", \"pred\": \"B\", \"is_multimodal\": true}],"
                                            "\"incorrect\": [{\"question_id\": \"5\", \"ground_truth\": \"A\", \"question\": \"?\", \"pred\": \"C. z\", \"is_multimodal\": false}]}");
  const auto bench = make_benchmark("scienceqa_test");
  const auto metrics = metrics_of(*bench, bench->read_predictions(path, nullptr), "llava");
  EXPECT_EQ(value_of(metrics, "accuracy"), 50);
  EXPECT_EQ(value_of(metrics, "image.accuracy"), 100);
  EXPECT_EQ(find_metric(metrics, "image.accuracy")->count, 1);
}
TEST(ScienceQaPredictions, LinesThatNumberTheirOwnRowsStandAlone) {
  const Set set;
  const auto bench = make_benchmark("scienceqa_test");
  const auto path = set.folder.write("samples_scienceqa.jsonl", "{\"doc_id\": 0, \"target\": \"B\", \"filtered_resps\": [\"B.\"], \"doc\": {\"question\": \"Which?\"}}\n"
                                                                "{\"doc_id\": 1, \"target\": \"A\", \"filtered_resps\": [\"b\"], \"doc\": {}}\n");
  const auto metrics = metrics_of(*bench, bench->read_predictions(path, set.data.get()), "lmms-eval");
  EXPECT_EQ(value_of(metrics, "accuracy"), 0.5);
  EXPECT_TRUE(std::isnan(value_of(metrics, "image.accuracy")));
}

TEST(ScienceQaFixture, ReadsWhatTheAuthorsRunRead) {
  ASSAY_NEEDS_SHARED("fixtures/scienceqa/EXPECTED.json");
  const auto root = testing::shared_root() / "fixtures/scienceqa";
  const auto document = json::parse_file(root / "EXPECTED.json");
  const auto& expected = document["gpt3"];
  const auto file = json::parse_file(root / "gpt3_final_test_QCM-ALE_2_seed_3.json");
  ASSERT_EQ(file["results"].MemberCount(), expected["count_in_file"].GetUint());
  EXPECT_EQ(file["correct"].GetInt(), expected["correct_in_file"].GetInt());
  int read = 0;
  for (const auto& output : file["outputs"].GetObject()) {
    const auto letter = letter_scienceqa(json::text_of(output.value));
    if (!letter) continue;  // the run drew a choice for these
    ++read;
    EXPECT_EQ((*letter)[0] - 'A', file["results"][output.name.GetString()].GetInt()) << output.name.GetString();
  }
  EXPECT_EQ(read, 4241 - 249);
}
/// The labels of the fixture's run are nowhere beside it; those of the 2017 questions with a picture are.
TEST(ScienceQaFixture, ScoresTheRunOnThePicturedQuestions) {
  ASSAY_NEEDS_SHARED("fixtures/scienceqa/EXPECTED.json");
  ASSAY_NEEDS_SHARED("data/annotations/scienceqa_test_img.json");
  const auto root = testing::shared_root();
  const auto labels = json::parse_file(root / "data/annotations/scienceqa_test_img.json");
  const auto path = root / "fixtures/scienceqa/gpt3_final_test_QCM-ALE_2_seed_3.json";
  const auto file = json::parse_file(path);
  std::string lines;
  int right = 0;
  for (const auto& row : labels.GetArray()) {
    const std::filesystem::path picture = row["image_path"].GetString();
    const char label = row["gt_answers"].GetString()[0];
    lines += fmt::format("{{\"image\": \"{}\", \"question\": \"?\", \"choices\": [1, 2, 3, 4, 5], \"answer\": {}}}\n", picture.string(), label - 'A');
    right += file["results"][picture.parent_path().filename().c_str()].GetInt() == label - 'A' ? 1 : 0;
  }
  const TemporaryFolder folder;
  folder.write("scienceqa_test_img.jsonl", lines);
  const auto bench = make_benchmark("scienceqa_test");
  const auto data = bench->open({{folder.path()}});
  ASSERT_EQ(data->size(), 2017u);
  const auto pictured = folder.write("pictured.json", [&] {
    std::string results, outputs;
    for (std::size_t i = 0; i < data->size(); ++i) {
      const std::string id = data->get(i).id, comma = i == 0 ? "" : ",";
      results += fmt::format("{}\"{}\": {}", comma, id, file["results"][id.c_str()].GetInt());
      outputs += fmt::format("{}\"{}\": {}", comma, id, json::dump(file["outputs"][id.c_str()]));
    }
    return fmt::format("{{\"results\": {{{}}}, \"outputs\": {{{}}}}}", results, outputs);
  }());
  const auto metrics = metrics_of(*bench, bench->read_predictions(pictured, data.get()));
  EXPECT_EQ(find_metric(metrics, "accuracy")->count, 2017);
  EXPECT_NEAR(value_of(metrics, "accuracy"), 100.0 * right / 2017, 1e-12);
}

}  // namespace
}  // namespace assay
