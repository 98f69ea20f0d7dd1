#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "benchmarks/catalog.h"
#include "benchmarks/choice_scoring.h"
#include "benchmarks/mmmu_subjects.h"
#include "benchmarks/summary.h"
#include "datasets/mmmu_answers.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "metrics/mmmu_answer.h"
#include "metrics/python_text.h"
#include "tests/benchmarks/fake_source.h"
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
using ::testing::HasSubstr;

Sample choice(std::string id = "validation_Art_Theory_3", std::string label = "B") {
  Sample sample;
  sample.id = std::move(id);
  sample.question = "<image 1> Which?";
  sample.options = {{"A", "red paint"}, {"B", "blue ink"}};
  sample.references = {std::move(label)};
  sample.fields["question_type"] = "multiple-choice";
  return sample;
}
Sample open_question(std::string label = "60") {
  Sample sample;
  sample.id = "validation_Computer_Science_9";
  sample.question = "How many?";
  sample.references = {std::move(label)};
  sample.fields["question_type"] = "short-answer";
  return sample;
}
void add_picture(Sample& sample, const char* name) {
  ImageRef picture;
  picture.path = picture.name = name;
  sample.images.push_back(picture);
}

TEST(Mmmu, KnowsSubjectsAndDomains) {
  EXPECT_EQ(mmmu_subject(choice()), "Art_Theory");
  EXPECT_EQ(mmmu_domain("Art_Theory"), "Art and Design");
  EXPECT_EQ(mmmu_domain("Alchemy"), "");
  Sample row;
  row.id = "17", row.category = "Music";
  EXPECT_EQ(mmmu_subject(row), "Music");
  row.fields["id"] = "validation_Basic_Medical_Science_2";
  EXPECT_EQ(mmmu_subject(row), "Basic_Medical_Science");
}
struct Case {
  const char *text, *official, *vlmevalkit, *lmms, *internvl, *xcomposer;
};
TEST(Mmmu, ProfilesReadLettersDifferently) {
  const auto bench = make_benchmark("mmmu_val");
  for (const auto& c : {Case{"B", "B", "B", "B", "B", "B"}, Case{"(B) blue", "B", "B", "B", "(B) blue", "B"}, Case{"DNA B.", "B", "B", "B", "DNA B.", "D"},
                        Case{"B: it is", "", "B", "", "B", "B"}, Case{"The DNA binding", "", "", "A", "The DNA binding", "T"},
                        Case{"it was written there with blue ink", "B", "B", "B", "B", "Z"}, Case{"", "", "", "", "", "Z"}}) {
    const auto answer = [&](const char* profile) { return bench->score({choice(), c.text}, profile).answer; };
    EXPECT_EQ(answer("official"), c.official) << c.text;
    EXPECT_EQ(answer("vlmevalkit"), c.vlmevalkit) << c.text;
    EXPECT_EQ(answer("lmms-eval"), c.lmms) << c.text;
    EXPECT_EQ(answer("internvl"), c.internvl) << c.text;
    EXPECT_EQ(answer("xcomposer"), c.xcomposer) << c.text;
  }
}
TEST(Mmmu, NeverDrawsButTakesARecordedDraw) {
  const auto bench = make_benchmark("mmmu_val");
  Reply reply{choice(), "I do not know"};
  EXPECT_EQ(bench->score(reply, "official").state, SampleState::kUnparsed);
  EXPECT_EQ(bench->score(reply, "official").value, 0);
  reply.sample.fields[kRecordedChoice] = "B";
  EXPECT_EQ(bench->score(reply, "official").value, 1);
}
TEST(Mmmu, OpenAnswers) {
  const auto bench = make_benchmark("mmmu_val");
  const auto value = [&](Sample sample, const char* text, const char* profile) { return bench->score({std::move(sample), text}, profile).value; };
  EXPECT_EQ(value(open_question(), "The answer is 60.", "official"), 1);
  EXPECT_EQ(value(open_question(), "600", "official"), 0);
  EXPECT_EQ(value(open_question(), "600", "vlmevalkit"), 1);  // the label stands in it
  EXPECT_EQ(value(open_question(), "It is about 60 or so, on the whole, I would think", "vlmevalkit"), 0);  // too long beside both options
  Sample several = open_question();
  several.references = {"sixty", "60.00"};
  EXPECT_EQ(value(several, "60", "lmms-eval"), 1);
  several.references = {"Blue Whale"};
  EXPECT_EQ(value(several, "a BLUE WHALE", "xcomposer"), 1);
  EXPECT_EQ(bench->score({open_question(), "4 m"}, "official").answer, "4 m; 4.0");
  EXPECT_EQ(bench->score({open_question(), ""}, "official").state, SampleState::kEmpty);
}
TEST(Mmmu, ReportsSubjectsAndDomains) {
  const auto bench = make_benchmark("mmmu_val");
  const std::vector<Reply> replies = {{choice(), "B"}, {choice("validation_Music_1"), "A"}, {open_question(), "60"}};
  const auto metrics = metrics_of(*bench, replies);
  EXPECT_DOUBLE_EQ(value_of(metrics, "accuracy"), 2.0 / 3);
  EXPECT_EQ(value_of(metrics, "art_and_design.accuracy"), 0.5);
  EXPECT_EQ(value_of(metrics, "art_theory.accuracy"), 1);
  EXPECT_EQ(find_metric(metrics, "tech_and_engineering.accuracy")->count, 1);
}
TEST(Mmmu, AsksAsTheToolkitsDo) {
  const auto bench = make_benchmark("mmmu_val");
  Sample sample = choice();
  add_picture(sample, "1.png");
  EXPECT_EQ(text_of(bench->ask(sample, "")), "<image 1> Which?\nA. red paint\nB. blue ink\nAnswer with the option's letter from the given choices directly.");
  EXPECT_EQ(bench->ask(sample, "").max_tiles, 12);
  EXPECT_EQ(text_of(bench->ask(sample, "lmms-eval")), "<image 1> Which?\nA. red paint\nB. blue ink\n\nAnswer with the option's letter from the given choices directly.");
  EXPECT_EQ(text_of(bench->ask(open_question(), "internvl")), "How many?\nAnswer the question using a single word or phrase.");
  EXPECT_EQ(text_of(bench->ask(open_question(), "lmms-eval")), "How many?\n\nAnswer the question using a single word or phrase.");
  EXPECT_EQ(text_of(bench->ask(open_question(), "")), "How many?\nAnswer the question directly.");
  for (int i = 2; i <= 7; ++i) add_picture(sample, "more.png");
  EXPECT_EQ(bench->ask(sample, "").max_tiles, 9);  // 64 over 7 pictures
  Sample label = choice();
  label.question.clear();
  EXPECT_THAT(message_of<DataError>([&] { (void)bench->ask(label, ""); }), HasSubstr("has a label and no question"));
}
TEST(Mmmu, PlainPromptsPutPicturesWhereTheTextSays) {
  const auto bench = make_benchmark("mmmu_val");
  Sample sample = choice();
  sample.question = "Compare <image 2> with <image 1>.";
  add_picture(sample, "1.png"), add_picture(sample, "2.png");
  const auto turn = bench->ask(sample, "plain").prompt.turns.front();
  ASSERT_EQ(turn.parts.size(), 5u);
  EXPECT_EQ(turn.parts[0].text, "Question: Compare ");
  EXPECT_EQ(turn.parts[1].image_index, 1u);
  EXPECT_EQ(turn.parts[2].text, " with ");
  EXPECT_EQ(turn.parts[3].image_index, 0u);
  EXPECT_EQ(turn.parts[4].text, ".\nOptions:\nA. red paint\nB. blue ink\nPlease select the correct answer from the options above. \n");
  sample.question = "<image 3>";
  EXPECT_THAT(message_of<DataError>([&] { (void)bench->ask(sample, "plain"); }), HasSubstr("asks for <image 3>, and it has 2 pictures"));
}
TEST(Mmmu, WritesTheServersAnswers) {
  Sample unread = choice("test_Music_2");
  const auto submission = make_benchmark("mmmu_test")->submission(std::vector<Reply>{{choice("test_Music_1"), "(A)"}, {unread, "no"}, {open_question(), "60 m"}});
  const auto answers = json::parse(submission->content, "submission");
  EXPECT_STREQ(answers["test_Music_1"].GetString(), "A");
  EXPECT_STREQ(answers["test_Music_2"].GetString(), "no");
  EXPECT_STREQ(answers["validation_Computer_Science_9"].GetString(), "60 m");
  EXPECT_FALSE(make_benchmark("mmmu_val")->submission({}).has_value());
}

