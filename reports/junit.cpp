#include "reports/junit.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "reports/escaping.h"
#include "reports/gate_text.h"
#include "reports/number_text.h"

namespace assay {
namespace {

constexpr const char* kWholeRun = "whole run";

enum class Outcome { kPassed, kSkipped, kFailure, kError };

struct Case {
  std::string class_name, name;
  Outcome outcome = Outcome::kPassed;
  std::string type, message;
};

struct Suite {
  std::string name;
  std::vector<Case> cases;
};

using Properties = std::vector<std::pair<std::string, std::string>>;

Outcome outcome_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kIncomparable:
    case Verdict::kInfra:
      return Outcome::kError;
    case Verdict::kFail:
    case Verdict::kSuspect:
      return Outcome::kFailure;
    case Verdict::kInconclusive:
      return Outcome::kSkipped;
    case Verdict::kImproved:
    case Verdict::kPass:
      return Outcome::kPassed;
  }
  return Outcome::kError;
}

std::string attribute(const char* name, const std::string& text) { return fmt::format(" {}=\"{}\"", name, markup_escaped(text)); }

std::string case_xml(const Case& one) {
  std::string text = "    <testcase" + attribute("classname", one.class_name) + attribute("name", one.name) + " time=\"0\"";
  const std::string message = attribute("message", one.message);
  switch (one.outcome) {
    case Outcome::kPassed:
      return text + (one.message.empty()
                         ? "/>\n"
                         : fmt::format(">\n      <system-out>{}</system-out>\n    </testcase>\n", markup_escaped(one.message)));
    case Outcome::kSkipped:
      return text + fmt::format(">\n      <skipped{}/>\n    </testcase>\n", message);
    case Outcome::kFailure:
      return text + fmt::format(">\n      <failure{}{}>{}</failure>\n    </testcase>\n", message, attribute("type", one.type),
                                markup_escaped(one.message));
    case Outcome::kError:
      return text + fmt::format(">\n      <error{}{}>{}</error>\n    </testcase>\n", message, attribute("type", one.type),
                                markup_escaped(one.message));
  }
  return text;
}

/// ` tests="3" failures="1" errors="0" skipped="1"` over all suites given; the published schema has no "skipped" for all of them together.
std::string counts_xml(const std::vector<Suite>& suites, bool is_one_suite) {
  std::size_t tests = 0, failures = 0, errors = 0, skipped = 0;
  for (const auto& suite : suites)
    for (const auto& one : suite.cases) {
      ++tests;
      failures += one.outcome == Outcome::kFailure;
      errors += one.outcome == Outcome::kError;
      skipped += one.outcome == Outcome::kSkipped;
    }
  return fmt::format(R"( tests="{}" failures="{}" errors="{}"{} time="0")", tests, failures, errors,
                     is_one_suite ? fmt::format(" skipped=\"{}\"", skipped) : "");
}

std::string junit_xml(const std::string& name, const std::vector<Suite>& suites, const Properties& properties) {
  std::string text =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" + attribute("name", name) + counts_xml(suites, false) + ">\n";
  for (const auto& suite : suites) {
    text += "  <testsuite" + attribute("name", suite.name) + counts_xml({suite}, true) + ">\n";
    if (!properties.empty()) text += "    <properties>\n";
    for (const auto& [key, value] : properties)
      text += "      <property" + attribute("name", key) + attribute("value", value) + "/>\n";
    if (!properties.empty()) text += "    </properties>\n";
    for (const auto& one : suite.cases) text += case_xml(one);
    text += "  </testsuite>\n";
  }
  return text + "</testsuites>\n";
}

Suite& suite_named(std::vector<Suite>& suites, const std::string& name) {
  const auto found = std::find_if(suites.begin(), suites.end(), [&](const Suite& suite) { return suite.name == name; });
  if (found != suites.end()) return *found;
  return suites.emplace_back(Suite{name, {}});
}

}  // namespace

std::string gate_junit(const GateRecord& record) {
  std::vector<Suite> suites;
  for (const auto& metric : record.metrics) {
    if (!metric.is_gated && !is_quarantined(metric)) continue;
    const std::string place = metric.policy_file.empty() ? std::string() : fmt::format(" ({}:{})", metric.policy_file, metric.policy_line);
    suite_named(suites, metric.benchmark)
        .cases.push_back({fmt::format("{}.{}", metric.benchmark, metric.profile), metric.metric,
                          is_quarantined(metric) ? Outcome::kSkipped : outcome_of(metric.verdict), name_of(metric.verdict),
                          fmt::format("{} {}{}", verdict_cell(metric), metric_sentence(metric), place)});
  }
  for (const auto& check : failed_checks(record)) {
    const std::string where = check.benchmark.empty() ? kWholeRun : check.benchmark;
    suite_named(suites, where)
        .cases.push_back({where, fmt::format("check: {}", check.name), outcome_of(check.verdict), name_of(check.verdict),
                          fmt::format("{} {}", name_of(check.verdict), check_sentence(check))});
  }
  return junit_xml("assay gate", suites,
                   {{"verdict", name_of(record.verdict)},
                    {"baseline", record.baseline_name},
                    {"baseline.digest", record.baseline_digest},
                    {"candidate", record.candidate_name},
                    {"candidate.digest", record.candidate_digest},
                    {"policy", record.policy}});
}

std::string run_junit(const RunRecord& record) {
  std::vector<Suite> suites;
  for (const auto& result : record.results) {
    Case one = {fmt::format("{}.{}", result.benchmark, result.profile),
                result.main_metric.empty() ? "samples" : result.main_metric,
                Outcome::kPassed,
                "",
                ""};
    for (const auto& metric : result.metrics)
      if (metric.name == result.main_metric)
        one.message =
            fmt::format("{} {}, {} {}", number_text(metric.value), interval_text(metric.interval), metric.count, metric.divides_by);
    const auto errors = result.states.find(name_of(SampleState::kError));
    if (errors != result.states.end() && errors->second > 0) {
      one.outcome = Outcome::kFailure;
      one.type = name_of(SampleState::kError);
      one.message = fmt::format("{} of {} samples have no reply or no score; they count as wrong", errors->second, result.samples);
    }
    suites.push_back({benchmark_title(result.benchmark, result.profile), {one}});
  }
  return junit_xml("assay run", suites, {});
}

}  // namespace assay
