#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "benchmarks/catalog.h"
#include "benchmarks/prediction_file.h"
#include "datasets/pope_files.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "benchmarks/summary.h"
#include "metrics/python_text.h"
#include "tests/benchmarks/scoring.h"
#include "tests/shared_files.h"
#include "tests/temporary_folder.h"

namespace assay {
namespace {

using testing::find_metric;
using testing::metrics_of;
using testing::TemporaryFolder;
using testing::value_of;
using ::testing::HasSubstr;

constexpr const char* kProfiles[] = {"official", "vlmevalkit", "lmms-eval", "internvl", "llava", "xcomposer"};

/// A question file: question i is on picture i / 2 and its label is yes where i is even.
std::string question_lines(int count, const char* text = "Is there a cat in the image?") {
  std::string lines;
  for (int i = 0; i < count; ++i) {
    lines += fmt::format("{{\"question_id\": {}, \"image\": \"{}.jpg\", \"text\": \"{}\", \"label\": \"{}\"}}\n", i + 1, i / 2, text, i % 2 == 0 ? "yes" : "no");
  }
  return lines;
}

void write_questions(const TemporaryFolder& folder, int count) {
  for (const char* category : {"random", "popular", "adversarial"}) folder.write(fmt::format("coco/coco_pope_{}.json", category), question_lines(count));
}

/// Replies that give these counts in one category.
void add_replies(std::vector<Reply>& replies, const std::string& category, int tp, int fp, int tn, int fn) {
  const auto add = [&](int times, const char* label, const char* text) {
    for (int i = 0; i < times; ++i) {
      Reply reply;
      reply.sample.id = fmt::format("{}/{}", category, replies.size());
      reply.sample.group = fmt::format("{}.jpg", replies.size() % 50);
      reply.sample.category = category;
      reply.sample.references = {label};
      reply.text = text;
      replies.push_back(reply);
    }
  };
  add(tp, "yes", "yes"), add(fp, "no", "yes"), add(tn, "no", "no"), add(fn, "yes", "no");
}

TEST(Pope, OracleScoresOneAndAlwaysYesScoresChance) {
  const auto pope = make_benchmark("pope");
  std::vector<Reply> oracle, yes;
  for (const char* category : {"random", "popular", "adversarial"}) add_replies(oracle, category, 10, 0, 10, 0), add_replies(yes, category, 10, 10, 0, 0);
  for (const char* profile : kProfiles) {
    const double one = profile == std::string("vlmevalkit") ? 100 : 1;
    const auto best = metrics_of(*pope, oracle, profile);
    for (const char* name : {"f1", "accuracy", "precision", "recall", "random.f1", "adversarial.accuracy"}) {
      EXPECT_EQ(value_of(best, name), one) << profile << " " << name;
    }
    const auto metrics = metrics_of(*pope, yes, profile);
    EXPECT_EQ(value_of(metrics, "accuracy"), one / 2);
    EXPECT_EQ(value_of(metrics, "recall"), one);
    EXPECT_DOUBLE_EQ(value_of(metrics, "f1"), one * 2 / 3);
    EXPECT_EQ(value_of(metrics, "yes_ratio"), profile == std::string("lmms-eval") ? 0.5 : one);  // lmms-eval counts the labels
  }
}
TEST(Pope, MeanOfCategoriesIsNotThePooledNumber) {
  const auto pope = make_benchmark("pope");
  std::vector<Reply> replies;
  add_replies(replies, "random", 4, 0, 4, 0);
  add_replies(replies, "adversarial", 1, 1, 0, 1);
  const auto official = metrics_of(*pope, replies);
  EXPECT_DOUBLE_EQ(value_of(official, "f1"), (1 + 0.5) / 2);
  EXPECT_EQ(find_metric(official, "f1")->count, 2);
  EXPECT_EQ(value_of(official, "adversarial.fn"), 1);
  const auto kit = metrics_of(*pope, replies, "vlmevalkit");
  EXPECT_DOUBLE_EQ(value_of(kit, "f1"), 100 * 2.0 * 5 / (2 * 5 + 1 + 1));
  EXPECT_EQ(find_metric(kit, "f1")->count, 11);
  EXPECT_EQ(find_metric(kit, "random.tp"), nullptr);
  for (const char* profile : kProfiles) {
    for (const auto& metric : metrics_of(*pope, replies, profile)) {
      EXPECT_LE(metric.interval.low, metric.value) << metric.name;
      EXPECT_GE(metric.interval.high, metric.value) << metric.name;
    }
  }
}
TEST(Pope, NoYesAtAllIsAbsentOrZero) {
  const auto pope = make_benchmark("pope");
  std::vector<Reply> replies;
  add_replies(replies, "random", 0, 0, 3, 3);
  EXPECT_TRUE(std::isnan(value_of(metrics_of(*pope, replies), "random.precision")));  // the authors' script divides by zero and stops
  EXPECT_EQ(value_of(metrics_of(*pope, replies), "random.recall"), 0);
  EXPECT_EQ(value_of(metrics_of(*pope, replies, "vlmevalkit"), "f1"), 0);
  EXPECT_EQ(value_of(metrics_of(*pope, replies, "lmms-eval"), "precision"), 0);
}
TEST(Pope, ProfilesReadDifferently) {
  const auto pope = make_benchmark("pope");
  Reply reply;
  reply.sample.references = {"no"};
  const auto score = [&](std::string text, const char* profile) {
    reply.text = std::move(text);
    return pope->score(reply, profile);
  };
  EXPECT_EQ(score("There is no dog.", "official").value, 1);
  EXPECT_EQ(score("The dog. No", "llava").value, 0);  // only the first sentence counts
  EXPECT_EQ(score("NO", "official").answer, "yes");
  EXPECT_EQ(score("NO", "vlmevalkit").value, 1);
  EXPECT_EQ(score("yes and no", "vlmevalkit").state, SampleState::kUnparsed);
  EXPECT_EQ(score(" No\n", "lmms-eval").value, 1);
  EXPECT_EQ(score("No.", "lmms-eval").state, SampleState::kUnparsed);
  EXPECT_EQ(score("No", "xcomposer").value, 0);
  EXPECT_EQ(score("no", "xcomposer").value, 1);
  EXPECT_EQ(score("", "official").state, SampleState::kEmpty);
}
TEST(Pope, UnreadableRepliesFallWhereTheToolkitPutsThem) {
  const auto pope = make_benchmark("pope");
  std::vector<Reply> replies;
  add_replies(replies, "random", 2, 0, 2, 0);
  for (auto& reply : replies) reply.text = reply.text == "yes" && reply.sample.id == "random/0" ? "a dog" : reply.text;
  const auto kit = metrics_of(*pope, replies, "vlmevalkit");
  EXPECT_EQ(value_of(kit, "recall"), 50);
  EXPECT_EQ(value_of(kit, "accuracy"), 75);
  EXPECT_EQ(value_of(metrics_of(*pope, replies, "lmms-eval"), "recall"), 1);
  EXPECT_EQ(value_of(metrics_of(*pope, replies, "lmms-eval"), "accuracy"), 0.75);
  replies[0].state = SampleState::kError;
  EXPECT_EQ(value_of(metrics_of(*pope, replies), "random.fn"), 1);
}
TEST(Pope, ExplodesTheCategoriesOfVlmevalkitsFile) {
  const auto pope = make_benchmark("pope");
  std::vector<Reply> replies;
  add_replies(replies, "random,popular,adversarial", 1, 0, 0, 0);
  add_replies(replies, "adversarial", 0, 1, 0, 0);
  const auto metrics = metrics_of(*pope, replies, "vlmevalkit");
  EXPECT_EQ(find_metric(metrics, "f1")->count, 4);
  EXPECT_EQ(value_of(metrics, "precision"), 75);
  EXPECT_EQ(value_of(metrics, "popular.precision"), 100);
  EXPECT_EQ(value_of(metrics, "adversarial.precision"), 50);
}

TEST(PopeFiles, AreFoundWithTheirPictures) {
  const TemporaryFolder folder;
  write_questions(folder, 4);
  folder.write("val2014/0.jpg", "x");
  const auto pope = make_benchmark("pope");
  const auto data = pope->open({{folder.path()}});
  ASSERT_EQ(data->size(), 12u);
  EXPECT_EQ(data->get(0).id, "random/1");
  EXPECT_EQ(data->get(11).id, "adversarial/4");
  EXPECT_EQ(data->get(1).references.front(), "no");
  EXPECT_EQ(data->get(1).images.front().path, folder / "val2014/0.jpg");
  EXPECT_EQ(data->paths().back(), folder / "val2014");
  EXPECT_EQ(data->get(0).group, data->get(4).group);  // one picture in two categories
  folder.write("images/0.jpg", "x");
  EXPECT_EQ(pope->open({{folder.path()}})->get(0).images.front().path, folder / "images/0.jpg");
  folder.write("coco/0.jpg", "x");
  EXPECT_EQ(pope->open({{folder.path()}})->get(0).images.front().path, folder / "coco/0.jpg");
}
TEST(PopeFiles, LlavasFileTakesItsLabelsByPlace) {
  const TemporaryFolder folder;
  write_questions(folder, 2);
  std::string lines;
  int base = 0;
  for (const char* category : {"adversarial", "random", "popular"}) {
    for (int i = 0; i < 2; ++i) {
      lines += fmt::format("{{\"question_id\": {}, \"image\": \"0.jpg\", \"text\": \"Is there a cat in the image?\\nAnswer the question using a single word or "
                           "phrase.\", \"category\": \"{}\"}}\n", base + i + 1, category);
    }
    base += 10'000'000;
  }
  const auto path = folder.write("llava_pope_test.jsonl", lines);
  const auto data = open_pope_jsonl(path);
  ASSERT_EQ(data->size(), 6u);
  EXPECT_EQ(data->get(2).id, "random/1");
  EXPECT_EQ(data->get(5).references.front(), "no");
  EXPECT_EQ(data->get(5).question, "Is there a cat in the image?");
  std::filesystem::remove_all(folder / "coco");
  EXPECT_EQ(open_pope_jsonl(path)->get(5).id, "popular/2");
  EXPECT_TRUE(open_pope_jsonl(path)->get(5).references.empty());
  write_questions(folder, 1);
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)open_pope_jsonl(path); }), HasSubstr("llava_pope_test.jsonl:2: question 2 of \"adversarial\""));
}
TEST(PopeFiles, SayWhatIsWrongAndWhere) {
  const auto error = [](std::string_view lines) {
    const TemporaryFolder folder;
    folder.write("coco_pope_popular.json", lines);
    return testing::message_of<DataError>([&] { (void)open_pope_folder(folder.path()); });
  };
  const std::string good = question_lines(1);
  EXPECT_THAT(error(""), HasSubstr("no questions"));
  EXPECT_THAT(error(good + good), HasSubstr("coco_pope_popular.json:2: question_id \"1\" comes twice; first at"));
  EXPECT_THAT(error("{\"question_id\": 1, \"image\": \"a\", \"text\": \"?\", \"label\": \"maybe\"}"), HasSubstr(":1: \"label\" must be \"yes\" or \"no\", got \"maybe\""));
  EXPECT_THAT(error("{\"question_id\": 1, \"image\": \"a\", \"label\": \"no\"}"), HasSubstr("text"));
  EXPECT_THAT(error("[1]"), HasSubstr(":1: expected a JSON object"));
  EXPECT_THAT(error(good + "{\"question_id\": 2,\0}"), HasSubstr(":2:"));
  EXPECT_THAT(error("{\"question_id\": 2, \"image\": \"\xFF\"}"), HasSubstr(":1:"));
  EXPECT_EQ(error("\xEF\xBB\xBF" + python::replace(good, "\n", "\r\n")), "nothing thrown");
}