TEST(MmmuData, SplitsTheTable) {
  const TemporaryFolder folder;
  const std::string picture(80, 'A');
  folder.write("MMMU_DEV_VAL.tsv", fmt::format("index\tid\timage\tquestion\tA\tB\tanswer\tcategory\tsplit\tquestion_type\n"
                                               "1\tdev_Music_1\t{0}\tq\tx\ty\tA\tMusic\tdev\tmultiple-choice\n"
                                               "2\tvalidation_Music_1\t{0}\tq\tNA\t\t['4', '5']\tMusic\tvalidation\topen\n", picture));
  EXPECT_EQ(make_benchmark("mmmu_dev")->open({{folder.path()}})->get(0).id, "1");
  const auto bench = make_benchmark("mmmu_val");
  const auto data = bench->open({{folder.path()}});
  ASSERT_EQ(data->size(), 1u);
  EXPECT_EQ(data->get(0).references.size(), 2u);
  const auto path = folder.write("a.jsonl", "{\"id\": \"validation_Music_1\", \"response\": \"5\"}\n");
  EXPECT_EQ(value_of(metrics_of(*bench, bench->read_predictions(path, data.get())), "music.accuracy"), 1);
  const auto by_index = folder.write("b.jsonl", "{\"index\": 2, \"prediction\": \"['4', '5']\"}\n");
  EXPECT_EQ(value_of(metrics_of(*bench, bench->read_predictions(by_index, data.get()), "vlmevalkit"), "accuracy"), 1);
  folder.write("sub/MMMU_DEV_VAL.tsv", fmt::format("index\timage\tquestion\n1\t{}\tq\n", picture));
  EXPECT_THAT(message_of<DataError>([&] { (void)bench->open({{folder / "sub"}}); }), HasSubstr("no row with split \"validation\""));
}
TEST(MmmuData, LabelFilesSayWhatIsWrong) {
  const auto error = [](std::string_view text) {
    const TemporaryFolder folder;
    const auto path = folder.write("answer_dict_val.json", text);
    return message_of<DataError>([&] { (void)open_mmmu_answers(path); });
  };
  EXPECT_THAT(error("[]"), HasSubstr("expected an object of labels by id"));
  EXPECT_THAT(error("{\"a\": {\"ground_truth\": \"A\"}}"), HasSubstr("answer_dict_val.json: a: no \"question_type\""));
  EXPECT_THAT(error("{\"a\": {\"question_type\": \"x\"}, \"a\": {\"question_type\": \"x\"}}"), HasSubstr("\"a\" comes twice"));
  EXPECT_THAT(error(""), HasSubstr(":1:1"));
}
TEST(MmmuPredictions, AnswersThatWereReadAreComparedAsTheyStand) {
  const auto bench = make_benchmark("mmmu_val");
  const testing::FakeSource data({choice(), open_question()});
  const TemporaryFolder folder;
  const auto path = folder.write("total.json", "{\"validation_Art_Theory_3\": \"(B)\", \"validation_Computer_Science_9\": \"so it is 60\"}");
  const auto replies = bench->read_predictions(path, &data);
  EXPECT_EQ(value_of(metrics_of(*bench, replies), "art_theory.accuracy"), 0);
  EXPECT_EQ(value_of(metrics_of(*bench, replies), "computer_science.accuracy"), 1);
  EXPECT_EQ(value_of(metrics_of(*bench, replies, "lmms-eval"), "art_theory.accuracy"), 1);
  EXPECT_THAT(message_of<DataError>([&] { (void)bench->read_predictions(path, nullptr); }), HasSubstr("no label in the row"));
  const auto less = folder.write("less.json", "{\"validation_Art_Theory_3\": \"B\"}");
  EXPECT_THAT(message_of<DataError>([&] { (void)bench->read_predictions(less, &data); }), HasSubstr("validation_Computer_Science_9"));
}
TEST(MmmuPredictions, AFolderBringsItsLabels) {
  const auto bench = make_benchmark("mmmu_val");
  const TemporaryFolder folder;
  folder.write("Music/output.json", "[{\"id\": \"validation_Music_1\", \"question_type\": \"multiple-choice\", \"answer\": [\"A\", \"C\"], \"all_choices\": [\"A\", \"B\", \"C\"], "
                                    "\"index2ans\": {\"A\": \"x\", \"B\": \"y\", \"C\": 4}, \"response\": \"C\"}]");
  EXPECT_EQ(value_of(metrics_of(*bench, bench->read_predictions(folder.path(), nullptr)), "music.accuracy"), 1);
  folder.write("Art/output.json", "[{\"id\": \"validation_Art_1\", \"question_type\": \"multiple-choice\", \"answer\": \"B\", \"all_choices\": [\"A\", \"B\"], "
                                  "\"index2ans\": {\"A\": \"x\", \"B\": \"y\"}, \"response\": \"I\\tdo not know\", \"parsed_pred\": \"B\"}]");
  const auto with_draw = bench->read_predictions(folder.path(), nullptr);
  EXPECT_EQ(value_of(metrics_of(*bench, with_draw), "art.accuracy"), 1);
  EXPECT_EQ(value_of(metrics_of(*bench, with_draw, "lmms-eval"), "art.accuracy"), 0);
  folder.write("Math/output.json", "[{\"id\": \"validation_Math_1\", \"question_type\": \"multiple-choice\"}]");
  EXPECT_THAT(message_of<DataError>([&] { (void)bench->read_predictions(folder.path(), nullptr); }), HasSubstr("Math/output.json: [0]: no \"response\""));
  EXPECT_THAT(message_of<DataError>([&] { (void)bench->read_predictions(folder / "Math", nullptr); }), HasSubstr("expected a folder of <Subject>/output.json"));
}

