#include "benchmarks/judge.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "benchmarks/catalog.h"
#include "harness/base/error.h"
#include "tests/benchmarks/judged.h"
#include "tests/benchmarks/scoring.h"

namespace assay {
namespace {

using testing::judged;
using testing::ListedJudge;
using testing::metrics_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(RecordedReplies, AreReadInManyForms) {
  const auto read = [](std::string_view content, const char* name = "r.json") {
    const testing::TemporaryFile file(name, content);
    return read_recorded_replies(file.path());
  };
  EXPECT_THAT(read(R"({"a": "0.5", "b": ["1", "0"], "c": {"content": ["x"], "score": [1]}})"),
              ElementsAre(std::pair("a", std::vector<std::string>{"0.5"}), std::pair("b", std::vector<std::string>{"1", "0"}), std::pair("c", std::vector<std::string>{"x"})));
  EXPECT_EQ(read("{\"id\": 9, \"question_id\": 1, \"content\": \"8 7\"}\n{\"question_id\": 2, \"reply\": \"x\"}\n", "r.jsonl").at("1").front(), "8 7");
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)read("{\"id\": 1, \"reply\": \"a\"}\n{\"id\": 1, \"reply\": \"b\"}\n", "r.jsonl"); }), HasSubstr("r.jsonl:2: the id \"1\" comes twice"));
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)read(R"([{"id": 1, "score": 2}])"); }), HasSubstr("no judge's answer"));
}
TEST(Judge, IsAskedOnlyWhereNothingIsRecorded) {
  const auto mmvet = make_benchmark("mmvet");
  std::vector<Reply> replies = {judged("1", "x = -1", {}), judged("2", "x", {"0.2"}), judged("3", "x", {})};
  const auto judge = make_recorded_judge({{"1", {"0.5"}}, {"2", {"0.9"}}});
  ask_judge(*judge, *mmvet, "official", replies);
  EXPECT_THAT(replies[0].judge_replies, ElementsAre("0.5"));
  EXPECT_THAT(replies[1].judge_replies, ElementsAre("0.2"));
  EXPECT_TRUE(replies[2].judge_replies.empty());
}
TEST(Judge, IsAskedAgainAsMmVetDoes) {
  const auto mmvet = make_benchmark("mmvet");
  const auto asked = [&](std::vector<std::string> answers, const char* profile) {
    std::vector<Reply> replies = {judged("1", "x = -1", {})};
    ListedJudge judge(std::move(answers));
    ask_judge(judge, *mmvet, profile, replies);
    std::string text;
    for (const auto& question : judge.asked)
      text += fmt::format("{:.1f}{} ", question.temperature, question.messages.back().text.ends_with("\nPredict the correctness of the answer (digit): ") ? "+" : "");
    return std::pair(text, mmvet->score(replies[0], profile));
  };
  EXPECT_EQ(asked({"0.4", "0.9"}, "official").first, "0.0 ");
  const auto [thrice, score] = asked({"good", "1.5", "0.7"}, "official");
  EXPECT_EQ(thrice, "0.0 0.0+ 0.5+ ");
  EXPECT_EQ(score.value, 0.7);
  const auto [five, failed] = asked({"a", "b", "c", "d", "e", "0.1"}, "official");
  EXPECT_EQ(five, "0.0 0.0+ 0.5+ 1.0+ 1.5+ ");
  EXPECT_EQ(failed.state, SampleState::kJudgeFailed) << "where the authors count 0";
  EXPECT_EQ(asked({"0.4 of it", "0.3"}, "vlmevalkit").first, "0.0 0.5 ");
  EXPECT_EQ(asked({"x"}, "official").second.state, SampleState::kJudgeFailed) << "the judge has no second answer";
}
TEST(Judge, LeavesAScoreAbsentRatherThanGuessed) {
  for (const auto* name : {"mmvet", "llava_bench_wild", "convbench"}) {
    const auto benchmark = make_benchmark(name);
    std::vector<Reply> replies = {judged("1", "something", {})};
    const auto judge = make_no_judge();
    ask_judge(*judge, *benchmark, "official", replies);
    const auto score = benchmark->score(replies[0], "official");
    EXPECT_EQ(score.state, SampleState::kJudgeFailed) << name;
    EXPECT_TRUE(std::isnan(score.value)) << name;
    const auto metric = metrics_of(*benchmark, replies, "official").front();
    EXPECT_TRUE(std::isnan(metric.value)) << name;
    EXPECT_EQ(metric.count, 0) << name;
  }
}

}  // namespace
}  // namespace assay