/// Three categories of two questions each, and a prediction file.
std::string score_file(const std::string& name, const std::string& content, bool in_part = false) {
  const TemporaryFolder folder;
  write_questions(folder, 2);
  const auto pope = make_benchmark("pope");
  const auto data = pope->open({{folder.path()}});
  const auto path = folder.write("p/" + name, content);
  const AnsweredInPart part(*data);
  std::string text;
  for (const auto& reply : pope->read_predictions(path, in_part ? &part : data.get())) text += reply.sample.id + "=" + reply.text + " ";
  return text;
}
TEST(PopePredictions, KnowEveryKindOfId) {
  const auto lines = [](auto id) {
    std::string text;
    for (int i = 0; i < 6; ++i) text += fmt::format("{{{}, \"text\": \"{}\"}}\n", id(i), i);
    return text;
  };
  const std::string expected = "random/1=0 random/2=1 popular/1=2 popular/2=3 adversarial/1=4 adversarial/2=5 ";
  constexpr const char* kOrder[] = {"random", "popular", "adversarial"};
  constexpr int kBase[] = {10'000'001, 20'000'001, 1};
  EXPECT_EQ(score_file("a.jsonl", lines([&](int i) { return fmt::format("\"id\": \"{}/{}\"", kOrder[i / 2], i % 2 + 1); })), expected);
  EXPECT_EQ(score_file("a.jsonl", lines([&](int i) { return fmt::format("\"question_id\": {}", kBase[i / 2] + i % 2); })), expected);
  EXPECT_EQ(score_file("a.jsonl", lines([&](int i) {
              return fmt::format("\"doc_id\": {}, \"doc\": {{\"id\": \"{}\", \"question_id\": \"{}\", \"category\": \"{}\"}}, \"target\": \"yes\"", i, i, i % 2 + 1, kOrder[i / 2]);
            })), expected);
}
TEST(PopePredictions, TakeTheAuthorsLinesByPlace) {
  const std::string lines = "{\"question\": \"Is there a cat in the image?\", \"answer\": \"yes, there is\"}\n{\"question\": \"Is there a cat in the image?\", \"answer\": \"no\"}\n";
  EXPECT_EQ(score_file("model_popular.json", lines, true), "popular/1=yes, there is popular/2=no ");
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)score_file("model_popular.json", lines); }), HasSubstr("4 ids of the data that the file does not have"));
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)score_file("model.json", lines); }), HasSubstr("its name says none of random, popular, adversarial"));
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)score_file("popular.json", lines + lines); }), HasSubstr("4 answers, and \"popular\" has 2 questions"));
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)score_file("popular.json", "{\"question\": \"Is it?\", \"answer\": \"no\"}\n{\"answer\": \"no\"}"); }),
              HasSubstr("answers \"Is it?\", and question popular/1 is"));
}
TEST(PopePredictions, AFolderIsReadAsOne) {
  const TemporaryFolder folder;
  write_questions(folder, 1);
  for (const char* category : {"random", "popular", "adversarial"}) folder.write(fmt::format("answers/{}.json", category), "{\"answer\": \"Yes\"}\n");
  const auto pope = make_benchmark("pope");
  const auto data = pope->open({{folder.path()}});
  EXPECT_EQ(value_of(metrics_of(*pope, pope->read_predictions(folder / "answers", data.get())), "accuracy"), 1);
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)pope->read_predictions(folder.path(), data.get()); }), HasSubstr("no file in it is named after"));
}
TEST(PopePredictions, ListWhatDoesNotMatch) {
  EXPECT_THAT(testing::message_of<DataError>([] { (void)score_file("a.jsonl", "{\"question_id\": 7, \"text\": \"no\"}\n{\"question_id\": 1, \"text\": \"no\"}\n"
                                                                              "{\"question_id\": 1, \"text\": \"no\"}"); }),
              ::testing::AllOf(HasSubstr("1 ids that the data does not have: 7"), HasSubstr("5 ids of the data"), HasSubstr("1 ids that come more than once: adversarial/1")));
}

