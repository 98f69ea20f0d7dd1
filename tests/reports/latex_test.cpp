#include "reports/latex.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/reports/report_values.h"

namespace assay {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(RunLatex, FollowsBooktabs) {
  const std::string text = run_latex(testing::run_record());
  EXPECT_THAT(text, HasSubstr("\\begin{tabular}{llrr}\n  \\toprule\n  Benchmark & Metric & Value & n \\\\\n  \\midrule\n"
                              "  chartqa\\_test (official) & relaxed\\_accuracy & $0.6364 \\pm 0.0450$ & 500 \\\\\n"));
  EXPECT_THAT(text, HasSubstr("empty.relaxed\\_accuracy & -- & 0 \\\\\n"));
  EXPECT_THAT(text, HasSubstr("  \\bottomrule\n\\end{tabular}\n"));
}

TEST(GateLatex, GivesHalfWidths) {
  EXPECT_THAT(gate_latex(testing::gate_record()), HasSubstr("  chartqa\\_test relaxed\\_accuracy (official) & $0.8123$ & $0.7910$ "
                                                            "& $-0.0213 \\pm 0.0099$ & $0.0100$ & 2500 & FAIL \\\\\n"));
}

TEST(ComparisonLatex, IsBoldOnlyForTheBest) {
  const std::string text = comparison_latex(testing::comparison_record());
  EXPECT_THAT(text,
              HasSubstr("& $0.6100 \\pm 0.0200$ & {\\boldmath\\bfseries $0.7452 \\pm 0.0150$} & $0.6100 \\pm 0.0200$ \\\\\n"));
  EXPECT_EQ(text.find("bfseries"), text.rfind("bfseries"));
  EXPECT_THAT(text, HasSubstr("& -- \\\\\n")) << "the run without the metric";
}

/// Every backslash begins a command of ours, braces pair, and no letter with a meaning stands bare.
void expect_harmless(const std::string& text) {
  EXPECT_THAT(text, Not(HasSubstr("\\input")));
  EXPECT_EQ(text.find("\\end{tabular}"), text.rfind("\\end{tabular}"));
  int depth = 0;
  const auto body = text.substr(text.find("\\begin"));
  for (std::size_t i = 0; i < body.size(); ++i) {
    const bool is_escaped = i > 0 && body[i - 1] == '\\';
    if (body[i] == '{' && !is_escaped) ++depth;
    if (body[i] == '}' && !is_escaped) --depth;
    EXPECT_GE(depth, 0);
    if (std::string_view("#%_^~").find(body[i]) != std::string_view::npos) {
      EXPECT_TRUE(is_escaped) << body.substr(i > 20 ? i - 20 : 0, 40);
    }
  }
  EXPECT_EQ(depth, 0);
}

TEST(Latex, StaysHarmless) {
  expect_harmless(run_latex(testing::hostile_run()));
  expect_harmless(gate_latex(testing::hostile_gate()));
  expect_harmless(comparison_latex(testing::hostile_comparison()));
}

}  // namespace
}  // namespace assay
