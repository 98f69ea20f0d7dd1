#include "benchmarks/summary.h"

#include <gtest/gtest.h>

#include "benchmarks/score_state.h"

namespace assay {
namespace {

TEST(SnakeCase, MakesMetricNames) {
  EXPECT_EQ(snake_case("finegrained_perception (instance-level)"), "finegrained_perception_instance_level");
  EXPECT_EQ(snake_case("Scene Understanding"), "scene_understanding");
  EXPECT_EQ(snake_case("风景与建筑 (Scenery Building)"), "scenery_building");
  EXPECT_EQ(snake_case("OCR"), "ocr");
  EXPECT_EQ(snake_case("风景"), "风景");
  EXPECT_EQ(snake_case(""), "");
}
TEST(ProportionMetric, KeepsTheLastDigitOfEachScale) {
  std::vector<Unit> units;
  for (int i = 0; i < 7; ++i) units.push_back({std::to_string(i), i < 3 ? 1.0 : 0.0});
  EXPECT_EQ(proportion_metric("x", units, Scale::kFraction, "questions").value, 3.0 / 7);
  EXPECT_EQ(proportion_metric("x", units, Scale::kPercent, "questions").value, 3.0 / 7 * 100);
  EXPECT_EQ(proportion_metric("x", units, Scale::kPercentFromSum, "questions").value, 100 * 3.0 / 7);
}
TEST(VlmevalkitReading, TurnsMissingWordsIntoNan) {
  EXPECT_EQ(as_vlmevalkit_reads("None"), "nan");
  EXPECT_EQ(as_vlmevalkit_reads(""), "nan");
  EXPECT_EQ(as_vlmevalkit_reads("none"), "none");
}
TEST(MakeScore, CountsAFailureAsZero) {
  Reply reply;
  reply.text = "x";
  reply.state = SampleState::kError;
  const Score score = make_score(reply, "x", 1);
  EXPECT_EQ(score.value, 0);
  EXPECT_EQ(score.state, SampleState::kError);
}

}  // namespace
}  // namespace assay
