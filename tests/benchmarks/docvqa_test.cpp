#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "benchmarks/catalog.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "metrics/interval.h"
#include "tests/benchmarks/fake_source.h"
#include "tests/benchmarks/scoring.h"
#include "tests/shared_files.h"

namespace assay {
namespace {

using testing::metrics_of;
using testing::value_of;
using ::testing::HasSubstr;

Reply reply_to(std::string id, std::vector<std::string> answers, std::string text) {
  Reply reply;
  reply.sample.id = std::move(id);
  reply.sample.references = std::move(answers);
  reply.text = std::move(text);
  return reply;
}

TEST(DocVqa, IsAFractionOrInPercent) {
  const auto docvqa = make_benchmark("docvqa_val");
  const std::vector<Reply> replies = {reply_to("1", {"acme", "Acme Inc."}, "ACME"), reply_to("2", {"abcd"}, "abcx"), reply_to("3", {"x"}, "yyy")};
  EXPECT_EQ(value_of(metrics_of(*docvqa, replies, "official"), "anls"), 1.75 / 3);
  EXPECT_EQ(value_of(metrics_of(*docvqa, replies, "vlmevalkit"), "anls"), 1.75 / 3 * 100);
  const auto metric = metrics_of(*docvqa, replies).front();
  EXPECT_EQ(metric.count, 3);
  EXPECT_LE(metric.interval.low, metric.value);
  EXPECT_GE(metric.interval.high, metric.value);
}
TEST(DocVqa, HasAnIntervalWhereAllAreWrongOrRight) {
  const auto docvqa = make_benchmark("docvqa_val");
  const auto interval_of = [&](const std::string& text) {
    std::vector<Reply> replies;
    for (int i = 0; i < 10; ++i) replies.push_back(reply_to(std::to_string(i), {"acme"}, text));
    return metrics_of(*docvqa, replies).front().interval;
  };
  EXPECT_EQ(interval_of("zzz").low, 0);
  EXPECT_EQ(interval_of("zzz").high, wilson_interval(0, 10).high);
  EXPECT_EQ(interval_of("acme").low, wilson_interval(1, 10).low);
  EXPECT_EQ(interval_of("acme").high, 1);
}
TEST(DocVqa, FailuresStayInTheDenominator) {
  const auto docvqa = make_benchmark("docvqa_val");
  auto failed = reply_to("2", {"x"}, "x");
  failed.state = SampleState::kError;
  EXPECT_EQ(value_of(metrics_of(*docvqa, {reply_to("1", {"x"}, "x"), failed}), "anls"), 0.5);
}
TEST(DocVqa, HasNoScoreWithoutAnswersButASubmission) {
  const auto docvqa = make_benchmark("docvqa_test");
  const std::vector<Reply> replies = {reply_to("17", {}, "a \"quote\""), reply_to("18", {}, "")};
  const auto metric = metrics_of(*docvqa, replies).front();
  EXPECT_TRUE(std::isnan(metric.value));
  EXPECT_EQ(metric.count, 0);
  const auto submission = docvqa->submission(replies);
  ASSERT_TRUE(submission.has_value());
  EXPECT_EQ(submission->content, R"([{"questionId":17,"answer":"a \"quote\""},{"questionId":18,"answer":""}])" "\n");
  EXPECT_FALSE(make_benchmark("docvqa_val")->submission(replies).has_value());
}
TEST(DocVqa, ReadsTheCompetitionsResultFile) {
  const auto docvqa = make_benchmark("docvqa_val");
  const testing::FakeSource data({reply_to("5", {"x"}, "").sample, reply_to("6", {"y"}, "").sample});
  const testing::TemporaryFile good("r.json", R"([{"questionId": 6, "answer": "y"}, {"questionId": 5, "answer": "q"}])");
  EXPECT_EQ(value_of(metrics_of(*docvqa, docvqa->read_predictions(good.path(), &data)), "anls"), 0.5);
  const testing::TemporaryFile bad("r.json", R"([{"questionId": 6, "answer": "y"}, {"questionId": 6, "answer": "z"}, {"questionId": 7, "answer": "q"}])");
  const std::string message = testing::message_of<DataError>([&] { (void)docvqa->read_predictions(bad.path(), &data); });
  EXPECT_THAT(message, HasSubstr("1 ids that the data does not have: 7"));
  EXPECT_THAT(message, HasSubstr("1 ids of the data that the file does not have: 5"));
  EXPECT_THAT(message, HasSubstr("1 ids that come more than once: 6"));
}

TEST(DocVqaFixture, ReproducesTheOfficialMeanFromAPredictionFile) {
  ASSAY_NEEDS_SHARED("fixtures/anls/anls_golden.json");
  const auto golden = json::parse_file(testing::shared_root() / "fixtures/anls/anls_golden.json");
  std::string lines;
  int id = 0;
  for (const auto& record : golden["records"].GetArray()) {
    lines += fmt::format("{{\"id\": {}, \"reply\": {}, \"answers\": {}}}\n", id++, json::dump(record["pred"]), json::dump(record["answers"]));
  }
  const testing::TemporaryFile file("anls.jsonl", lines);
  const auto docvqa = make_benchmark("docvqa_val");
  const auto metrics = metrics_of(*docvqa, docvqa->read_predictions(file.path(), nullptr));
  EXPECT_EQ(value_of(metrics, "anls"), golden["mean"]["rrc_official_infographicsvqa_eval"].GetDouble());
  EXPECT_EQ(metrics.front().count, 388);
}
TEST(DocVqaShared, OracleScoresExactlyTheMaximum) {
  ASSAY_NEEDS_SHARED("data/sroie-docvqa");
  const auto docvqa = make_benchmark("docvqa_val");
  for (const char* root : {"data", "data/sroie-docvqa"}) {
    const auto source = docvqa->open({{testing::shared_root() / root}});
    ASSERT_EQ(source->size(), 48u);
    std::vector<Reply> replies;
    for (std::size_t i = 0; i < source->size(); ++i) {
      const auto sample = source->get(i);
      replies.push_back({sample, sample.references.at(0)});
    }
    EXPECT_EQ(value_of(metrics_of(*docvqa, replies), "anls"), 1);
    std::reverse(replies.begin(), replies.end());
    EXPECT_EQ(value_of(metrics_of(*docvqa, replies, "vlmevalkit"), "anls"), 100);
  }
}

}  // namespace
}  // namespace assay
