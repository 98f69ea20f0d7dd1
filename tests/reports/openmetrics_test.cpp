#include "reports/openmetrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <sstream>

#include "tests/reports/report_values.h"

namespace assay {
namespace {

using ::testing::HasSubstr;

/// Empty when `text` keeps the rules: metadata before samples, a family in one piece, escapes, one end.
std::string complaint_about(const std::string& text) {
  static const std::regex kMetadata("# (TYPE|UNIT|HELP) ([a-z_]+) .+");
  static const std::regex kLabel("[a-z_]+=\"(?:[^\"\\\\]|\\\\[\\\\\"n])*\"");
  static const std::regex kNumber("[-+0-9.e]+|[+-]Inf|NaN");
  std::set<std::string> families, series;
  std::string family, last;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (last == "# EOF") return "something after the end";
    last = line;
    std::smatch match;
    if (line == "# EOF") continue;
    if (line.starts_with('#')) {
      if (!std::regex_match(line, match, kMetadata)) return "metadata: " + line;
      if (match[1] == "TYPE" && !families.insert(match[2]).second) return "family in two pieces: " + line;
      if (match[1] == "TYPE") family = match[2];
      if (match[2] != family) return "metadata of another family: " + line;
      if (match[1] == "UNIT" && !family.ends_with("_" + line.substr(line.rfind(' ') + 1))) return "unit is no suffix: " + line;
      continue;
    }
    if (!line.starts_with(family)) return "sample of another family: " + line.substr(0, 80);
    std::size_t place = family.size();
    if (line[place] == '{') {
      do {
        ++place;
        if (!std::regex_search(line.cbegin() + static_cast<std::ptrdiff_t>(place), line.cend(), match, kLabel,
                               std::regex_constants::match_continuous))
          return "label: " + line.substr(place, 80);
        place += static_cast<std::size_t>(match.length());
      } while (line[place] == ',');
      if (line[place++] != '}') return "labels without end: " + line.substr(0, 80);
    }
    if (line[place] != ' ' || !std::regex_match(line.substr(place + 1), kNumber)) return "number: " + line.substr(place);
    if (!series.insert(line.substr(0, place)).second) return "sample given twice: " + line.substr(0, 80);
  }
  return last == "# EOF" ? "" : "no end";
}

TEST(GateOpenmetrics, KeepsTheRules) { EXPECT_EQ(complaint_about(gate_openmetrics(testing::gate_record())), ""); }
TEST(RunOpenmetrics, KeepsTheRules) { EXPECT_EQ(complaint_about(run_openmetrics(testing::run_record())), ""); }

TEST(Openmetrics, KeepsTheRulesWhateverComes) {
  EXPECT_EQ(complaint_about(gate_openmetrics(testing::hostile_gate())), "") << "with one name for several metrics";
  EXPECT_EQ(complaint_about(run_openmetrics(testing::hostile_run())), "");
  EXPECT_EQ(complaint_about(gate_openmetrics({})), "");
}

TEST(OpenmetricsRules, AreChecked) {
  EXPECT_EQ(complaint_about("# TYPE a gauge\na 1\n"), "no end");
  EXPECT_EQ(complaint_about("# TYPE a gauge\na{b=\"x\"y\"} 1\n# EOF\n"), "labels without end: a{b=\"x\"y\"} 1");
  EXPECT_EQ(complaint_about("# TYPE a gauge\na 1\na 1\n# EOF\n"), "sample given twice: a 1");
  EXPECT_EQ(complaint_about("# TYPE a gauge\nb 1\n# EOF\n"), "sample of another family: b 1");
}

TEST(GateOpenmetrics, HasVerdictsAndNumbers) {
  const std::string text = gate_openmetrics(testing::gate_record());
  EXPECT_THAT(text, HasSubstr("# TYPE assay_gate_verdict stateset\n# HELP assay_gate_verdict The gate's verdict.\n"));
  EXPECT_THAT(text, HasSubstr("assay_gate_verdict{assay_gate_verdict=\"FAIL\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("assay_gate_verdict{assay_gate_verdict=\"PASS\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("assay_gate_difference{benchmark=\"chartqa_test\",profile=\"official\",metric=\"relaxed_accuracy\","
                              "gated=\"true\"} -0.0213\n"));
  EXPECT_THAT(text, HasSubstr("# UNIT assay_gate_changed_replies_ratio ratio\n"));
  EXPECT_THAT(text, HasSubstr("assay_gate_exit_code 1\n"));
}

TEST(RunOpenmetrics, LeavesOutWhatHasNoValue) {
  const std::string text = run_openmetrics(testing::run_record());
  EXPECT_THAT(text, HasSubstr("assay_metric{benchmark=\"chartqa_test\",split=\"test\",profile=\"official\",metric=\"relaxed_"
                              "accuracy\"} 0.6364134930118334\n"));
  EXPECT_THAT(
      text, ::testing::Not(HasSubstr(
                "assay_metric{benchmark=\"chartqa_test\",split=\"test\",profile=\"official\",metric=\"empty.relaxed_accuracy\"}")));
  EXPECT_THAT(text,
              HasSubstr("assay_samples{benchmark=\"chartqa_test\",split=\"test\",profile=\"official\",state=\"truncated\"} 18\n"));
}

}  // namespace
}  // namespace assay
