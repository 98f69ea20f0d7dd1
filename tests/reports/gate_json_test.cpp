#include "reports/gate_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "harness/base/error.h"
#include "harness/base/utf8.h"
#include "reports/comparison_json.h"
#include "tests/reports/report_values.h"
#include "tests/schema_complaint.h"
#include "tests/temporary_folder.h"

namespace assay {
namespace {

using ::testing::HasSubstr;

constexpr const char* kGate = "gate-1.json";
constexpr const char* kComparison = "comparison-1.json";

std::string with(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST(GateJson, FitsItsSchema) {
  EXPECT_EQ(testing::schema_complaint(gate_json(testing::gate_record()), kGate), "");
  EXPECT_EQ(testing::schema_complaint(gate_json(testing::hostile_gate()), kGate), "");
  EXPECT_EQ(testing::schema_complaint(gate_json({}), kGate), "");
}

TEST(GateSchema, RefusesWhatItShould) {
  const std::string good = gate_json(testing::gate_record());
  EXPECT_THAT(testing::schema_complaint(with(good, "assay.gate/1", "assay.gate/2"), kGate), HasSubstr("enum"));
  EXPECT_THAT(testing::schema_complaint(with(good, "\"FAIL\"", "\"FAILED\""), kGate), HasSubstr("enum"));
  EXPECT_THAT(testing::schema_complaint(with(good, "\"exit_code\": 1", "\"exit_code\": 2"), kGate), HasSubstr("enum"));
  EXPECT_THAT(testing::schema_complaint(with(good, "\"p_drop\"", "\"p\""), kGate), HasSubstr("#/metrics/0"));
  EXPECT_THAT(testing::schema_complaint(with(good, "\"units\": 2500", "\"units\": -1"), kGate), HasSubstr("minimum"));
}

TEST(GateJson, ComesBackAsItWas) {
  const std::string text = gate_json(testing::gate_record());
  const GateRecord back = parse_gate_json(text, "x");
  EXPECT_EQ(gate_json(back), text);
  EXPECT_EQ(back.verdict, Verdict::kFail);
  ASSERT_EQ(back.metrics.size(), 6U);
  EXPECT_EQ(back.metrics[0].difference, testing::gate_record().metrics[0].difference);
  EXPECT_EQ(back.metrics[1].samples_needed, 5321.2);
  EXPECT_TRUE(std::isnan(back.metrics[0].samples_needed));
  EXPECT_EQ(back.metrics[0].policy_line, 7);
  EXPECT_FALSE(back.metrics[5].is_gated);
  EXPECT_TRUE(back.checks.at(0).is_waived);
  EXPECT_EQ(back.checks.at(2).verdict, Verdict::kInfra);
  EXPECT_EQ(back.flips.at(1).candidate, 0.5);
  EXPECT_EQ(back.flips.at(0).candidate_text.reply, "It is 125");
  EXPECT_TRUE(back.behaviours.at(0).has_changed);
}

TEST(GateJson, KeepsHostileTexts) {
  const GateRecord hostile = testing::hostile_gate();
  const GateRecord back = parse_gate_json(gate_json(hostile), "x");
  EXPECT_EQ(back.flips.at(0).candidate_text.reply, replace_invalid_utf8(hostile.flips[0].candidate_text.reply));
  EXPECT_EQ(gate_json(back), gate_json(hostile));
}

TEST(GateJson, SaysWhatIsWrongAndWhere) {
  const std::string good = gate_json(testing::gate_record());
  const auto complaint = [](const std::string& text) {
    return testing::message_of<DataError>([&] { (void)parse_gate_json(text, "gate.json"); });
  };
  EXPECT_THAT(complaint("{"), HasSubstr("gate.json:1:2: not JSON"));
  EXPECT_EQ(complaint(with(good, "assay.gate/1", "assay.gate/2")),
            "gate.json: \"schema\" must be \"assay.gate/1\", got \"assay.gate/2\"");
  EXPECT_EQ(complaint(with(good, "\"p_gain\"", "\"q\"")), "gate.json: metrics[0]: no \"p_gain\"");
  EXPECT_EQ(complaint(with(good, "\"units\": 2500", "\"units\": \"many\"")), "gate.json: metrics[0].units: must be an integer");
  EXPECT_EQ(
      complaint(with(good, "\"scored\"", "\"lost\"")),
      "gate.json: flips[0].baseline_state: must be one of scored, unparsed, truncated, empty, error, judge-failed, got \"lost\"");
}

TEST(ComparisonJson, FitsItsSchema) {
  EXPECT_EQ(testing::schema_complaint(comparison_json(testing::comparison_record()), kComparison), "");
  EXPECT_EQ(testing::schema_complaint(comparison_json(testing::hostile_comparison()), kComparison), "");
  EXPECT_EQ(testing::schema_complaint(comparison_json({}), kComparison), "");
  EXPECT_THAT(
      testing::schema_complaint(with(comparison_json(testing::comparison_record()), "\"is_best\"", "\"best\""), kComparison),
      HasSubstr("#/metrics/0/values/0"));
}

TEST(ComparisonJson, ComesBackAsItWas) {
  const std::string text = comparison_json(testing::comparison_record());
  const ComparisonRecord back = parse_comparison_json(text, "x");
  EXPECT_EQ(comparison_json(back), text);
  EXPECT_TRUE(back.metrics.at(0).values.at(1).is_best);
  EXPECT_EQ(back.metrics.at(0).values.at(1).metric.name, "relaxed_accuracy");
  EXPECT_EQ(back.pairs.at(0).second, 1U);
  EXPECT_EQ(
      testing::message_of<DataError>([&] { (void)parse_comparison_json(with(text, "\"second\": 1", "\"second\": -1"), "c"); }),
      "c: pairs[0].second: must be an integer of 0 or more");
}

}  // namespace
}  // namespace assay
