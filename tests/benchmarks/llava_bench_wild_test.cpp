#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "benchmarks/catalog.h"
#include "harness/base/json.h"
#include "tests/benchmarks/judged.h"
#include "tests/benchmarks/scoring.h"
#include "tests/shared_files.h"

namespace assay {
namespace {

using testing::judged;
using testing::metrics_of;
using testing::value_of;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(LlavaBenchWild, RoundsAsTheOfficialSummaryDoes) {
  const auto wild = make_benchmark("llava_bench_wild");
  const std::vector<Reply> replies = {judged("1", "x", {"8 7\nBecause."}), judged("2", "x", {"9,6\n"}), judged("3", "x", {"9 8.5"})};
  const auto official = metrics_of(*wild, replies);
  EXPECT_EQ(value_of(official, "relative_score"), 82.7);  // 7.167 / 8.667
  EXPECT_EQ(value_of(official, "reference_score"), 86.7);
  EXPECT_EQ(value_of(metrics_of(*wild, replies, "vlmevalkit"), "relative_score"), 21.5 / 3 / (26.0 / 3) * 100);
}
TEST(LlavaBenchWild, KeepsAReviewWithoutScoresAsTheToolsDoButSaysSo) {
  const auto wild = make_benchmark("llava_bench_wild");
  const std::vector<Reply> replies = {judged("1", "x", {"8 6"}), judged("2", "x", {"Both are fine."})};
  EXPECT_EQ(wild->score(replies[1], "official").state, SampleState::kJudgeFailed);
  EXPECT_EQ(value_of(metrics_of(*wild, replies), "model_score"), 25);  // (6 - 1) / 2
  EXPECT_EQ(wild->score(judged("3", "x", {"8 6 7"}), "official").state, SampleState::kJudgeFailed);
}
TEST(LlavaBenchWild, AsksTheJudgeInTheOfficialWords) {
  auto reply = judged("5", "An answer.", {});
  reply.sample.references = {"A reference."};
  reply.sample.fields["caption"] = "A dog.";
  const auto question = make_benchmark("llava_bench_wild")->judge_questions(reply, "official").at(0);
  EXPECT_EQ(question.messages.at(0).text, "You are a helpful and precise assistant for checking the quality of the answer.");
  EXPECT_THAT(question.messages.at(1).text,
              StartsWith("[Context]\nA dog.\n\n[Question]\nWhat is x?\n\n[Assistant 1]\nA reference.\n\n[End of Assistant 1]\n\n[Assistant 2]\nAn answer.\n\n[End of Assistant 2]\n\n"
                         "[System]\nWe would like to request your feedback on the performance of two AI assistants"));
  EXPECT_THAT(question.messages.at(1).text, EndsWith("does not affect your judgment.\n\n"));
}
TEST(LlavaBenchWildFixture, ReproducesTheOfficialSummary) {
  ASSAY_NEEDS_SHARED("fixtures/llava_bench_wild");
  const auto folder = testing::shared_root() / "fixtures/llava_bench_wild";
  const auto wild = make_benchmark("llava_bench_wild");
  const auto document = json::parse_file(folder / "EXPECTED.json");
  for (const auto& file : document["results"].GetObject()) {
    const auto metrics = metrics_of(*wild, wild->read_predictions(folder / "reviews" / file.name.GetString(), nullptr));
    for (const auto& group : file.value.GetObject()) {
      const std::string name = group.name.GetString(), prefix = name == "all" ? "" : name.substr(std::string("llava_bench_").size()) + ".";
      EXPECT_EQ(value_of(metrics, prefix + "relative_score"), group.value["relative"].GetDouble()) << name;
      EXPECT_EQ(value_of(metrics, prefix + "reference_score"), group.value["gpt4_x10"].GetDouble()) << name;
      EXPECT_EQ(value_of(metrics, prefix + "model_score"), group.value["model_x10"].GetDouble()) << name;
    }
  }
}
TEST(LlavaBenchWildFixture, AsksByTheRuleOfAllThreeKinds) {
  ASSAY_NEEDS_SHARED("fixtures/llava_bench_wild");
  const auto folder = testing::shared_root() / "fixtures/llava_bench_wild";
  const auto wild = make_benchmark("llava_bench_wild");
  const auto data = wild->open({{folder}});
  ASSERT_EQ(data->size(), 60u);
  const auto rules = json::parse_file(folder / "rule.json");
  const auto question = wild->judge_questions({data->get(0), "x"}, "official").at(0).messages.at(1).text;
  for (const char* kind : {"llava_bench_conv", "llava_bench_detail", "llava_bench_complex"}) EXPECT_THAT(question, HasSubstr(rules[kind]["prompt"].GetString())) << kind;
  EXPECT_THAT(question, HasSubstr("An aerial view of Diamond Head in the Hawaiian Islands."));
  const auto replies = wild->read_predictions(folder / "answers/llava-v1.5-7b.jsonl", data.get());
  EXPECT_EQ(replies.size(), 60u);
}

}  // namespace
}  // namespace assay
