#include "tests/metrics/gate_figures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "harness/base/file.h"

namespace assay::simulation {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const Figures& few_runs() {
  static const Figures figures = simulate(3, 1, 2);
  return figures;
}
std::size_t times(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(GateFigures, AreTheSameOnAnyNumberOfThreads) { EXPECT_EQ(figures_csv(simulate(3, 1, 1)), figures_csv(few_runs())); }
/// The page's figures, made by 8,000 runs a cell: the cheap ones of them come out again, to the last digit.
TEST(GateFigures, AreThoseOfTheStatisticsPage) {
  constexpr int kRuns = 8000;
  constexpr std::uint64_t kSeed = 20240617;
  const std::string printed = read_file(ASSAY_SOURCE_DIR "/docs/statistics.csv");
  Figures figures;
  figures.runs = kRuns, figures.seed = kSeed;
  for (const auto& pairs : table_of_rules())
    if (pairs.samples <= 900) figures.rules.push_back({pairs, rates_of_rules(pairs, kRuns, kSeed)});
  figures.families.push_back({1, rates_of_family(1, kRuns, kSeed)});
  const std::string made = figures_csv(figures);
  std::size_t lines = 0;
  for (auto begin = made.find('\n') + 1; begin < made.size(); begin = made.find('\n', begin) + 1, ++lines)
    EXPECT_THAT(printed, HasSubstr(made.substr(begin, made.find('\n', begin) + 1 - begin)));
  EXPECT_EQ(lines, 5U * 7 + 2);
}
TEST(GateFigures, FillEveryRowOfTheTables) {
  const auto text = figures_markdown(few_runs());
  EXPECT_EQ(times(text, "\n| "), 4 + table_of_rules().size() + table_of_clusters().size() + 3 + table_of_sequences().size());
  EXPECT_THAT(text, Not(HasSubstr("nan")));
}
TEST(GateFigures, GiveEachNumberItsErrorInTheCsv) {
  const auto text = figures_csv(few_runs());
  const auto columns = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(text.find('\n')), ',');
  EXPECT_EQ(columns, 10);
  EXPECT_EQ(std::count(text.begin(), text.end(), ','), columns * std::count(text.begin(), text.end(), '\n'));
  EXPECT_THAT(text, HasSubstr("rules,200,0.06,0,200,1,0,1,fixed threshold,"));
  EXPECT_THAT(text, Not(HasSubstr("nan")));
}
TEST(GateFigures, HaveNoErrorWhereEveryRunIsFlagged) {
  const auto rates = rates_of_rules({2500, 0.06, 0.06}, 30, 1);
  EXPECT_EQ(rates.gate_fail, 1);  // exactly: more would have no standard error
  EXPECT_EQ(standard_error_of(rates.gate_fail, 30), 0);
}
TEST(GateFigures, DrawAMarkForEveryRuleAndTheFivePercentLine) {
  const auto svg = figures_svg(few_runs());
  EXPECT_EQ(times(svg, "<text"), times(svg, "</text>"));
  const auto unchanged = table_of_rules();
  const auto rows = static_cast<std::size_t>(std::count_if(unchanged.begin(), unchanged.end(), [](const Pairs& pairs) { return pairs.drop == 0; }));
  EXPECT_EQ(times(svg, "<rect class=\"fixed\""), rows + 3 * 4 + 1);          // panels, curves, legend
  EXPECT_EQ(times(svg, "<circle class=\"gate\""), rows + table_of_clusters().size() + 3 * 4 + 1);
  EXPECT_EQ(times(svg, "class=\"limit\""), 2U + 3 + 1);
  for (const auto* part : {"href", "<script", "nan", "inf"}) EXPECT_EQ(times(svg, part), 0U) << part;  // nothing from elsewhere, no broken number
}

}  // namespace
}  // namespace assay::simulation
