#include "harness/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "harness/base/error.h"
#include "tests/harness/fake_run.h"

namespace assay {
namespace {

using ::testing::HasSubstr;
using testing::message_of;
using testing::plan_of;

TEST(Plan, LeavesPicturesOutWhereTold) {
  RunConfig config;
  config.decoding.drops_pictures = true;
  const Plan with = plan_of("fake_dialogues"), without = plan_of("fake_dialogues", config);
  EXPECT_NE(with.benchmarks[0].samples[0].content_key, without.benchmarks[0].samples[0].content_key);
  const auto question = question_for(without.benchmarks[0], without.benchmarks[0].source->get(0), without.decoding);
  EXPECT_TRUE(question.prompt.images.empty());
  ASSERT_EQ(question.prompt.turns[0].parts.size(), 1U);
  EXPECT_EQ(question.prompt.turns[0].parts[0].text, "Say w0.");
  EXPECT_EQ(question.later_turns[1].parts.at(0).text, "Say w0-2.");
}

TEST(Plan, RefusesAnEmptyDataSet) {
  EXPECT_THAT(message_of<DataError>([&] { (void)plan_of("fake_empty"); }), HasSubstr("fake_empty: the data set holds no samples (fake.tsv)"));
}

TEST(Plan, RefusesAnIdTwice) {
  EXPECT_THAT(message_of<DataError>([&] { (void)plan_of("fake_twice"); }), HasSubstr("samples 0 and 6 have the same id \"s0\""));
}

TEST(Plan, TakesTheFirstSamplesUpToTheLimit) {
  RunConfig config;
  config.task.limit = 2;
  const Plan plan = plan_of("fake", config);
  ASSERT_EQ(plan.sample_count(), 2);
  EXPECT_EQ(plan.benchmarks[0].samples[1].id, "s1");
}

TEST(Plan, TakesTheSamplesNamedAndNamesThoseNotFound) {
  RunConfig config;
  config.task.samples = {"s5", "s2"};
  EXPECT_EQ(plan_of("fake", config).sample_count(), 2);
  config.task.samples = {"s5", "s9999"};
  EXPECT_THROW((void)plan_of("fake", config), ConfigError);
}

TEST(Plan, SuggestsProfiles) {
  RunConfig config;
  config.task.prompt_profile = "politely";
  EXPECT_THAT(message_of<ConfigError>([&] { (void)plan_of("fake", config); }), HasSubstr("did you mean \"polite\"?"));
}

}  // namespace
}  // namespace assay
