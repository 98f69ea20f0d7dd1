#include "benchmarks/speed/work.h"

#include <gtest/gtest.h>

namespace assay {
namespace {

/// Small sizes, worked out by hand: two layers of width 4 with two heads of 2 over one key head, MLP 8, vocabulary 10.
LanguageConfig language() {
  LanguageConfig c;
  c.hidden_size = 4, c.layer_count = 2, c.head_count = 2, c.key_head_count = 1, c.head_width = 2, c.intermediate_size = 8, c.vocabulary_size = 10;
  return c;
}

// A layer's weights: qkv 4 x 8, output 4 x 4, gate and up 4 x 16, down 8 x 4: 144. Two layers and the vocabulary's 40: 328.
constexpr double kWeights = 328;

TEST(Work, OfADecodeStepIsItsWeightsAndWhatItLooksBackOn) {
  const auto one = decode_work(language(), /*replies=*/1, /*past=*/9, /*element_bytes=*/2);
  EXPECT_EQ(one.flops, 2 * kWeights + 2 * 2 * 2 * (2 * 10) * 2);  // scores and sums: 2 products of 2 heads over 10 keys of width 2, in two layers
  EXPECT_EQ(one.bytes, 2 * (kWeights + 2 * 2 * 2 * 10));          // keys and values of width 2 for 10 tokens in two layers
  const auto three = decode_work(language(), 3, 9, 2);
  EXPECT_EQ(three.flops, 3 * one.flops);
  EXPECT_EQ(three.bytes, 2 * (kWeights + 3 * 2 * 2 * 2 * 10)) << "weights are read once for all replies";
}

TEST(Work, OfAPromptRunsTheVocabularyOnceAndLooksBackOnHalf) {
  const auto work = prefill_work(language(), /*rows=*/6, /*element_bytes=*/4);
  EXPECT_EQ(work.flops, 2 * (6 * 2 * 144 + 40) + 2 * 2 * (2 * 6 * 2 * 3) * 2);
  EXPECT_EQ(work.bytes, 4 * (kWeights + 2 * 2 * 2 * 6));
}

TEST(Work, OfTheEncoderCountsTilesAndTheClassToken) {
  InternVlConfig c;
  c.tile_side = 8, c.merge = 2;
  c.vision.patch_size = 2, c.vision.hidden_size = 4, c.vision.layer_count = 3, c.vision.head_count = 2, c.vision.intermediate_size = 8;
  c.language.hidden_size = 6;
  // 17 rows a tile: patches 12 x 4; a layer's qkv, output and MLP 64 + 64 weights; attention 17 x 17 x 4 twice. 4 tokens a tile: 16 x 6 and 6 x 6.
  const double tile = 2.0 * (17 * 48 + 3 * 17 * 128 + 3 * 2 * 17 * 17 * 4 + 4 * (96 + 36));
  EXPECT_EQ(encoder_work(c, 1, 2).flops, tile);
  EXPECT_EQ(encoder_work(c, 5, 2).flops, 5 * tile);
  EXPECT_EQ(encoder_work(c, 5, 2).bytes, 2.0 * (48 + 3 * 128 + 96 + 36));
}

TEST(RooflineShare, IsTheLeastTimeByTheTighterLimitOverTheTimeTaken) {
  const Peaks peaks{/*flops=*/100, /*bytes=*/10};
  EXPECT_DOUBLE_EQ(roofline_share({200, 10}, peaks, 4), 0.5);  // 2 s of products, 1 s of reading
  EXPECT_DOUBLE_EQ(roofline_share({100, 30}, peaks, 4), 0.75);
}

}  // namespace
}  // namespace assay
