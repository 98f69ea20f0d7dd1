#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "benchmarks/catalog.h"
#include "harness/base/error.h"
#include "tests/benchmarks/fake_source.h"
#include "tests/benchmarks/scoring.h"
#include "tests/shared_files.h"

namespace assay {
namespace {

using testing::metrics_of;
using testing::value_of;
using ::testing::HasSubstr;

constexpr int kOptions = 4;

/// A question in one of its four rotations: the right text is "cat", and the letter before which it stands moves on.
Sample rotation(int index, int k) {
  const std::vector<std::string> texts = {"cat", "dog", "horse", "fish"};
  Sample sample;
  sample.id = std::to_string(index + k * 1'000'000);
  sample.question = "What is it?";
  sample.fields["l2-category"] = index % 2 == 0 ? "finegrained_perception (instance-level)" : "logic_reasoning";
  sample.category = index % 2 == 0 ? "object_localization" : "future_prediction";
  for (int i = 0; i < kOptions; ++i) {
    const std::string letter(1, static_cast<char>('A' + i));
    sample.options.push_back({letter, texts[static_cast<std::size_t>((i + index + k) % kOptions)]});
    if (sample.options.back().text == "cat") sample.references = {letter};
  }
  return sample;
}

template <typename Answer>
std::vector<Reply> replies_to(int groups, Answer answer) {
  std::vector<Reply> replies;
  for (int index = 0; index < groups; ++index) {
    for (int k = 0; k < kOptions; ++k) {
      Reply reply;
      reply.sample = rotation(index, k);
      reply.text = answer(reply.sample);
      replies.push_back(std::move(reply));
    }
  }
  return replies;
}

std::string oracle(const Sample& sample) { return sample.references.front(); }

double full_scale(std::string_view profile) { return profile.starts_with("lmms") ? 100 : 1; }

TEST(MmBench, OracleScoresExactlyTheMaximum) {
  const auto mmbench = make_benchmark("mmbench_dev_en");
  for (const auto& profile : mmbench->scoring_profiles()) {
    const auto metrics = metrics_of(*mmbench, replies_to(10, oracle), profile);
    EXPECT_EQ(value_of(metrics, "circular_accuracy"), full_scale(profile)) << profile;
    EXPECT_EQ(value_of(metrics, "vanilla_accuracy"), full_scale(profile)) << profile;
    EXPECT_EQ(value_of(metrics, "finegrained_perception_instance_level.circular_accuracy"), full_scale(profile)) << profile;
    EXPECT_EQ(value_of(metrics, "future_prediction.circular_accuracy"), full_scale(profile)) << profile;
    EXPECT_EQ(testing::find_metric(metrics, "incomplete_groups"), nullptr);
  }
}
TEST(MmBench, ConstantAnswersScoreChance) {
  const auto mmbench = make_benchmark("mmbench_dev_en");
  for (const auto& profile : mmbench->scoring_profiles()) {
    const auto metrics = metrics_of(*mmbench, replies_to(8, [](const Sample&) { return "A"; }), profile);
    EXPECT_EQ(value_of(metrics, "circular_accuracy"), 0) << profile;  // that is what rotating is for
    EXPECT_EQ(value_of(metrics, "vanilla_accuracy"), full_scale(profile) / kOptions) << profile;
    EXPECT_EQ(value_of(metrics, "vanilla_all_accuracy"), full_scale(profile) / kOptions) << profile;
  }
}
TEST(MmBench, OneWrongRotationMakesTheGroupWrong) {
  const auto mmbench = make_benchmark("mmbench_dev_en");
  auto replies = replies_to(2, oracle);
  replies[3].text = "no idea";
  EXPECT_EQ(mmbench->score(replies[3], "official").state, SampleState::kUnparsed);
  auto metrics = metrics_of(*mmbench, replies);
  EXPECT_EQ(value_of(metrics, "circular_accuracy"), 0.5);
  EXPECT_EQ(value_of(metrics, "vanilla_accuracy"), 1);
  replies[4].state = SampleState::kError;
  metrics = metrics_of(*mmbench, replies);
  EXPECT_EQ(value_of(metrics, "circular_accuracy"), 0);
  EXPECT_EQ(testing::find_metric(metrics, "circular_accuracy")->count, 2);
}
TEST(MmBench, ReadsTextsAsWellAsLetters) {
  const auto mmbench = make_benchmark("mmbench_dev_en");
  const auto metrics = metrics_of(*mmbench, replies_to(3, [](const Sample&) { return "a cat"; }));
  EXPECT_EQ(value_of(metrics, "circular_accuracy"), 1);
}
TEST(MmBench, MissingRotationsAreWrongOrIgnored) {
  const auto mmbench = make_benchmark("mmbench_dev_en");
  auto replies = replies_to(2, oracle);
  replies.erase(replies.begin() + 2);
  auto metrics = metrics_of(*mmbench, replies, "official");
  EXPECT_EQ(value_of(metrics, "circular_accuracy"), 0.5);
  EXPECT_EQ(value_of(metrics, "incomplete_groups"), 1);
  metrics = metrics_of(*mmbench, replies, "vlmevalkit");
  EXPECT_EQ(value_of(metrics, "circular_accuracy"), 1);
  EXPECT_EQ(value_of(metrics, "incomplete_groups"), 1);
  replies.erase(replies.begin());  // the first row of the first question: VLMEvalKit then does not know the question
  metrics = metrics_of(*mmbench, replies, "vlmevalkit");
  EXPECT_EQ(testing::find_metric(metrics, "circular_accuracy")->count, 1);
}
TEST(MmBench, DoesNotDependOnOrder) {
  const auto mmbench = make_benchmark("mmbench_dev_en");
  int turn = 0;
  auto replies = replies_to(20, [&](const Sample& sample) { return ++turn % 7 == 0 ? "B" : oracle(sample); });
  const auto forwards = metrics_of(*mmbench, replies);
  std::reverse(replies.begin(), replies.end());
  const auto backwards = metrics_of(*mmbench, replies);
  ASSERT_EQ(forwards.size(), backwards.size());
  for (std::size_t i = 0; i < forwards.size(); ++i) {
    EXPECT_EQ(forwards[i].value, backwards[i].value);
    EXPECT_EQ(forwards[i].interval.high, backwards[i].interval.high);
  }
}
TEST(MmBench, ScoresNothingWithoutAnswers) {
  const auto mmbench = make_benchmark("mmbench_test_en");
  auto replies = replies_to(2, oracle);
  for (auto& reply : replies) reply.sample.references.clear();
  EXPECT_TRUE(std::isnan(mmbench->score(replies[0], "").value));
  const auto metrics = metrics_of(*mmbench, replies);
  EXPECT_TRUE(std::isnan(value_of(metrics, "circular_accuracy")));
  EXPECT_EQ(testing::find_metric(metrics, "circular_accuracy")->count, 0);
}
TEST(MmBench, WritesAnExcelTableToHandIn) {
  const auto mmbench = make_benchmark("mmbench_test_en");
  auto replies = replies_to(2, [](const Sample&) { return std::string("A\x01 & <b>"); });
  const auto submission = mmbench->submission(replies);
  ASSERT_TRUE(submission.has_value());
  EXPECT_EQ(submission->file_name, "mmbench_test_en.xlsx");
  EXPECT_TRUE(submission->content.starts_with("PK"));
  EXPECT_EQ(submission->content, mmbench->submission(replies)->content);
  EXPECT_FALSE(make_benchmark("mmbench_dev_en")->submission(replies).has_value());
}
TEST(MmBench, MatchesPredictionsByIndex) {
  const auto mmbench = make_benchmark("mmbench_dev_en");
  std::vector<Sample> samples;
  for (const auto& reply : replies_to(2, oracle)) samples.push_back(reply.sample);
  const testing::FakeSource data(samples);
  std::string lines;
  for (const auto& sample : samples) lines += fmt::format("{{\"index\": {}, \"prediction\": \"{}\"}}\n", sample.id, sample.references.front());
  const testing::TemporaryFile whole("whole.jsonl", lines);
  EXPECT_EQ(value_of(metrics_of(*mmbench, mmbench->read_predictions(whole.path(), &data)), "circular_accuracy"), 1);

  const testing::TemporaryFile first_rotations("first.jsonl", R"({"index": 0, "prediction": "A"})" "\n" R"({"index": 1, "prediction": "D"})");
  EXPECT_EQ(mmbench->read_predictions(first_rotations.path(), &data).size(), 2u);

  const testing::TemporaryFile one_question("one.jsonl", R"({"index": 0, "prediction": "A"})");
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)mmbench->read_predictions(one_question.path(), &data); }),
              HasSubstr("4 ids of the data that the file does not have: 1, 1000001, 2000001, 3000001"));
}

