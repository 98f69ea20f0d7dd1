#include "model/engine/beam_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace assay {
namespace {

using ::testing::ElementsAre;

constexpr std::int64_t kEnd = 2;
const std::vector<std::int64_t> kEnds = {kEnd};

Decoding two_beams(int max_new_tokens) {
  Decoding decoding;
  decoding.beams = 2;
  decoding.max_new_tokens = max_new_tokens;
  return decoding;
}

/// Steps through one row of probabilities a beam.
std::vector<std::size_t> extend(BeamSearch& search, const std::vector<std::vector<double>>& probabilities) {
  std::vector<std::vector<float>> logits;
  for (const auto& row : probabilities) {
    auto& out = logits.emplace_back();
    for (const auto p : row) out.push_back(static_cast<float>(std::log(p)));
  }
  return search.extend(std::vector<std::span<const float>>(logits.begin(), logits.end()));
}

/// Greedy goes on with 0 and gets .5 · .4; the reply 1, end has .4 · .9.
TEST(BeamSearch, FindsTheLikelierReplyBehindTheUnlikelierToken) {
  BeamSearch search(two_beams(2), kEnds);
  EXPECT_THAT(extend(search, {{.5, .4, .1}}), ElementsAre(0, 0));
  EXPECT_THAT(search.last_tokens(), ElementsAre(0, 1));
  EXPECT_THAT(extend(search, {{.4, .3, .3}, {.05, .05, .9}}), ElementsAre(0, 0));
  ASSERT_TRUE(search.is_finished());
  EXPECT_THAT(search.best(), ElementsAre(1, kEnd));
  EXPECT_EQ(search.finish(), Finish::kStop);
}

TEST(BeamSearch, KeepsNoEndBeyondAsManyCandidatesAsBeams) {
  BeamSearch search(two_beams(1), kEnds);
  (void)extend(search, {{.5, .3, .2}});  // the end token is the third
  EXPECT_THAT(search.best(), ElementsAre(0));
  EXPECT_EQ(search.finish(), Finish::kLength);
}

TEST(BeamSearch, LetsNoReplyEndBeforeItsTime) {
  auto decoding = two_beams(2);
  decoding.min_new_tokens = 2;
  BeamSearch search(decoding, kEnds);
  (void)extend(search, {{.05, .05, .9}});
  EXPECT_THAT(search.last_tokens(), ElementsAre(0, 1));
}

/// One end is kept at each step. After the second there are as many as beams, and 0, 0, 0, ... may still be worth more.
TEST(BeamSearch, EndsAsEarlyAsItIsTold) {
  for (const auto& [stopping, ends_then] : {std::pair{Decoding::EarlyStopping::kYes, true}, {Decoding::EarlyStopping::kNo, false},
                                           {Decoding::EarlyStopping::kNever, false}}) {
    auto decoding = two_beams(9);
    decoding.early_stopping = stopping;
    BeamSearch search(decoding, kEnds);
    (void)extend(search, {{.8, .05, .15}});
    (void)extend(search, {{.9, .02, .08}, {.4, .4, .2}});
    EXPECT_EQ(search.is_finished(), ends_then);
  }
}

TEST(BeamSearch, WritesNothingWhereNothingIsAskedFor) {
  const BeamSearch search(two_beams(0), kEnds);
  EXPECT_TRUE(search.is_finished());
  EXPECT_TRUE(search.best().empty());
}

}  // namespace
}  // namespace assay
