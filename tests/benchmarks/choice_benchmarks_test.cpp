#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "benchmarks/catalog.h"
#include "benchmarks/choice_scoring.h"
#include "benchmarks/prediction_file.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "tests/benchmarks/fake_source.h"
#include "tests/benchmarks/scoring.h"
#include "tests/shared_files.h"

/// The benchmarks whose multiple-choice questions are scored one by one: AI2D, MMStar, RealWorldQA, Q-Bench.
namespace assay {
namespace {

using testing::find_metric;
using testing::message_of;
using testing::metrics_of;
using testing::TemporaryFolder;
using testing::text_of;
using testing::value_of;
using ::testing::HasSubstr;

constexpr const char* kNames[] = {"ai2d_test", "ai2d_test_no_mask", "mmstar", "q_bench_dev", "q_bench_dev_cn", "q_bench_test", "q_bench_test_cn", "realworldqa"};

Sample cat_or_dog(std::string label = "B") {
  Sample sample;
  sample.id = "1";
  sample.question = "Which?";
  sample.options = {{"A", "a cat"}, {"B", "a dog"}};
  sample.references = {std::move(label)};
  sample.category = "Image Scene & Topic";
  return sample;
}

std::vector<Reply> replies(const std::string& text, int count = 8) {
  std::vector<Reply> all;
  for (int i = 0; i < count; ++i) {
    Reply reply{cat_or_dog(i % 2 == 0 ? "A" : "B"), text};
    reply.sample.id = std::to_string(i);
    if (text.empty()) reply.text = reply.sample.references.front();
    all.push_back(reply);
  }
  return all;
}

TEST(ChoiceBenchmarks, OracleAndConstant) {
  for (const char* name : kNames) {
    const auto bench = make_benchmark(name);
    for (const auto& profile : bench->scoring_profiles()) {
      EXPECT_EQ(value_of(metrics_of(*bench, replies(""), profile), "accuracy"), 1) << name << " " << profile;
      EXPECT_EQ(value_of(metrics_of(*bench, replies("A"), profile), "accuracy"), 0.5) << name << " " << profile;
      EXPECT_EQ(value_of(metrics_of(*bench, replies("A"), profile), "image_scene_topic.accuracy"), 0.5) << name << " " << profile;
      EXPECT_EQ(bench->score({cat_or_dog(), "A", SampleState::kError}, profile).value, 0);
    }
  }
}

struct Case {
  const char *text, *official, *vlmevalkit, *lmms, *internvl;  ///< letters; "" where none is read
};
void expect_letters(const char* name, std::initializer_list<Case> cases) {
  const auto bench = make_benchmark(name);
  for (const auto& c : cases) {
    const auto answer = [&](const char* profile) { return bench->score({cat_or_dog(), c.text}, profile).answer; };
    EXPECT_EQ(answer("official"), c.official) << name << ": " << c.text;
    EXPECT_EQ(answer("vlmevalkit"), c.vlmevalkit) << name << ": " << c.text;
    EXPECT_EQ(answer("lmms-eval"), c.lmms) << name << ": " << c.text;
    EXPECT_EQ(answer("internvl"), c.internvl) << name << ": " << c.text;
  }
}
TEST(Ai2d, ProfilesReadDifferently) {
  expect_letters("ai2d_test", {Case{"B", "B", "B", "B", "B"}, Case{" b ", "", "", "", "B"}, Case{"b!", "", "", "B", ""}, Case{" \u3000B. a cat", "B", "B", "B", ""},
                               Case{"Z. a cat", "Z", "Z", "Z", ""}, Case{"a dog", "B", "B", "", ""}, Case{"", "", "", "", ""}, Case{"(B)", "B", "B", "B", ""}});
  EXPECT_EQ(make_benchmark("ai2d_test")->score({cat_or_dog(), "the letter B"}, "xcomposer").answer, "B");
}
TEST(MmStar, ProfilesReadDifferently) {
  expect_letters("mmstar", {Case{"b", "B", "", "", ""}, Case{"Bird", "B", "", "B", ""}, Case{"(b) x", "B", "", "", ""}, Case{"Option B", "B", "B", "B", "B"},
                            Case{"The answer is\nB", "B", "B", "B", "B"}, Case{"The answer is (B)", "", "B", "B", "B"}, Case{" \n", "", "", "", ""},
                            Case{"It is a dog", "", "B", "", "B"}});
}
TEST(MmStar, LmmsEvalCountsEachDetailOnce) {
  std::vector<Reply> all = replies("A", 6);  // right where the label is A: 0, 2, 4
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].sample.category = i < 4 ? "math" : "logical reasoning";
    all[i].sample.fields["l2_category"] = i == 0 ? "geometry" : i < 4 ? "statistical reasoning" : "diagram reasoning";
  }
  const auto bench = make_benchmark("mmstar");
  const auto metrics = metrics_of(*bench, all, "lmms-eval");
  EXPECT_DOUBLE_EQ(value_of(metrics, "accuracy"), (1.0 + 1.0 / 3 + 0.5) / 3);
  EXPECT_EQ(find_metric(metrics, "accuracy")->count, 3);
  EXPECT_DOUBLE_EQ(value_of(metrics, "math.accuracy"), (1.0 + 1.0 / 3) / 2);
  EXPECT_DOUBLE_EQ(value_of(metrics, "statistical_reasoning.accuracy"), 1.0 / 3);
  EXPECT_EQ(value_of(metrics_of(*bench, all), "accuracy"), 0.5);
  for (const auto& metric : metrics) {
    EXPECT_LE(metric.interval.low, metric.value) << metric.name;
    EXPECT_GE(metric.interval.high, metric.value) << metric.name;
  }
}
TEST(RealWorldQa, ProfilesReadDifferently) {
  expect_letters("realworldqa", {Case{"B.", "B", "B", "B", "B"}, Case{"The answer is B", "B", "B", "B", "B"}, Case{"None", "", "", "", ""},
                                 Case{"a dog", "B", "B", "", "B"}});
  Sample count = cat_or_dog("3");
  count.options.clear();
  const auto bench = make_benchmark("realworldqa");
  EXPECT_EQ(bench->score({count, " 3. "}, "lmms-eval").value, 1);
  EXPECT_EQ(bench->score({count, "three"}, "lmms-eval").answer, "three");
  EXPECT_EQ(bench->score({count, "."}, "lmms-eval").state, SampleState::kUnparsed);
  count.references = {"Yes"};
  EXPECT_EQ(bench->score({count, "yes."}, "lmms-eval").value, 1);
}
TEST(QBench, ProfilesReadDifferently) {
  expect_letters("q_bench_dev", {Case{"B", "B", "B", "B", "B"}, Case{"B. a dog", "B", "B", "B", "B"}, Case{"DNA B", "B", "B", "B", "DNA B"},
                                 Case{"a dog", "B", "B", "", "B"}, Case{"DNA binds", "", "", "A", "DNA binds"}});
}
TEST(QBench, BreaksDownByTypeAndConcern) {
  auto all = replies("A", 4);
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].sample.category.clear();
    all[i].sample.fields[i < 2 ? "type" : "question_type"] = i % 2 == 0 ? "0" : "2";
    all[i].sample.fields["concern"] = "3";
  }
  const auto metrics = metrics_of(*make_benchmark("q_bench_dev"), all);
  EXPECT_EQ(value_of(metrics, "yes_or_no.accuracy"), 1);
  EXPECT_EQ(value_of(metrics, "how.accuracy"), 0);
  EXPECT_EQ(find_metric(metrics, "in_context_other.accuracy")->count, 4);
  EXPECT_EQ(find_metric(metrics, "what.accuracy"), nullptr);
}

