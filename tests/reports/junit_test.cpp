#include "reports/junit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/reports/report_values.h"
#include "tests/reports/xml.h"

namespace assay {
namespace {

using ::testing::HasSubstr;
using testing::read_xml;
using testing::XmlElement;

/// Test cases by name.
std::map<std::string, const XmlElement*> cases_of(const XmlElement& root) {
  std::map<std::string, const XmlElement*> cases;
  for (const auto* one : root.all("testcase")) cases[one->attributes.at("classname") + "/" + one->attributes.at("name")] = one;
  return cases;
}

std::string only_child(const XmlElement& element) { return element.children.size() == 1 ? element.children[0].name : ""; }

TEST(GateJunit, HasASuiteForEachBenchmarkAndACaseForEachGatedMetric) {
  const auto document = read_xml(gate_junit(testing::gate_record()));
  ASSERT_EQ(document.complaint, "");
  const auto suites = document.root.all("testsuite");
  ASSERT_EQ(suites.size(), 4U);
  EXPECT_EQ(suites[0]->attributes.at("name"), "chartqa_test");
  EXPECT_EQ(suites[0]->attributes.at("tests"), "1") << "a metric that is only reported has none";
  EXPECT_EQ(suites[0]->attributes.at("failures"), "1");
  EXPECT_EQ(document.root.attributes.at("tests"), "6");
  EXPECT_EQ(document.root.attributes.at("failures"), "2");
  EXPECT_EQ(document.root.attributes.at("errors"), "1");
  EXPECT_EQ(suites[1]->attributes.at("skipped"), "1");
}

TEST(GateJunit, TurnsVerdictsIntoOutcomes) {
  const auto document = read_xml(gate_junit(testing::gate_record()));
  const auto cases = cases_of(document.root);
  EXPECT_EQ(only_child(*cases.at("chartqa_test.official/relaxed_accuracy")), "failure");
  EXPECT_EQ(only_child(*cases.at("pope.official/accuracy")), "failure") << "SUSPECT";
  EXPECT_EQ(only_child(*cases.at("docvqa_val.official/anls")), "skipped") << "INCONCLUSIVE";
  EXPECT_EQ(only_child(*cases.at("docvqa_val/check: empty replies")), "error") << "INFRA";
  EXPECT_EQ(only_child(*cases.at("mme.official/perception")), "system-out") << "IMPROVED";
}

TEST(GateJunit, SaysDifferenceIntervalAndCount) {
  const auto document = read_xml(gate_junit(testing::gate_record()));
  const auto cases = cases_of(document.root);
  const auto& failure = cases.at("chartqa_test.official/relaxed_accuracy")->children[0];
  EXPECT_THAT(failure.attributes.at("message"),
              HasSubstr("difference -0.0213, 90 % interval [-0.0314, -0.0116], margin 0.0100, n = 2,500 in 1,509 clusters"));
  EXPECT_EQ(failure.attributes.at("type"), "FAIL");
  EXPECT_THAT(cases.at("docvqa_val.official/anls")->children[0].attributes.at("message"), HasSubstr("about 5,322 would decide"));
  EXPECT_THAT(cases.at("docvqa_val.official/anls")->children[0].attributes.at("message"), HasSubstr(" (ci/gate.yaml:"));
  std::map<std::string, std::string> properties;
  for (const auto* property : document.root.all("property"))
    properties[property->attributes.at("name")] = property->attributes.at("value");
  EXPECT_EQ(properties["baseline.digest"], "0123456789abcdef");
  EXPECT_EQ(properties["candidate.digest"], "fedcba9876543210");
}

TEST(RunJunit, FailsForSamplesInStateError) {
  RunRecord record = testing::run_record();
  record.results[1].states["error"] = 0;
  const auto document = read_xml(run_junit(record));
  ASSERT_EQ(document.complaint, "");
  const auto cases = cases_of(document.root);
  EXPECT_THAT(cases.at("chartqa_test.official/relaxed_accuracy")->children.at(0).attributes.at("message"),
              HasSubstr("2 of 500 samples"));
  EXPECT_EQ(only_child(*cases.at("docvqa_val.official/relaxed_accuracy")), "system-out");
}

TEST(Junit, StaysWellFormed) {
  EXPECT_EQ(read_xml(gate_junit(testing::hostile_gate())).complaint, "");
  EXPECT_EQ(read_xml(run_junit(testing::hostile_run())).complaint, "");
  EXPECT_EQ(read_xml(gate_junit({})).complaint, "");
}

struct Case {
  const char* name;
  std::string text, complaint;
};
void PrintTo(const Case& c, std::ostream* os) { *os << c.text; }
class XmlRules : public ::testing::TestWithParam<Case> {};
TEST_P(XmlRules, AreChecked) { EXPECT_THAT(read_xml(GetParam().text).complaint, HasSubstr(GetParam().complaint)); }
INSTANTIATE_TEST_SUITE_P(
    Xml, XmlRules,
    ::testing::Values(Case{"unclosed", "<a><b></a>", "an end tag of another element"},
                      Case{"no_end", "<a>", "an element without end"}, Case{"bare_ampersand", "<a>&</a>", "an unknown reference"},
                      Case{"control", "<a>\x1b</a>", "a control character"}, Case{"twice", "<a b=\"\" b=\"\"/>", "given twice"},
                      Case{"two_roots", "<a/><a/>", "text after the root"}, Case{"less_than", "<a b=\"<\"/>", "< in an attribute"},
                      Case{"cdata_end", "<a>]]></a>", "]]> in text"}, Case{"broken_letter", "<a>\xff</a>", "not UTF-8"}),
    [](const auto& c) { return std::string(c.param.name); });

}  // namespace
}  // namespace assay
