#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "benchmarks/catalog.h"
#include "harness/base/error.h"
#include "metrics/interval.h"
#include "tests/benchmarks/scoring.h"
#include "tests/shared_files.h"

namespace assay {
namespace {

using testing::metrics_of;
using testing::value_of;

Reply reply_to(std::string label, std::string text, std::string category = "human", std::string picture = "") {
  static int next = 0;
  Reply reply;
  reply.sample.id = fmt::format("{}/{}", category, next++);
  reply.sample.category = std::move(category);
  reply.sample.group = picture.empty() ? reply.sample.id : std::move(picture);
  reply.sample.references = {std::move(label)};
  reply.text = std::move(text);
  return reply;
}

TEST(ChartQa, EachToolPrintsItsOwnScale) {
  const auto chartqa = make_benchmark("chartqa_test");
  const std::vector<Reply> replies = {reply_to("10", "10.4"), reply_to("Yes", "yes"), reply_to("3", "4", "augmented"), reply_to("5%", "0.05", "augmented")};
  for (const auto& [profile, scale] : {std::pair{"official", 100.0}, {"vlmevalkit", 100.0}, {"lmms-eval", 1.0}, {"internvl", 1.0}}) {
    const auto metrics = metrics_of(*chartqa, replies, profile);
    EXPECT_EQ(value_of(metrics, "relaxed_accuracy"), 0.75 * scale);
    EXPECT_EQ(value_of(metrics, "human.relaxed_accuracy"), scale);
    EXPECT_EQ(value_of(metrics, "augmented.relaxed_accuracy"), 0.5 * scale);
    EXPECT_EQ(value_of(metrics, "average.relaxed_accuracy"), 0.75 * scale);
  }
}
TEST(ChartQa, ProfilesDifferAtTheEdge) {
  const auto chartqa = make_benchmark("chartqa_test");
  const auto value = [&](std::string label, std::string text, const char* profile) { return chartqa->score(reply_to(label, text), profile).value; };
  EXPECT_EQ(value("10", "9.5", "official"), 1);
  EXPECT_EQ(value("10", "9.5", "internvl"), 0);  // relative to the prediction
  EXPECT_EQ(value("Yes", "yes ", "official"), 0);
  EXPECT_EQ(value("Yes", "yes ", "vlmevalkit"), 1);
  EXPECT_EQ(value("None", "None", "official"), 1);
  EXPECT_EQ(value("None", "None", "vlmevalkit"), 0);  // comes back as nan
  EXPECT_EQ(value("0", "0.0", "official"), 0);
}
TEST(ChartQa, TellsTheSplitsOfVlmevalkitsTable) {
  const auto chartqa = make_benchmark("chartqa_test");
  auto human = reply_to("1", "1", ""), augmented = reply_to("1", "2", "");
  human.sample.fields["split"] = "test_human";
  augmented.sample.fields["split"] = "test_augmented";
  const auto metrics = metrics_of(*chartqa, {human, augmented});
  EXPECT_THAT(testing::unexplained(*chartqa, metrics), ::testing::IsEmpty());
  EXPECT_EQ(value_of(metrics, "human.relaxed_accuracy"), 100);
  EXPECT_EQ(value_of(metrics, "augmented.relaxed_accuracy"), 0);
}
TEST(ChartQa, FailuresStayInTheDenominator) {
  const auto chartqa = make_benchmark("chartqa_test");
  auto failed = reply_to("1", "1");
  failed.state = SampleState::kError;
  const auto metrics = metrics_of(*chartqa, {reply_to("1", "1"), failed});
  EXPECT_EQ(value_of(metrics, "relaxed_accuracy"), 50);
  EXPECT_EQ(metrics.front().count, 2);
}
TEST(ChartQa, WidensTheIntervalWhereQuestionsShareAChart) {
  const auto chartqa = make_benchmark("chartqa_test");
  std::vector<Reply> shared, alone;
  for (int i = 0; i < 100; ++i) {
    for (int k = 0; k < 4; ++k) {
      shared.push_back(reply_to("1", i % 2 == 0 ? "1" : "2", "human", fmt::format("{}.png", i)));
      alone.push_back(reply_to("1", i % 2 == 0 ? "1" : "2", "human"));
    }
  }
  const auto wide = metrics_of(*chartqa, shared).front().interval, narrow = metrics_of(*chartqa, alone).front().interval;
  EXPECT_NEAR((wide.high - wide.low) / (narrow.high - narrow.low), 2, 0.05);
}
TEST(ChartQa, AverageHasAnIntervalWhereAllAreWrongOrRight) {
  const auto chartqa = make_benchmark("chartqa_test");
  const auto average_of = [&](const std::string& reply) {
    std::vector<Reply> replies;
    for (int i = 0; i < 20; ++i) replies.push_back(reply_to("1", reply, i % 2 == 0 ? "human" : "augmented"));
    return *testing::find_metric(metrics_of(*chartqa, replies), "average.relaxed_accuracy");
  };
  const auto wrong = average_of("2"), right = average_of("1");
  EXPECT_EQ(wrong.value, 0);
  EXPECT_EQ(wrong.interval.low, 0);
  EXPECT_NEAR(wrong.interval.high, 100 * wilson_interval(0, 10).high / std::sqrt(2.0), 1e-9);
  EXPECT_EQ(right.value, 100);
  EXPECT_EQ(right.interval.high, 100);
  EXPECT_NEAR(right.interval.low, 100 - wrong.interval.high, 1e-9);
}
TEST(ChartQa, ReadsFilesThatBringTheirLabels) {
  const auto chartqa = make_benchmark("chartqa_test");
  const testing::TemporaryFile lines("a.jsonl", R"({"id": "human/0", "reply": "10.4", "label": "10", "category": "human"})" "\n"
                                                R"({"id": "human/1", "reply": "", "label": "x"})" "\n");
  auto replies = chartqa->read_predictions(lines.path(), nullptr);
  EXPECT_EQ(value_of(metrics_of(*chartqa, replies), "relaxed_accuracy"), 50);
  EXPECT_EQ(chartqa->score(replies[1], "").state, SampleState::kEmpty);
  // InternVL's own results: the answer given and the annotation
  const testing::TemporaryFile own("own.json", R"([{"question": "q", "answer": "9.5", "annotation": "10"}])");
  EXPECT_EQ(value_of(metrics_of(*chartqa, chartqa->read_predictions(own.path(), nullptr), "internvl"), "relaxed_accuracy"), 0);
}

TEST(ChartQaShared, OracleScoresExactlyTheMaximumAndConstantsChance) {
  ASSAY_NEEDS_SHARED("data/chartqa");
  const auto chartqa = make_benchmark("chartqa_test");
  for (const char* root : {"data", "data/chartqa", "data/chartqa/test"}) {
    const auto source = chartqa->open({{testing::shared_root() / root}});
    ASSERT_EQ(source->size(), 527u);
    std::vector<Reply> oracle, constant;
    double yes = 0;
    for (std::size_t i = 0; i < source->size(); ++i) {
      const auto sample = source->get(i);
      oracle.push_back({sample, sample.references.at(0)});
      constant.push_back({sample, "Yes"});
      yes += sample.references.at(0) == "Yes" ? 1 : 0;
    }
    for (const char* profile : {"official", "lmms-eval", "internvl"}) {
      EXPECT_EQ(value_of(metrics_of(*chartqa, oracle, profile), "relaxed_accuracy"), profile[0] == 'o' ? 100 : 1) << profile;
      EXPECT_EQ(value_of(metrics_of(*chartqa, oracle, profile), "average.relaxed_accuracy"), profile[0] == 'o' ? 100 : 1) << profile;
    }
    EXPECT_EQ(value_of(metrics_of(*chartqa, constant), "relaxed_accuracy"), 100 * yes / 527);
    std::reverse(oracle.begin(), oracle.end());
    EXPECT_EQ(value_of(metrics_of(*chartqa, oracle), "human.relaxed_accuracy"), 100);
  }
}

}  // namespace
}  // namespace assay