TEST(ChoiceBenchmarks, AskAsTheToolkitsDo) {
  const auto text = [](const char* name, const char* profile) { return text_of(make_benchmark(name)->ask(cat_or_dog(), profile)); };
  const std::string letter = "Which?\nA. a cat\nB. a dog\nAnswer with the option's letter from the given choices directly.";
  for (const char* name : kNames) {
    EXPECT_EQ(text(name, ""), letter);
    EXPECT_EQ(text(name, "plain"), "Question: Which?\nOptions:\nA. a cat\nB. a dog\nPlease select the correct answer from the options above. \n");
  }
  EXPECT_EQ(text("ai2d_test", "internvl"), letter + " ");
  EXPECT_EQ(text("ai2d_test", "lmms-eval"), letter);
  EXPECT_EQ(text("mmstar", "lmms-eval"), "Which?\nOptions: A: a cat, B: a dog\nAnswer with the option's letter from the given choices directly");
  EXPECT_EQ(text("realworldqa", "lmms-eval"), "Which?\nA. a cat\nB. a dog\nPlease answer directly with only the letter of the correct option and nothing else.");
  EXPECT_EQ(text("q_bench_dev", "lmms-eval"), letter + "\n");
  EXPECT_EQ(text("q_bench_dev", "llava"), "Which?\nChoose between one of the options as follows:\nA. a cat\nB. a dog");
  EXPECT_EQ(text("q_bench_test_cn", "llava"), "Which?\n在下列选项中选择一个:\nA. a cat\nB. a dog");
  EXPECT_EQ(make_benchmark("ai2d_test")->ask(cat_or_dog(), "internvl").decoding.max_new_tokens, 10);
  EXPECT_EQ(make_benchmark("q_bench_dev")->ask(cat_or_dog(), "lmms-eval").decoding.max_new_tokens, 32);
}

