#include "reports/text_reports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace assay {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

RunRecord record() {
  BenchmarkResult result;
  result.benchmark = "mme";
  result.split = "test";
  result.profile = "official";
  result.samples = 500;
  result.states = {{"scored", 480}, {"truncated", 18}, {"error", 2}, {"empty", 0}};
  result.main_metric = "perception";
  result.metrics = {{"perception", 1487.3512, 10, {1401.5, 1570}, "subtasks"}, {"颜色.acc", kNaN, 0, {kNaN, kNaN}, "questions"}};
  for (int i = 0; i < 12; ++i) result.failed_ids.push_back("id" + std::to_string(i));
  return {{result}};
}

TEST(ConsoleReport, LinesUpColumnsInAnyScript) {
  EXPECT_EQ(console_report(record()),
            "mme (split test, scored as official): 500 samples: 2 error, 480 scored, 18 truncated\n"
            "  metric            value           95 % interval  divides by\n"
            "  perception *  1487.3512  [1401.5000, 1570.0000]  10 subtasks\n"
            "  颜色.acc           none                    none  0 questions\n"
            "  failed: id0, id1, id2, id3, id4, id5, id6, id7, id8, id9 and 2 more\n");
}

TEST(ConsoleSummary, HasTheMainMetricOfEveryBenchmark) {
  EXPECT_EQ(console_summary(record()), "") << "the one table says it";
  RunRecord two = record();
  two.results.push_back(two.results[0]);
  two.results[1].benchmark = "mme_again";
  EXPECT_EQ(console_summary(two),
            "  metric                               value           95 % interval  divides by\n"
            "  mme perception (official)        1487.3512  [1401.5000, 1570.0000]  10 subtasks\n"
            "  mme_again perception (official)  1487.3512  [1401.5000, 1570.0000]  10 subtasks\n");
}

TEST(MarkdownReport, HasEveryMetric) {
  const std::string text = markdown_report(record());
  EXPECT_THAT(text, HasSubstr("## mme\n\nSplit test, scored as official. 500 samples: 2 error, 480 scored, 18 truncated."));
  EXPECT_THAT(text, HasSubstr("| perception \\* | 1487.3512 | \\[1401.5000, 1570.0000\\] | 10 subtasks |\n"));
  EXPECT_THAT(text, HasSubstr("| 颜色.acc | none | none | 0 questions |\n"));
}

TEST(TextReports, SayFirstThatWeightsWereInAnotherForm) {
  auto int8 = record();
  int8.weights = "int8";
  const std::string sentence = "The language model ran with int8 weights (--weights int8).\n";
  EXPECT_EQ(console_report(int8), sentence + console_report(record()));
  EXPECT_THAT(markdown_report(int8), HasSubstr("# Results\n\nThe language model ran with int8 weights"));
  EXPECT_THAT(markdown_report(record()), Not(HasSubstr("weights")));
}

TEST(MarkdownReport, EscapesWhatIsMoreThanText) {
  RunRecord hostile = record();
  hostile.results[0].metrics[0].name = "<script>|x|\n# y";
  hostile.results[0].failed_ids = {"[a](javascript:b)"};
  const std::string text = markdown_report(hostile);
  EXPECT_THAT(text, Not(HasSubstr("<script>")));
  EXPECT_THAT(text, HasSubstr("&lt;script&gt;\\|x\\| \\# y"));
  EXPECT_THAT(text, HasSubstr("\\[a\\](javascript:b)"));
}

TEST(ConsoleTiming, SaysWhereTheTimeWent) {
  RunTiming timing;
  timing.samples = 10;
  timing.distinct_pictures = 4;
  timing.encode_ms = 3000;
  timing.decode_ms = 1000;
  timing.wall_ms = 5000;
  timing.samples_in_wall = 10;
  const std::string text = console_timing(timing);
  EXPECT_THAT(text, HasSubstr("10 samples on 4 distinct pictures"));
  EXPECT_THAT(text, HasSubstr("encoding 3.0 s (75 %)"));
  EXPECT_THAT(text, HasSubstr("this start: 10 samples in 5.0 s, 2.00/s"));
}

}  // namespace
}  // namespace assay
