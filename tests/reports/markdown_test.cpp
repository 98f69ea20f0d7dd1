#include "reports/markdown.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/reports/report_values.h"

namespace assay {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::size_t kSummaryLimit = 1024 * 1024;

TEST(GateMarkdown, HasVerdictTableAndFlips) {
  const std::string text = gate_markdown(testing::gate_record());
  EXPECT_THAT(text, StartsWith("## FAIL: runs/new against runs/old\n"));
  EXPECT_THAT(text, HasSubstr("| metric | baseline | candidate | difference | 90 % interval | margin | verdict | test | n "
                              "|\n|---|---:|---:|---:|---:|---:|---|---|---:|\n"));
  EXPECT_THAT(text, HasSubstr("| chartqa\\_test relaxed\\_accuracy (official) | 0.8123 | 0.7910 | -0.0213 | \\[-0.0314, -0.0116\\] "
                              "| 0.0100 | FAIL | cluster-robust t | 2500 |\n"));
  EXPECT_THAT(text, HasSubstr("- **INFRA** docvqa\\_val empty replies: 90 of 1000"));
  EXPECT_THAT(text, HasSubstr("### Worst flips (3 of 3)"));
  EXPECT_THAT(text, HasSubstr("| chartqa\\_test <code>human/1</code> | <code>What is the value?</code> | <code>12.5</code> | 1 "
                              "<code>12.5</code> | 0 <code>125</code><br><code>It is 125</code> |\n"));
}

std::ptrdiff_t lines_of(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }

TEST(GateMarkdown, ShowsTheWorstTwentyFlips) {
  GateRecord record = testing::gate_record();
  const std::string few = gate_markdown(record);
  while (record.flips.size() < 500) record.flips.push_back(record.flips[0]);
  const std::string many = gate_markdown(record);
  EXPECT_THAT(many, HasSubstr("Worst flips (20 of 500)"));
  EXPECT_EQ(lines_of(many), lines_of(few) + 17);
}

TEST(Markdown, StaysBelowTheLimitWhateverComes) {
  GateRecord gate = testing::hostile_gate();
  while (gate.metrics.size() < 500) gate.metrics.push_back(gate.metrics[0]);
  while (gate.checks.size() < 500) gate.checks.push_back(gate.checks[2]);
  while (gate.behaviours.size() < 500) gate.behaviours.push_back(gate.behaviours[0]);
  EXPECT_LT(gate_markdown(gate).size(), kSummaryLimit);
  EXPECT_THAT(gate_markdown(gate), HasSubstr(" more rows are left out."));
  ComparisonRecord comparison = testing::hostile_comparison();
  while (comparison.runs.size() < 2000) comparison.runs.push_back(comparison.runs[0]);
  while (comparison.pairs.size() < 300) comparison.pairs.push_back(comparison.pairs[0]);
  EXPECT_LT(comparison_markdown(comparison).size(), kSummaryLimit);
}

TEST(Markdown, EscapesWhatIsMoreThanText) {
  for (const std::string& text : {gate_markdown(testing::hostile_gate()), comparison_markdown(testing::hostile_comparison())}) {
    for (const char* forbidden : {"<script", "<img", "<!--", "\n::", "@everyone", " `code`", " [a](", " $x"})
      EXPECT_THAT(text, Not(HasSubstr(forbidden)));
    EXPECT_THAT(text, HasSubstr("&lt;script&gt;"));
  }
}

TEST(ComparisonMarkdown, HasEveryRunAndPair) {
  const std::string text = comparison_markdown(testing::comparison_record());
  EXPECT_THAT(text, HasSubstr("| metric | small | large | old |\n"));
  EXPECT_THAT(text, HasSubstr("0.7452 \\[0.7300, 0.7600\\] best"));
  EXPECT_THAT(text, HasSubstr("| large less small | chartqa\\_test relaxed\\_accuracy (official) | +0.1352 |"));
}

}  // namespace
}  // namespace assay
