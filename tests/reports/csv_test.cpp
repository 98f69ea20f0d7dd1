#include "reports/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/reports/report_values.h"

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::StartsWith;

/// RFC 4180, strictly: CRLF, doubled quotes, nothing after a closing quote. Empty when the text breaks a rule.
std::vector<std::vector<std::string>> read_csv(const std::string& text) {
  std::vector<std::vector<std::string>> rows = {{""}};
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '"') {
      for (++i; i < text.size(); ++i) {
        if (text[i] == '"' && (i + 1 == text.size() || text[i + 1] != '"')) break;
        if (text[i] == '"') ++i;
        rows.back().back() += text[i];
      }
      ++i;
      if (i >= text.size() || (text[i] != ',' && text[i] != '\r')) return {};
    } else if (text[i] == ',') {
      rows.back().emplace_back();
      ++i;
    } else if (text[i] == '\r') {
      if (i + 1 >= text.size() || text[i + 1] != '\n') return {};
      rows.push_back({""});
      i += 2;
    } else {
      if (text[i] == '\n') return {};
      rows.back().back() += text[i++];
    }
  }
  if (rows.back() != std::vector<std::string>{""}) return {};
  rows.pop_back();
  return rows;
}

void expect_well_formed(const std::string& text, std::size_t row_count) {
  const auto rows = read_csv(text);
  ASSERT_EQ(rows.size(), row_count);
  for (const auto& row : rows) {
    EXPECT_EQ(row.size(), rows[0].size());
    for (const auto& cell : row)
      EXPECT_FALSE(cell.starts_with("=") || cell.starts_with("@") || cell.starts_with("+")) << cell.substr(0, 80);
  }
}

TEST(RunCsv, HasARowForEachMetric) {
  const std::string text = run_csv(testing::run_record());
  EXPECT_THAT(text, StartsWith("benchmark,split,profile,metric,is_main,value,low,high,count,divides_by\r\n"
                               "chartqa_test,test,official,relaxed_accuracy,1,0.6364134930118334,0.59,0.68,500,questions\r\n"));
  EXPECT_THAT(read_csv(text).at(3),
              ElementsAre("chartqa_test", "test", "official", "empty.relaxed_accuracy", "0", "", "", "", "0", "questions"));
}

TEST(GateCsv, HasEveryNumber) {
  const auto rows = read_csv(gate_csv(testing::gate_record()));
  ASSERT_EQ(rows.size(), 7U);
  EXPECT_THAT(rows[1], ElementsAre("chartqa_test", "official", "relaxed_accuracy", "1", "FAIL", "0.8123", "0.791", "-0.0213",
                                   "-0.0314", "-0.0116", "0.9", "0.01", "1e-05", "1e-05", "1", "1", "1", "0.0144", "",
                                   "cluster-robust t", "2500", "1509", "93", "40", ""));
  EXPECT_EQ(rows[6][3], "0") << "only reported";
}

TEST(ComparisonCsv, HasARowForEachMetricAndRun) {
  const auto rows = read_csv(comparison_csv(testing::comparison_record()));
  ASSERT_EQ(rows.size(), 6U) << "a run without the metric has no row";
  EXPECT_THAT(rows[2], ElementsAre("large", "chartqa_test", "official", "relaxed_accuracy", "1", "1", "0.7452", "0.73", "0.76",
                                   "2500", "questions", "0.95", "17500000000"));
  EXPECT_EQ(rows[3].back(), "") << "memory that is not known";
}

TEST(Csv, StaysWellFormedAndHarmless) {
  expect_well_formed(run_csv(testing::hostile_run()), 7);
  expect_well_formed(gate_csv(testing::hostile_gate()), 7);
  expect_well_formed(comparison_csv(testing::hostile_comparison()), 6);
}

}  // namespace
}  // namespace assay
