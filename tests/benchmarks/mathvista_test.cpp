#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "benchmarks/catalog.h"
#include "benchmarks/judge.h"
#include "benchmarks/summary.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "metrics/python_text.h"
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
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::string_view kProblems = R"({
 "1": {"question": "How far?", "image": "images/1.jpg", "choices": null, "unit": "m", "precision": 1.0, "answer": "1.2", "question_type": "free_form",
       "answer_type": "float", "pid": "1", "metadata": {"language": "english", "task": "geometry", "skills": ["logic", "algebra"]}},
 "2": {"question": "Which?", "image": "images/2.jpg", "choices": ["cat", "dog"], "unit": null, "precision": null, "answer": "dog", "question_type": "multi_choice",
       "answer_type": "text", "pid": "2", "metadata": {"task": "figures", "skills": ["logic"]}}})";

std::vector<Sample> problems() {
  const testing::TemporaryFile file("testmini.json", kProblems);
  const auto source = make_benchmark("mathvista_testmini")->open({{file.path().parent_path()}});
  return {source->get(0), source->get(1)};
}

TEST(MathVista, PutsTheQueryTogetherAsReleased) {
  const auto samples = problems();
  EXPECT_EQ(samples[0].question,
            "Hint: Please answer the question requiring a floating-point number with one decimal place and provide the final value, e.g., 1.2, 1.3, 1.4, at the end.\n"
            "Question: How far? (Unit: m)");
  EXPECT_EQ(samples[1].question,
            "Hint: Please answer the question and provide the correct option letter, e.g., A, B, C, D, at the end.\nQuestion: Which?\nChoices:\n(A) cat\n(B) dog");
  const auto mathvista = make_benchmark("mathvista_testmini");
  EXPECT_EQ(text_of(mathvista->ask(samples[0], "internvl")), samples[0].question);
  EXPECT_EQ(text_of(mathvista->ask(samples[0], "lmms-eval")), "How far? (Unit: m)\nAnswer the question using a single floating-point number with one decimal place.");
  EXPECT_EQ(text_of(mathvista->ask(samples[1], "lmms-eval")), "Which?\nA. cat\nB. dog\nAnswer with the option's letter from the given choices directly.");
}
TEST(MathVista, AsksTheJudgeOnlyForWhatCannotBeReadPlainly) {
  const auto mathvista = make_benchmark("mathvista_testmini");
  const auto samples = problems();
  EXPECT_TRUE(mathvista->judge_questions({samples[0], "1.23"}, "official").empty());
  EXPECT_TRUE(mathvista->judge_questions({samples[1], "dog"}, "official").empty());
  EXPECT_TRUE(mathvista->judge_questions({samples[1], "B"}, "vlmevalkit").empty());
  const auto asked = mathvista->judge_questions({samples[1], "It is a dog."}, "official");
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_THAT(asked[0].messages[0].text, StartsWith("Please read the following example. Then extract the answer from the model response and type it at the end of the prompt.\n\nHint: "));
  EXPECT_THAT(asked[0].messages[0].text, EndsWith("Extracted answer: B\n\n" + samples[1].question + "\n\nIt is a dog.\n\nExtracted answer: "));
  EXPECT_THAT(mathvista->judge_questions({samples[0], "far"}, "vlmevalkit").at(0).messages[0].text, EndsWith("\nModel respone: farExtracted answer:"));
}
TEST(MathVista, ScoresPlainRepliesAndJudgedOnes) {
  const auto mathvista = make_benchmark("mathvista_testmini");
  const auto samples = problems();
  EXPECT_EQ(mathvista->score({samples[0], "1.23"}, "official").value, 1);
  EXPECT_EQ(mathvista->score({samples[0], "1.23"}, "vlmevalkit").state, SampleState::kJudgeFailed);  // not equal as it stands: it would ask
  Reply judged{samples[1], "It is a dog."};
  EXPECT_TRUE(std::isnan(mathvista->score(judged, "official").value));
  judged.judge_replies = {"(B) dog"};
  for (const auto* profile : {"official", "official-2023", "vlmevalkit", "lmms-eval"}) EXPECT_EQ(mathvista->score(judged, profile).value, 1) << profile;
  const auto metrics = metrics_of(*mathvista, {judged, {samples[0], "2"}});
  EXPECT_EQ(value_of(metrics, "accuracy"), 50);
  EXPECT_EQ(value_of(metrics, "skills.logic.accuracy"), 50);
  EXPECT_EQ(value_of(metrics, "task.geometry.accuracy"), 0);
}
TEST(MathVista, ReadsTheAuthorsOutputFile) {
  const auto mathvista = make_benchmark("mathvista_testmini");
  const testing::TemporaryFile file("output.json",
      R"({"7": {"question": "q", "choices": null, "precision": null, "answer": "3", "question_type": "free_form", "answer_type": "integer", "pid": "7",
                "metadata": {}, "response": "It is 3.0", "extraction": "3.0"}})");
  const auto replies = mathvista->read_predictions(file.path(), nullptr);
  EXPECT_EQ(mathvista->score(replies.at(0), "official").value, 1);
  EXPECT_EQ(mathvista->score(replies.at(0), "official-2023").value, 0);
}