class MmmuFixture : public ::testing::Test {
 protected:
  [[nodiscard]] static std::filesystem::path root() { return testing::shared_root() / "fixtures/mmmu"; }
  [[nodiscard]] static json::Document expected() { return json::parse_file(root() / "EXPECTED.json"); }
};
TEST_F(MmmuFixture, EvalOnly) {
  ASSAY_NEEDS_SHARED("fixtures/mmmu/EXPECTED.json");
  const auto bench = make_benchmark("mmmu_val");
  const auto data = bench->open({{root()}});
  ASSERT_EQ(data->size(), 900u);
  const auto document = expected();
  for (const auto& run : document["eval_only"].GetObject()) {
    const auto path = root() / "example_outputs" / run.name.GetString();
    if (!std::filesystem::exists(path)) continue;
    const auto metrics = metrics_of(*bench, bench->read_predictions(path, data.get()));
    for (const auto& part : run.value.GetObject()) {
      const std::string name = part.name.GetString(), overall = "Overall-";
      const std::string metric = name == "Overall" ? "accuracy" : snake_case(name.starts_with(overall) ? name.substr(overall.size()) : name) + ".accuracy";
      EXPECT_EQ(value_of(metrics, metric), part.value["acc"].GetDouble()) << name;
      EXPECT_EQ(find_metric(metrics, metric)->count, part.value["num"].GetInt64()) << name;
    }
  }
}
TEST_F(MmmuFixture, ParseAndEval) {
  ASSAY_NEEDS_SHARED("fixtures/mmmu/EXPECTED.json");
  const auto bench = make_benchmark("mmmu_val");
  const auto document = expected();
  for (const auto& run : document["parse_and_eval"].GetObject()) {
    const auto path = root() / "example_outputs" / run.name.GetString();
    if (!std::filesystem::exists(path)) continue;
    auto replies = bench->read_predictions(path, nullptr);
    std::map<std::string, std::string> draws;
    for (const auto& draw : run.value["random_fallback_in_order"].GetArray()) draws[draw[0].GetString()] = draw[1].GetString();
    for (auto& reply : replies) {
      const bool was_drawn = draws.contains(reply.sample.id);
      EXPECT_EQ(bench->score(reply, "").state == SampleState::kUnparsed || bench->score(reply, "").state == SampleState::kEmpty, was_drawn) << reply.sample.id;
      if (was_drawn) reply.sample.fields[kRecordedChoice] = draws[reply.sample.id];
      const auto score = bench->score(reply, "");
      EXPECT_EQ(score.value == 1 ? "Correct" : "Wrong", std::string(run.value["judge"][reply.sample.id.c_str()].GetString())) << reply.sample.id;
      const auto& parsed = run.value["parsed"][reply.sample.id.c_str()];
      if (parsed.IsString()) {
        EXPECT_EQ(score.answer, parsed.GetString()) << reply.sample.id;
        continue;
      }
      std::vector<OpenValue> values;
      for (const auto& value : parsed.GetArray()) values.push_back(value.IsString() ? OpenValue(value.GetString()) : OpenValue(value.GetDouble()));
      EXPECT_THAT(parse_mmmu_open(reply.text), ::testing::UnorderedElementsAreArray(values)) << reply.sample.id;
    }
    const auto metrics = metrics_of(*bench, replies);
    EXPECT_NEAR(value_of(metrics, "accuracy"), run.value["overall_acc"].GetDouble(), 1e-12);
    EXPECT_EQ(find_metric(metrics, "accuracy")->count, run.value["n"].GetInt64());
    for (const char* table : {"domains", "categories"}) {
      for (const auto& part : run.value[table].GetObject()) {
        EXPECT_NEAR(value_of(metrics, snake_case(part.name.GetString()) + ".accuracy"), part.value["acc"].GetDouble(), 1e-12) << part.name.GetString();
        EXPECT_EQ(find_metric(metrics, snake_case(part.name.GetString()) + ".accuracy")->count, part.value["num"].GetInt64());
      }
    }
  }
}

}  // namespace
}  // namespace assay
