#include "harness/sample_list_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "tests/temporary_folder.h"

namespace assay {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::message_of;

std::vector<std::string> ids_in(std::string_view text) {
  std::vector<std::string> ids;
  for (const auto& sample : parse_sample_list(text, "ids.txt")) ids.push_back(sample.benchmark + "|" + sample.id);
  return ids;
}
std::string complaint(std::string_view text) {
  return message_of<ConfigError>([&] { (void)parse_sample_list(text, "ids.txt"); });
}

TEST(SampleList, PassesOverCommentsBlanksCarriageReturnsAndAByteOrderMark) {
  EXPECT_THAT(ids_in("\xEF\xBB\xBF# head\r\ns1\r\n\r\n  s2  \n\t\n# s3\nmme\ts4\nhuman/5"), ElementsAre("|s1", "|s2", "mme|s4", "|human/5"));
  EXPECT_EQ(parse_sample_list("\n\ns1\n", "ids.txt").front().line, 3U);
}
TEST(SampleList, ReadsBackWhateverAnIdHolds) {
  for (const std::string id : {"s1", "# no comment", "\"quoted\"", " blank ", "tab\tin it", "line\nbreak", "a b", "中文", ""})
    for (const std::string benchmark : {"", "mme"}) EXPECT_THAT(ids_in(sample_list_line(benchmark, id)), ElementsAre(benchmark + "|" + id));
}
TEST(SampleList, RefusesDuplicatesAndBrokenQuotesWithTheirLines) {
  EXPECT_EQ(complaint("s1\n#\ns1\n"), "ids.txt:3: \"s1\" stands in line 1 already");
  EXPECT_THAT(complaint("\"s1\n"), HasSubstr("ids.txt:1"));
  EXPECT_THAT(complaint("\"a\" b\n"), HasSubstr("ids.txt:1"));
  EXPECT_THAT(complaint("# nothing\n"), HasSubstr("the list names no sample"));
}
TEST(SampleList, ShowsTheFirstFewOfManyProblems) {
  std::string text;
  for (int i = 0; i < 20; ++i) text += "s1\n";
  EXPECT_THAT(complaint(text), AllOf(HasSubstr("19 problems"), HasSubstr("ids.txt:2"), HasSubstr("and 11 more"), Not(HasSubstr("ids.txt:20"))));
}

std::string benchmark_complaint(std::string_view text, const std::vector<std::string>& asked) {
  return message_of<ConfigError>([&] { check_benchmarks_listed(parse_sample_list(text, "ids.txt"), asked, "ids.txt"); });
}
TEST(SampleList, MustFitTheBenchmarksOfTheRun) {
  const std::vector<std::string> one = {"mme"}, two = {"mme", "pope"};
  EXPECT_EQ(benchmark_complaint("s1\nmme\ts2\n", one), "nothing thrown");
  EXPECT_EQ(benchmark_complaint("mme\ts1\npope\ts1\n", two), "nothing thrown");
  EXPECT_EQ(benchmark_complaint("s1\npope\ts1\nmme\ts2\n", two), "ids.txt:1: \"s1\": this run asks 2 benchmarks; write benchmark, tab, id");
  EXPECT_EQ(benchmark_complaint("mne\ts1\nmme\ts1\n", one), "ids.txt:1: this run does not ask a benchmark \"mne\"; did you mean \"mme\"?");
  EXPECT_EQ(benchmark_complaint("mme\ts1\n", two), "ids.txt: the list names no sample of pope");
}
TEST(SampleList, MustNameSamplesThatThereAre) {
  const std::vector<std::string> known = {"human/1", "human/2"};
  const auto ids_complaint = [&](std::string_view text) {
    return message_of<ConfigError>([&] { check_ids_listed(parse_sample_list(text, "ids.txt"), "chartqa_test", known, "ids.txt"); });
  };
  EXPECT_EQ(ids_complaint("human/2\n"), "nothing thrown");
  EXPECT_EQ(ids_complaint("human/2\nhumam/1\n"), "ids.txt:2: chartqa_test has no sample \"humam/1\"; did you mean \"human/1\"?");
  EXPECT_EQ(ids_complaint("12345678901\n"), "ids.txt:1: chartqa_test has no sample \"12345678901\"; its ids look like \"human/1\"");
}

}  // namespace
}  // namespace assay