TEST(MathVistaFixture, ReproducesTheScoreFiles) {
  ASSAY_NEEDS_SHARED("fixtures/mathvista");
  const auto folder = testing::shared_root() / "fixtures/mathvista";
  const auto mathvista = make_benchmark("mathvista_testmini");
  const auto document = json::parse_file(folder / "EXPECTED.json");
  for (const auto& model : document["results"].GetObject()) {
    const std::string name = model.name.GetString();
    const auto replies = mathvista->read_predictions(folder / ("output_" + name + ".json"), nullptr);
    const auto metrics = metrics_of(*mathvista, replies);
    const auto& accuracy = metrics.front();
    EXPECT_EQ(accuracy.count, model.value["total"].GetInt());
    EXPECT_EQ(std::round(accuracy.value * static_cast<double>(accuracy.count) / 100), model.value["recomputed_correct"].GetInt()) << name;
    EXPECT_EQ(accuracy.value, *python::parse_float(model.value["official_scores_file_average"]["accuracy"].GetString())) << name;
    const auto scores = json::parse_file(folder / ("scores_" + name + ".json"));
    for (const auto& key : scores.GetObject()) {
      if (std::string(key.name.GetString()) == "average") continue;
      for (const auto& group : key.value.GetObject()) {
        const auto metric = fmt::format("{}.{}.accuracy", key.name.GetString(), snake_case(group.name.GetString()));
        EXPECT_EQ(value_of(metrics, metric), *python::parse_float(group.value["accuracy"].GetString())) << name << " " << metric;
        EXPECT_EQ(find_metric(metrics, metric)->count, group.value["total"].GetInt()) << name << " " << metric;
      }
    }
  }
}
TEST(MathVistaFixture, AgreesWithEveryRecordedVerdict) {
  ASSAY_NEEDS_SHARED("fixtures/mathvista");
  const auto folder = testing::shared_root() / "fixtures/mathvista";
  const auto mathvista = make_benchmark("mathvista_testmini");
  for (const auto* name : {"bard", "frequent_guess", "llava_llama_2_13b", "minigpt4_llama2"}) {
    const auto path = folder / (std::string("output_") + name + ".json");
    const auto recorded = json::parse_file(path);
    for (const auto& reply : mathvista->read_predictions(path, nullptr)) {
      EXPECT_EQ(mathvista->score(reply, "official").value == 1, recorded[reply.sample.id.c_str()]["true_false"].GetBool()) << name << " " << reply.sample.id;
    }
  }
}
TEST(MathVistaShared, OracleScoresExactlyTheMaximum) {
  ASSAY_NEEDS_SHARED("data/annotations/mathvista");
  const auto mathvista = make_benchmark("mathvista_testmini");
  const auto source = mathvista->open({{testing::shared_root() / "data/annotations/mathvista"}});
  ASSERT_EQ(source->size(), 1000u);
  std::vector<Reply> replies;
  for (std::size_t i = 0; i < source->size(); i += 7) {
    Reply reply{source->get(i), "see below"};
    reply.judge_replies = {reply.sample.references.at(0)};
    replies.push_back(std::move(reply));
  }
  EXPECT_EQ(value_of(metrics_of(*mathvista, replies), "accuracy"), 100);
}

}  // namespace
}  // namespace assay