TEST(Ai2dFiles, TakeBothKindsOfLinesApart) {
  const TemporaryFolder folder;
  folder.write("ai2d/AI2D_TEST/0.png", "x");
  folder.write("ai2d/ai2d_test_vlmevalkit.jsonl",
               "{\"image\": \"data/ai2diagram/AI2D_TEST/0.png\", \"question\": \"Which?\\nA. one\\nof two\\nB. two\\nPlease answer the question based on the options.\", "
               "\"question_id\": 7, \"answer\": \"A\"}\r\n");
  const auto bench = make_benchmark("ai2d_test");
  const auto sample = bench->open({{folder.path()}})->get(0);
  EXPECT_EQ(sample.id, "7");
  EXPECT_EQ(sample.question, "Which?");
  ASSERT_EQ(sample.options.size(), 2u);
  EXPECT_EQ(sample.options[0].text, "one\nof two");
  EXPECT_EQ(sample.images.at(0).path, folder / "ai2d/AI2D_TEST/0.png");
  EXPECT_EQ(text_of(bench->ask(sample, "internvl")), "Which?\nA. one\nof two\nB. two\nPlease answer the question based on the options. ");
  folder.write("x/ai2d_test.jsonl", "{\"text\": \"[UNUSED_TOKEN_146]user\\nQuestion: Which is B. C?\\nContext: N/A\\nOptions: A. x B. y D. z C. w[UNUSED_TOKEN_145]\\n"
                                    "[UNUSED_TOKEN_146]assistant\\nThe answer is\", \"image\": \"images/1.png\", \"answer\": \"C\"}");
  const auto other = bench->open({{folder / "x"}})->get(0);
  EXPECT_EQ(other.question, "Which is B. C?");
  ASSERT_EQ(other.options.size(), 3u);
  EXPECT_EQ(other.options[1].text, "y D. z");
  EXPECT_EQ(text_of(bench->ask(other, "internvl")), "Which is B. C?\nA. x\nB. y D. z\nC. w\nAnswer with the option's letter from the given choices directly. ");
}
TEST(Ai2dFiles, SayWhatIsWrongAndWhere) {
  const auto error = [](std::string_view lines) {
    const TemporaryFolder folder;
    folder.write("ai2d_test.jsonl", lines);
    return message_of<DataError>([&] { (void)make_benchmark("ai2d_test")->open({{folder.path()}}); });
  };
  EXPECT_THAT(error(""), HasSubstr("no questions"));
  EXPECT_THAT(error("{\"text\": \"Question: q\", \"image\": \"a\", \"answer\": \"A\"}"), HasSubstr("ai2d_test.jsonl:1: \"text\" has no \"Question: \" or no \"Options: A. \""));
  EXPECT_THAT(error("{\"text\": \"Question: q\\nOptions: A. x\", \"answer\": \"A\"}"), HasSubstr(":1: no \"image\""));
  EXPECT_THAT(error("{\"question\": \"q\", \"question_id\": 1, \"image\": \"a\"}\n{\"question\": \"q\", \"question_id\": 1, \"image\": \"a\"}"), HasSubstr("\"1\" comes twice"));
  EXPECT_THAT(error("{\"text\": \"\0\"}"), HasSubstr(":1:"));
}
TEST(QBenchFiles, TheAuthorsLists) {
  const TemporaryFolder folder;
  folder.write("qbench/llvisionqa_dev.json", "[{\"img_path\": \"1.jpg\", \"question\": \"Which?\", \"type\": 1, \"concern\": 2, \"candidates\": [\"x\", \"y\"], \"correct_ans\": \"y\"}]");
  folder.write("qbench/llvisionqa_test.json", "[{\"img_path\": \"1.jpg\", \"question\": \"Which?\", \"type\": 0, \"concern\": 0, \"candidates\": [\"x\", \"y\"]}]");
  folder.write("qbench/质衡-问答-验证集.json", "[{\"img_path\": \"1.jpg\", \"question\": \"哪个?\", \"candidates\": [\"x\"], \"correct_ans\": \"x\"}]");
  folder.write("qbench/images/1.jpg", "x");
  const DataPlaces places{{folder.path()}};
  const auto sample = make_benchmark("q_bench_dev")->open(places)->get(0);
  EXPECT_EQ(sample.references.at(0), "B");
  EXPECT_EQ(sample.images.at(0).path, folder / "qbench/images/1.jpg");
  EXPECT_EQ(value_of(metrics_of(*make_benchmark("q_bench_dev"), {{sample, "y"}}), "what.accuracy"), 1);
  EXPECT_EQ(make_benchmark("q_bench_dev_cn")->open(places)->get(0).question, "哪个?");
  const auto test = make_benchmark("q_bench_test");
  const auto submission = test->submission(std::vector<Reply>{{test->open(places)->get(0), "A"}});
  EXPECT_EQ(submission->content, "{\"id\":\"0\",\"img_path\":\"1.jpg\",\"question\":\"Which?\",\"candidates\":[\"x\",\"y\"],\"response\":\"A\"}\n");
  EXPECT_FALSE(make_benchmark("q_bench_dev")->submission(std::vector<Reply>{{sample, "A"}}).has_value());
  folder.write("bad/llvisionqa_dev.json", "[{\"img_path\": \"1.jpg\", \"question\": \"?\", \"candidates\": [\"x\"], \"correct_ans\": \"z\"}]");
  EXPECT_THAT(message_of<DataError>([&] { (void)make_benchmark("q_bench_dev")->open({{folder / "bad"}}); }), HasSubstr("[0]: \"correct_ans\" is \"z\", which is no candidate"));
}
TEST(ChoiceBenchmarks, LinesOfAnotherDataSetStandAlone) {
  const TemporaryFolder folder;
  const testing::FakeSource data({cat_or_dog()});
  const auto path = folder.write("s.jsonl", "{\"doc_id\": 17, \"target\": \"C\", \"filtered_resps\": [\"C\"], \"doc\": {\"question\": \"?\", \"category\": \"math\"}}\n");
  const auto bench = make_benchmark("mmstar");
  EXPECT_EQ(value_of(metrics_of(*bench, bench->read_predictions(path, &data), "lmms-eval"), "accuracy"), 1);
  // rows that bring their options in each of the hub's ways, and the place of the right one where lmms-eval's target is its letter
  const auto hub = folder.write("hub.jsonl",
                                "{\"doc_id\": 8, \"target\": \"B\", \"filtered_resps\": [\"a dog\"], \"doc\": {\"answer\": \"1\", \"options\": [\"a cat\", \"a dog\"]}}\n"
                                "{\"doc_id\": 9, \"target\": \"A\", \"filtered_resps\": [\"a cat\"], \"doc\": {\"answer\": 0, \"choices\": [\"a cat\", \"a dog\"]}}\n"
                                "{\"doc_id\": 10, \"target\": \"B\", \"filtered_resps\": [\"a dog\"], \"doc\": {\"options\": \"['a cat', 'a dog']\"}}\n"
                                "{\"doc_id\": 11, \"target\": \"B\", \"filtered_resps\": [\"a dog\"], \"doc\": {\"option0\": \"a cat\", \"option1\": \"a dog\", \"option2\": \"N/A\"}}\n");
  EXPECT_EQ(value_of(metrics_of(*bench, bench->read_predictions(hub, nullptr), "vlmevalkit"), "accuracy"), 1);
  const auto unlabelled = folder.write("u.jsonl", "{\"id\": 17, \"reply\": \"C\"}\n");
  EXPECT_THAT(message_of<DataError>([&] { (void)bench->read_predictions(unlabelled, &data); }), HasSubstr("1 ids that the data does not have: 17"));
}

TEST(Ai2dFixture, OpensXcomposersFile) {
  ASSAY_NEEDS_SHARED("data/annotations/ai2d_test.jsonl");
  const auto bench = make_benchmark("ai2d_test");
  const auto data = bench->open({{testing::shared_root() / "data/annotations"}});
  EXPECT_EQ(data->size(), 3076u);
  std::vector<Reply> oracle;
  for (std::size_t i = 0; i < data->size(); ++i) {
    Sample sample = data->get(i);
    const std::string label = sample.references.at(0);
    EXPECT_TRUE(std::ranges::any_of(sample.options, [&](const Option& option) { return option.letter == label; })) << i;
    oracle.push_back({std::move(sample), label});
  }
  EXPECT_EQ(value_of(metrics_of(*bench, oracle), "accuracy"), 1);
}

}  // namespace
}  // namespace assay
