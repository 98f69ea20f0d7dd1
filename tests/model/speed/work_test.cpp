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
  const auto one = decode_work(language(), /*replies=*/1, /*past=*/9, /*element_bytes=*/2, /*weight_bytes=*/2);
  EXPECT_EQ(one.flops, 2 * kWeights + 2 * 2 * 2 * (2 * 10) * 2);  // scores and sums: 2 products of 2 heads over 10 keys of width 2, in two layers
  EXPECT_EQ(one.bytes, 2 * (kWeights + 2 * 2 * 2 * 10));          // keys and values of width 2 for 10 tokens in two layers
  const auto three = decode_work(language(), 3, 9, 2, 2);
  EXPECT_EQ(three.flops, 3 * one.flops);
  EXPECT_EQ(three.bytes, 2 * (kWeights + 3 * 2 * 2 * 2 * 10)) << "weights are read once for all replies";
  EXPECT_EQ(decode_work(language(), 3, 9, 2, 1).bytes, three.bytes - kWeights) << "in 8 bits";
}

TEST(Work, OfAPromptRunsTheVocabularyOnceAndLooksBackOnHalf) {
  const auto work = prefill_work(language(), /*rows=*/6, /*element_bytes=*/4);
  EXPECT_EQ(work.flops, 2 * (6 * 2 * 144 + 40) + 2 * 2 * (2 * 6 * 2 * 3) * 2);
  EXPECT_EQ(work.bytes, 4 * (kWeights + 2 * 2 * 2 * 6));
}

/// Patches of 2 pixels on a tile of 8, three layers of width 4, two heads, MLP 8; four tokens a tile in a language model of width 6.
InternVlConfig internvl() {
  InternVlConfig c;
  c.tile_side = 8, c.merge = 2;
  c.vision.patch_size = 2, c.vision.hidden_size = 4, c.vision.layer_count = 3, c.vision.head_count = 2, c.vision.intermediate_size = 8;
  c.language.hidden_size = 6;
  return c;
}

TEST(Work, OfTheEncoderCountsTilesAndTheClassToken) {
  const auto sizes = encoder_sizes(internvl());
  // 17 rows a tile: patches 12 x 4; a layer's qkv, output and MLP 64 + 64 weights; attention 17 x 17 x 4 twice. 4 tokens a tile: 16 x 6 and 6 x 6.
  const double tile = 2.0 * (17 * 48 + 3 * 17 * 128 + 3 * 2 * 17 * 17 * 4 + 4 * (96 + 36));
  EXPECT_EQ(encoder_work(sizes, 1, 2).flops, tile);
  EXPECT_EQ(encoder_work(sizes, 5, 2).flops, 5 * tile);
  EXPECT_EQ(encoder_work(sizes, 5, 2).bytes, 2.0 * (48 + 3 * 128 + 96 + 36));
}

TEST(Work, OfTheProjectorIsItsTwoLayers) {
  const auto sizes = encoder_sizes(internvl());
  // Blocks of 2 x 2 patches of width 4: 16 x 6 weights, then 6 x 6, each run by 4 tokens a tile.
  EXPECT_EQ(projector_work(sizes, 1, 4).flops, 2.0 * 4 * (96 + 36));
  EXPECT_EQ(projector_work(sizes, 13, 4).flops, 13 * 2.0 * 4 * (96 + 36));
  EXPECT_EQ(projector_work(sizes, 13, 4).bytes, 4.0 * (96 + 36)) << "weights are read once for all tiles";
}

TEST(Work, OfLlavaHasAsManyProjectorLayersAsTheCheckpointAndLeavesOutLayersThatDoNotRun) {
  LlavaConfig c;
  c.vision.image_size = 6, c.vision.patch_size = 2, c.vision.hidden_size = 4, c.vision.layer_count = 3, c.vision.head_count = 2, c.vision.intermediate_size = 8;
  c.language.hidden_size = 6;
  c.select_layer = -2;
  // 10 rows, 9 tokens a picture; the second of three layers is the last that runs: patches 12 x 4, two layers of 128 weights, projector 4 x 6 and 6 x 6.
  EXPECT_EQ(projector_work(encoder_sizes(c), 1, 2).flops, 2.0 * 9 * (24 + 36));
  EXPECT_EQ(encoder_work(encoder_sizes(c), 1, 2).flops, 2.0 * (10 * 48 + 2 * 10 * 128 + 2 * 2 * 10 * 10 * 4 + 9 * (24 + 36)));
  EXPECT_EQ(encoder_work(encoder_sizes(c), 1, 2).bytes, 2.0 * (48 + 2 * 128 + 24 + 36));
  c.projector_layers = 1, c.keeps_class_token = true;
  EXPECT_EQ(projector_work(encoder_sizes(c), 2, 2).flops, 2.0 * 2 * 10 * 24);
}

TEST(RooflineShare, IsTheLeastTimeByTheTighterLimitOverTheTimeTaken) {
  const Peaks peaks{/*flops=*/100, /*bytes=*/10};
  EXPECT_DOUBLE_EQ(roofline_share({200, 10}, peaks, 4), 0.5);  // 2 s of products, 1 s of reading
  EXPECT_DOUBLE_EQ(roofline_share({100, 30}, peaks, 4), 0.75);
}

}  // namespace
}  // namespace assay
