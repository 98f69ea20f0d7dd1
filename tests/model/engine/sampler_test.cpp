#include "model/engine/sampler.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <vector>

namespace assay {
namespace {

const std::vector<float> kLogits = {1.0F, 3.0F, 3.0F, -2.0F};

TEST(Sampler, GreedyTakesTheFirstOfTheHighest) { EXPECT_EQ(Sampler(Decoding{}).choose(kLogits, {}), 1); }
TEST(Sampler, SkipsBannedTokens) {
  const std::vector<std::int64_t> banned = {1, 2};
  EXPECT_EQ(Sampler(Decoding{}).choose(kLogits, banned), 0);
}
TEST(Sampler, DrawsTheSameFromTheSameSeed) {
  Decoding decoding;
  decoding.do_sample = true, decoding.seed = 7;
  Sampler a(decoding), b(decoding);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(a.choose(kLogits, {}), b.choose(kLogits, {}));
}
TEST(Sampler, FollowsTheSoftmaxAtItsTemperature) {
  Decoding decoding;
  decoding.do_sample = true, decoding.temperature = 2.0;
  Sampler sampler(decoding);
  std::map<std::int64_t, int> counts;
  constexpr int kDraws = 40000;
  for (int i = 0; i < kDraws; ++i) ++counts[sampler.choose(kLogits, {})];
  double total = 0;
  for (const auto logit : kLogits) total += std::exp(logit / 2.0);
  for (std::int64_t token = 0; token < 4; ++token) {
    const double expected = std::exp(kLogits[token] / 2.0) / total;
    EXPECT_NEAR(static_cast<double>(counts[token]) / kDraws, expected, 5 * std::sqrt(expected / kDraws)) << token;
  }
}
TEST(Sampler, TopKAndTopPCutTheTail) {
  Decoding decoding;
  decoding.do_sample = true, decoding.top_k = 2;
  Sampler top_k(decoding);
  for (int i = 0; i < 200; ++i) EXPECT_NE(top_k.choose(kLogits, {}) % 3, 0);
  decoding.top_k = 0, decoding.top_p = 0.4;  // the first of the two highest alone holds 0.46
  Sampler top_p(decoding);
  for (int i = 0; i < 200; ++i) EXPECT_EQ(top_p.choose(kLogits, {}), 1);
}
TEST(Sampler, PenalizesWhatIsWrittenEachTokenOnce) {
  std::vector<float> scores = {1.0F, 3.0F, 0.0F, -2.0F};
  const std::vector<std::int64_t> written = {1, 3, 1};
  penalize_repetition(scores, written, 2.0);
  EXPECT_EQ(scores, (std::vector<float>{1.0F, 1.5F, 0.0F, -4.0F}));
  Decoding decoding;
  decoding.repetition_penalty = 1.5;
  EXPECT_EQ(Sampler(decoding).choose(kLogits, {}, std::vector<std::int64_t>{1}), 2);
  EXPECT_EQ(Sampler(decoding).choose(kLogits, {}, std::vector<std::int64_t>{}), 1);
}
TEST(LogProbability, SumsToOne) {
  double total = 0;
  for (std::int64_t token = 0; token < 4; ++token) total += std::exp(log_probability(kLogits, token));
  EXPECT_NEAR(total, 1.0, 1e-12);
}

}  // namespace
}  // namespace assay
