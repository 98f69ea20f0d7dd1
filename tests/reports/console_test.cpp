#include "reports/console.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "tests/reports/report_values.h"

namespace assay {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(GateConsole, SaysVerdictNumbersAndWhy) {
  const std::string text = gate_console(testing::gate_record());
  EXPECT_THAT(
      text,
      StartsWith(
          "FAIL: runs/new against runs/old\nAt least one gated metric is lower than the baseline by more than chance explains.\n"
          "policy ci/gate.yaml, alpha 0.05\n"));
  EXPECT_THAT(text, HasSubstr("  metric                                           baseline  candidate  difference       90 % "
                              "interval   margin  verdict       test                 n\n"));
  EXPECT_THAT(text, HasSubstr("  chartqa_test relaxed_accuracy (official)           0.8123     0.7910     -0.0213  [-0.0314, "
                              "-0.0116]   0.0100  FAIL          cluster-robust t  2500\n"));
  EXPECT_THAT(text, HasSubstr("(PASS)")) << "a metric that is only reported";
  EXPECT_THAT(text,
              HasSubstr("failed checks:\n  - INFRA: docvqa_val empty replies: 90 of 1000 replies are empty; the budget is 10\n"));
  EXPECT_THAT(text, HasSubstr("waived by the policy:\n  - weights_digest: the weights differ\n"));
  EXPECT_THAT(
      text,
      HasSubstr(
          "120 of 2,500 replies changed (4.8 %), 35 scores; a repeated run of the baseline changes 0.1 %: behaviour changed"));
  EXPECT_THAT(text, HasSubstr("  - chartqa_test (official) human/1 [human]: 1 \"12.5\" -> 0 \"125\"\n"));
}

TEST(GateConsole, SaysHowManySamplesWouldDecide) {
  EXPECT_THAT(gate_console(testing::gate_record()),
              HasSubstr("n = 2,500 in 1,509 clusters, cluster-robust t; 93 lost, 40 gained; about 5,322 would decide; "
                        "a true drop below 0.0144 is seen in fewer than 80 % of runs"));
}

TEST(GateConsole, ShowsAFewFlips) {
  GateRecord record = testing::gate_record();
  while (record.flips.size() < 90) record.flips.push_back(record.flips[0]);
  EXPECT_THAT(gate_console(record), HasSubstr("worst flips (5 of 90):"));
}

TEST(GateConsole, SaysLittleWhenThereIsLittle) {
  GateRecord record;
  record.verdict = Verdict::kPass;
  record.baseline_name = std::string("a"), record.candidate_name = std::string("b");  // GCC 12 warns of a letter assigned (bug 105651)
  EXPECT_EQ(gate_console(record),
            "PASS: b against a\nNo gated metric is worse by its margin or more.\npolicy default, alpha 0.05\n");
}

/// No terminal code, and no line that a workflow would take for a command.
void expect_harmless(const std::string& text) {
  for (const char c : text) EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 || c == '\n');
  EXPECT_THAT(text, Not(HasSubstr("\u202e")));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const auto begin = line.find_first_not_of(' ');
    EXPECT_FALSE(begin != std::string::npos && line.substr(begin).starts_with("::")) << line.substr(0, 100);
  }
}

TEST(Console, StaysHarmless) {
  expect_harmless(gate_console(testing::hostile_gate()));
  expect_harmless(comparison_console(testing::hostile_comparison()));
}

TEST(ComparisonConsole, HasEveryRunAndMarksTheBest) {
  const std::string text = comparison_console(testing::comparison_record());
  EXPECT_THAT(text, HasSubstr("  small            0.2100     1.96 GiB  aa\n"));
  EXPECT_THAT(text, HasSubstr("  old                none         none  cc\n"));
  EXPECT_THAT(text, HasSubstr("0.7452 [0.7300, 0.7600] best"));
  EXPECT_THAT(text, HasSubstr("chartqa_test relaxed_accuracy (official) *"));
  EXPECT_THAT(text, HasSubstr("large less small\n"));
  EXPECT_THAT(text, HasSubstr("small and large cut pictures into other tiles"));
}

}  // namespace
}  // namespace assay
