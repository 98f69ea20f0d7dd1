#include "reports/gitlab.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "harness/base/json.h"
#include "tests/reports/report_values.h"

namespace assay {
namespace {

using ::testing::HasSubstr;

TEST(GateGitlab, HasWhatTheWidgetNeeds) {
  const auto entries = json::parse(gate_gitlab(testing::gate_record()), "gitlab");
  ASSERT_TRUE(entries.IsArray());
  ASSERT_EQ(entries.Size(), 4U) << "one check and three metrics did not pass";
  const auto& fail = entries[1];
  EXPECT_THAT(json::require_string(fail, "description", "x"),
              HasSubstr("FAIL chartqa_test relaxed_accuracy (official): difference -0.0213"));
  EXPECT_EQ(json::require_string(fail, "check_name", "x"), "assay-gate-FAIL");
  EXPECT_EQ(json::require_string(fail, "severity", "x"), "critical");
  const auto& location = json::require(fail, "location", "x");
  EXPECT_EQ(json::require_string(location, "path", "x"), "ci/gate.yaml");
  EXPECT_EQ(json::require_int(json::require(location, "lines", "x"), "begin", "x"), 7);
  EXPECT_EQ(json::require_string(entries[0], "severity", "x"), "blocker");
  std::set<std::string> fingerprints;
  for (const auto& entry : entries.GetArray()) fingerprints.insert(json::require_string(entry, "fingerprint", "x"));
  EXPECT_EQ(fingerprints.size(), 4U);
}

TEST(GateGitlab, KeepsAFindingsFingerprintWhileItsNumbersChange) {
  GateRecord record = testing::gate_record();
  const auto fingerprint = [&] { return json::require_string(json::parse(gate_gitlab(record), "x")[1], "fingerprint", "x"); };
  const std::string before = fingerprint();
  record.metrics[0].difference = -0.5;
  EXPECT_EQ(fingerprint(), before);
  record.metrics[0].metric = "other";
  EXPECT_NE(fingerprint(), before);
}

TEST(GateGitlab, PointsAtAPolicyEvenWithoutOne) {
  GateRecord record = testing::gate_record();
  record.policy.clear();
  record.metrics[0].policy_file.clear();
  const auto entries = json::parse(gate_gitlab(record), "x");
  EXPECT_EQ(json::require_string(json::require(entries[1], "location", "x"), "path", "x"), "gate.yaml");
  EXPECT_EQ(gate_gitlab({}), "[]\n");
}

TEST(GateGitlab, StaysJson) { EXPECT_EQ(json::parse(gate_gitlab(testing::hostile_gate()), "x").Size(), 4U); }

}  // namespace
}  // namespace assay
