#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "benchmarks/catalog.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "metrics/python_text.h"
#include "tests/benchmarks/judged.h"
#include "tests/benchmarks/scoring.h"
#include "tests/shared_files.h"

namespace assay {
namespace {

using testing::find_metric;
using testing::judged;
using testing::metrics_of;
using testing::text_of;
using testing::value_of;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(MmVet, AsksTheJudgeInTheOfficialWords) {
  const auto questions = make_benchmark("mmvet")->judge_questions(judged("v1_0", "x = -1", {}), "official");
  ASSERT_EQ(questions.size(), 1u);
  EXPECT_EQ(questions[0].max_tokens, 3);
  EXPECT_THAT(questions[0].messages.front().text, StartsWith("Compare the ground truth and prediction from AI models, to give a correctness score for the prediction. <AND> in"));
  EXPECT_THAT(questions[0].messages.front().text, EndsWith("characteristics. | 1.0\n\nWhat is x? | -1 <AND> -5 | x = -1 | "));
  const auto other = make_benchmark("mmvet")->judge_questions(judged("v1_0", "x = -1", {}), "vlmevalkit");
  EXPECT_THAT(other[0].messages.front().text, StartsWith("\nCompare the ground truth and prediction from AI models, to give a correctness score for the prediction.\n<AND> in"));
  EXPECT_THAT(other[0].messages.front().text, EndsWith("characteristics. | 1.0\n\nWhat is x? | -1 <AND> -5 | x = -1 | "));
}
TEST(MmVet, ReadsGradesAsEachToolkitDoes) {
  const auto mmvet = make_benchmark("mmvet");
  EXPECT_EQ(mmvet->score(judged("1", "x", {"0.5 of it"}), "official").value, 0.5);
  EXPECT_EQ(mmvet->score(judged("1", "x", {"0.5 of it"}), "vlmevalkit").state, SampleState::kJudgeFailed);
  EXPECT_EQ(mmvet->score(judged("1", "x", {"1.5"}), "official").state, SampleState::kJudgeFailed);
  EXPECT_EQ(mmvet->score(judged("1", "x", {"0.2", "0.4"}), "official").value, (0.2 + 0.4) / 2);
}
TEST(MmVet, AveragesOverCapabilitiesAndRuns) {
  auto both = judged("1", "x", {"1", "0.5"}), one = judged("2", "x", {"0", "0.5"});
  both.sample.fields["capability"] = "ocr, math";
  one.sample.fields["capability"] = "ocr";
  const auto metrics = metrics_of(*make_benchmark("mmvet"), {both, one});
  EXPECT_EQ(value_of(metrics, "total"), 50);
  EXPECT_EQ(value_of(metrics, "total.std"), 0);
  EXPECT_EQ(value_of(metrics, "math"), 75);
  EXPECT_EQ(value_of(metrics, "math.run_1"), 100);
  EXPECT_EQ(value_of(metrics, "integration.math_ocr.run_2"), 50);
  EXPECT_EQ(find_metric(metrics, "ocr")->count, 2);
}
TEST(MmVet, AsksWithEachProfilesWords) {
  const auto mmvet = make_benchmark("mmvet");
  const auto sample = judged("1", "", {}).sample;
  EXPECT_EQ(text_of(mmvet->ask(sample, "vlmevalkit")), "What is x?");
  EXPECT_EQ(text_of(mmvet->ask(sample, "internvl")), "What is x? ");
  EXPECT_EQ(text_of(mmvet->ask(sample, "lmms-eval")),
            "First please perform reasoning, and think step by step to provide best answer to the following question: \n\nWhat is x?");
}
TEST(MmVet, WantsTheQuestionsForAGradeFile) {
  const testing::TemporaryFile file("g.json", R"({"v1_0": {"content": ["1"], "score": [1]}})");
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)make_benchmark("mmvet")->read_predictions(file.path(), nullptr); }), HasSubstr("--data-dir"));
}

double rounded(double value) { return python::round(value, 1); }

TEST(MmVetFixture, ReproducesTheOfficialTables) {
  ASSAY_NEEDS_SHARED("fixtures/mmvet");
  const auto folder = testing::shared_root() / "fixtures/mmvet";
  const auto mmvet = make_benchmark("mmvet");
  const auto data = mmvet->open({{folder}});
  const auto document = json::parse_file(folder / "EXPECTED.json");
  for (const auto& file : document["recomputed"].GetObject()) {
    const auto& expected = file.value;
    const auto metrics = metrics_of(*mmvet, mmvet->read_predictions(folder / file.name.GetString(), data.get()));
    const bool has_runs = expected["runs"].GetInt() > 1;
    const auto check = [&](const std::string& name, const json::Value& runs) {
      for (rapidjson::SizeType run = 0; run < runs.Size(); ++run) {
        const double value = value_of(metrics, has_runs ? fmt::format("{}.run_{}", name, run + 1) : name);
        EXPECT_EQ(python::round(value, 6), runs[run].GetDouble()) << file.name.GetString() << " " << name;  // the table has six decimals
      }
    };
    for (const auto& part : expected["per_capability_unrounded_per_run"].GetObject()) check(part.name.GetString(), part.value);
    for (const auto& part : expected["per_integration_sorted_name"].GetObject()) check(std::string("integration.") + part.name.GetString(), part.value);
    for (const auto& part : expected["counts"].GetObject()) EXPECT_EQ(find_metric(metrics, part.name.GetString())->count, part.value.GetInt());
  }
}
TEST(MmVetFixture, RoundsToTheOfficialCsv) {
  ASSAY_NEEDS_SHARED("fixtures/mmvet");
  const auto folder = testing::shared_root() / "fixtures/mmvet";
  const auto mmvet = make_benchmark("mmvet");
  const auto data = mmvet->open({{folder}});
  const auto document = json::parse_file(folder / "EXPECTED.json");
  for (const int runs : {1, 3}) {
    const auto metrics = metrics_of(*mmvet, mmvet->read_predictions(folder / fmt::format("llava/llava-v1.5-7b_gpt-4-grade-{}runs.json", runs), data.get()));
    for (const char* table : {"cap-score", "cap-int-score"}) {
      for (const auto& row : document["official_csv"][fmt::format("llava/llava-v1.5-7b_gpt-4-{}-{}runs.csv", table, runs).c_str()].GetArray()) {
        if (std::string(row[""].GetString()) != "llava-v1.5-7b") continue;
        for (const auto& cell : row.GetObject()) {
          const std::string name = cell.name.GetString(), text = cell.value.GetString();
          if (name.empty()) continue;
          if (name == "runs") {
            std::vector<std::string> totals;
            for (int run = 1; run <= runs; ++run) totals.push_back(fmt::format("{:.1f}", rounded(value_of(metrics, runs > 1 ? fmt::format("total.run_{}", run) : "total"))));
            EXPECT_EQ(fmt::format("[{}]", fmt::join(totals, ", ")), text);
          } else if (name == "std") {
            EXPECT_EQ(runs > 1 ? rounded(value_of(metrics, "total.std")) : 0, *python::parse_float(text));
          } else {
            auto parts = python::split(name, "_");
            std::ranges::sort(parts);
            const bool is_integration = std::string_view(table) == "cap-int-score" && name != "total";
            const std::string metric = is_integration ? fmt::format("integration.{}", fmt::join(parts, "_")) : name;
            EXPECT_EQ(rounded(value_of(metrics, metric)), *python::parse_float(text)) << table << " " << name;
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace assay
