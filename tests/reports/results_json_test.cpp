#include "reports/results_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "harness/base/error.h"
#include "tests/schema_complaint.h"

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

RunRecord record() {
  BenchmarkResult result;
  result.benchmark = "chartqa_test";
  result.split = "test";
  result.profile = "official";
  result.samples = 3;
  result.states = {{"scored", 1}, {"unparsed", 0}, {"truncated", 1}, {"empty", 0}, {"error", 1}, {"judge-failed", 0}};
  result.failed_ids = {"1\"7"};
  result.main_metric = "relaxed_accuracy";
  result.metrics = {{"relaxed_accuracy", 0.6364134930118334, 3, {0.2, 0.9}, "questions"}, {"human.relaxed_accuracy", kNaN, 0, {kNaN, kNaN}, "questions"}};
  return {{result}};
}

std::string schema_complaint(const std::string& text) { return testing::schema_complaint(text, "results-1.json"); }

TEST(ResultsJson, FitsItsSchema) { EXPECT_EQ(schema_complaint(results_json(record())), ""); }
TEST(ResultsJson, FitsItsSchemaWhenEmpty) { EXPECT_EQ(schema_complaint(results_json({})), ""); }

TEST(ResultsSchema, RefusesWhatItShould) {
  const std::string good = results_json(record());
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    return schema_complaint(text);
  };
  EXPECT_THAT(with("assay.results/1", "assay.results/2"), HasSubstr("enum"));
  EXPECT_THAT(with("\"samples\": 3", "\"samples\": -3"), HasSubstr("minimum"));
  EXPECT_THAT(with("\"count\"", "\"counts\""), HasSubstr("#/results/0/metrics/0"));
  EXPECT_THAT(with("\"empty\": 0,", ""), HasSubstr("required"));
}

TEST(ResultsJson, KeepsTheFormOfTheWeights) {
  auto int8 = record();
  EXPECT_EQ(results_json(int8).find("weights"), std::string::npos) << "nothing is said of the checkpoint's own";
  int8.weights = "int8";
  EXPECT_EQ(schema_complaint(results_json(int8)), "");
  EXPECT_EQ(parse_results(results_json(int8), "x").weights, "int8");
}

TEST(ResultsJson, ComesBackAsItWas) {
  const std::string text = results_json(record());
  EXPECT_EQ(results_json(parse_results(text, "x")), text);
  const auto back = parse_results(text, "x").results.at(0);
  EXPECT_EQ(back.metrics[0].value, 0.6364134930118334);
  EXPECT_TRUE(std::isnan(back.metrics[1].value));
  EXPECT_EQ(back.states.at("truncated"), 1);
  EXPECT_THAT(back.failed_ids, ElementsAre("1\"7"));
}

TEST(ResultsJson, SaysWhatIsWrongAndWhere) {
  try {
    (void)parse_results(R"({"schema":"assay.results/1","results":[{"benchmark":"mme"}]})", "runs/x/results.json");
    FAIL() << "no error";
  } catch (const DataError& error) {
    EXPECT_STREQ(error.what(), "runs/x/results.json: results[0]: no \"split\"");
  }
}

TEST(TimingJson, ComesBackAsItWas) {
  RunTiming timing;
  timing.samples = 7;
  timing.encode_ms = 12.5;
  timing.wall_ms = 100;
  timing.samples_in_wall = 5;
  const RunTiming back = parse_timing(timing_json(timing), "x");
  EXPECT_EQ(back.samples, 7);
  EXPECT_EQ(back.encode_ms, 12.5);
  EXPECT_EQ(back.wall_ms, 100);
  EXPECT_EQ(back.samples_in_wall, 5);
}

}  // namespace
}  // namespace assay
