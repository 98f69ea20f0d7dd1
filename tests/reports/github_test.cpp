#include "reports/github.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <sstream>

#include "tests/reports/report_values.h"

namespace assay {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

/// How many commands of each kind there are; fails for a line that is none.
std::map<std::string, int> kinds_of(const std::string& text) {
  static const std::regex kCommand("::(error|warning|notice) file=([^:,]+),line=([0-9]+),title=([^:,]*)::(.+)");
  std::map<std::string, int> kinds;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (std::regex_match(line, match, kCommand))
      ++kinds[match[1]];
    else
      ADD_FAILURE() << line.substr(0, 200);
  }
  return kinds;
}

TEST(GateGithub, HasErrorsForFailsAlone) {
  const std::string text = gate_github(testing::gate_record());
  EXPECT_THAT(text, StartsWith("::error file=ci/gate.yaml,line=7,title=FAIL chartqa_test relaxed_accuracy (official)::chartqa_test "
                               "relaxed_accuracy (official): difference -0.0213, 90 %25 interval"));
  EXPECT_EQ(kinds_of(text), (std::map<std::string, int>{{"error", 1}, {"warning", 3}, {"notice", 2}}));
  EXPECT_THAT(text,
              HasSubstr("::warning file=ci/gate.yaml,line=1,title=INFRA empty replies::docvqa_val empty replies: 90 of 1000"));
}

TEST(GateGithub, ShowsTenOfAKindAndSaysHowManyMore) {
  GateRecord record = testing::gate_record();
  record.metrics.assign(25, record.metrics[0]);
  EXPECT_EQ(kinds_of(gate_github(record))["error"], 10);
  EXPECT_THAT(gate_github(record), HasSubstr("(and 15 more)"));
}

TEST(GateGithub, CannotBeMadeToSayOtherCommands) {
  EXPECT_EQ(kinds_of(gate_github(testing::hostile_gate())),
            (std::map<std::string, int>{{"error", 1}, {"warning", 3}, {"notice", 2}}));
}

}  // namespace
}  // namespace assay