TEST(PopeFixture, ReproducesTheOfficialScriptOnLlava) {
  ASSAY_NEEDS_SHARED("fixtures/pope/EXPECTED.json");
  const auto root = testing::shared_root() / "fixtures/pope";
  const auto expected = json::parse_file(root / "EXPECTED.json");
  const auto& runs = expected["haoming_llava-v1.5-7b POPE_results.txt (partial file, 5712 rows; only adversarial and random)"];
  const auto pope = make_benchmark("pope");
  const auto data = pope->open({{root / "coco_e3e39262"}});
  EXPECT_EQ(data->size(), 8910u);
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)pope->read_predictions(root / "llava-v1.5-7b_partial.jsonl", data.get()); }), HasSubstr("3198 ids of the data"));
  const auto replies = pope->read_predictions(root / "llava-v1.5-7b_partial.jsonl", std::make_unique<AnsweredInPart>(*data).get());
  for (const char* profile : {"official", "llava", "internvl"}) {
    const auto metrics = metrics_of(*pope, replies, profile);
    for (const auto& [category, key] : {std::pair{"adversarial", "adversarial"}, {"random", "random(2712)"}}) {
      for (const char* count : {"TP", "FP", "TN", "FN"}) EXPECT_EQ(value_of(metrics, fmt::format("{}.{}", category, snake_case(count))), runs[key][count].GetDouble());
      EXPECT_NEAR(value_of(metrics, fmt::format("{}.f1", category)), runs[key]["f1"].GetDouble(), 1e-12);
    }
    EXPECT_EQ(find_metric(metrics, "popular.f1"), nullptr);
  }
}
TEST(PopeFixture, ReproducesXcomposersPublishedTables) {
  ASSAY_NEEDS_SHARED("fixtures/pope/EXPECTED.json");
  const auto expected = json::parse_file(testing::shared_root() / "fixtures/pope/EXPECTED.json");
  const auto& tables = expected["internlm-xcomposer2-vl-7b_published_confusion_matrices (InternLM-XComposer-2.0/evaluation/README.md)"];
  const auto pope = make_benchmark("pope");
  std::vector<Reply> replies;
  for (const char* category : {"random", "popular", "adversarial"}) {
    const auto& table = tables[category];
    add_replies(replies, category, table["TP"].GetInt(), table["FP"].GetInt(), table["TN"].GetInt(), table["FN"].GetInt());
  }
  for (const char* profile : {"official", "xcomposer"}) {
    const auto metrics = metrics_of(*pope, replies, profile);
    EXPECT_NEAR(value_of(metrics, "f1"), tables["average_f1"].GetDouble(), 1e-12);
    for (const char* category : {"random", "popular", "adversarial"}) {
      for (const char* name : {"accuracy", "precision", "recall", "f1", "yes_ratio"}) {
        EXPECT_NEAR(value_of(metrics, fmt::format("{}.{}", category, name)), tables[category][name].GetDouble(), 1e-12) << category << " " << name;
      }
    }
  }
}

}  // namespace
}  // namespace assay