class SharedSamples : public ::testing::TestWithParam<const char*> {};
TEST_P(SharedSamples, OracleIsRightInEveryRotation) {
  ASSAY_NEEDS_SHARED("data/mmbench-samples");
  const auto benchmark = make_benchmark(GetParam());
  for (const char* root : {"data", "data/mmbench-samples"}) {
    const auto source = benchmark->open({{testing::shared_root() / root}});
    ASSERT_GT(source->size(), 50u);
    std::vector<Reply> replies;
    for (std::size_t i = 0; i < source->size(); ++i) {
      auto sample = source->get(i);
      EXPECT_FALSE(benchmark->ask(sample, "").prompt.images.empty());
      const std::string letter = sample.references.at(0);
      replies.push_back({std::move(sample), letter});
    }
    for (const auto& profile : benchmark->scoring_profiles()) {
      const auto metrics = metrics_of(*benchmark, replies, profile);
      EXPECT_EQ(value_of(metrics, "circular_accuracy"), full_scale(profile)) << profile;
      EXPECT_EQ(testing::find_metric(metrics, "incomplete_groups"), nullptr);
      if (benchmark->name() != "ccbench") EXPECT_EQ(value_of(metrics, "logic_reasoning.circular_accuracy"), full_scale(profile));
      else EXPECT_EQ(value_of(metrics, "scenery_building.circular_accuracy"), full_scale(profile));
    }
  }
}
INSTANTIATE_TEST_SUITE_P(Sets, SharedSamples, ::testing::Values("ccbench", "mmbench_dev_cn", "mmbench_dev_en"));

}  // namespace
}  // namespace assay
