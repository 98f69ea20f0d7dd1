#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <utility>
#include <vector>

#include "model/language/decoder.h"
#include "model/xcomposer/config.h"

namespace assay {
namespace {

/// The language model of a tiny XComposer2.5, with its partial LoRA and without.
class PartialLoraTest : public ::testing::Test {
 protected:
  static Decoder decoder(LanguageConfig config, const Checkpoint& checkpoint) {
    Weights weights(checkpoint, at::kFloat);
    return {config, weights, "model.", "output.weight"};
  }
  static LanguageConfig without_lora(LanguageConfig config) {
    config.lora = {};
    return config;
  }
  [[nodiscard]] at::Tensor logits(const Decoder& model, std::vector<RowRange> pictures) const {
    auto cache = model.new_cache();
    return model.extend(model.embed(ids_), cache, Decoder::Rows::kAll, std::move(pictures));
  }
  static constexpr std::int64_t kLength = 12;

  const c10::InferenceMode inference_;
  std::filesystem::path folder_ = std::filesystem::path(ASSAY_SOURCE_DIR) / "tests/parity/xcomposer/2d5/checkpoint";
  Checkpoint checkpoint_ = Checkpoint::open(folder_);
  LanguageConfig config_ = read_xcomposer_config(folder_, checkpoint_).language;
  Decoder with_ = decoder(config_, checkpoint_), plain_ = decoder(without_lora(config_), checkpoint_);
  at::Tensor ids_ = at::arange(20, 20 + kLength, at::kLong);
};

TEST_F(PartialLoraTest, IsNothingWithoutPictures) { EXPECT_TRUE(at::equal(logits(with_, {}), logits(plain_, {}))); }

TEST_F(PartialLoraTest, ActsFromTheFirstPictureOnAndNotBefore) {
  const std::vector<RowRange> pictures = {{3, 4}, {9, 1}};
  const auto ours = logits(with_, pictures), plain = logits(plain_, {});
  EXPECT_TRUE(at::equal(ours.narrow(0, 0, 3), plain.narrow(0, 0, 3)));
  for (std::int64_t row = 3; row < kLength; ++row) EXPECT_FALSE(at::allclose(ours[row], plain[row], 1e-3, 1e-3)) << row;
}

TEST_F(PartialLoraTest, IsNothingInADecodeStep) {
  auto ours = with_.new_cache(), plain = plain_.new_cache();
  (void)with_.extend(with_.embed(ids_), ours, Decoder::Rows::kLast);
  (void)plain_.extend(plain_.embed(ids_), plain, Decoder::Rows::kLast);
  KvCache* const our_caches[] = {&ours};
  KvCache* const plain_caches[] = {&plain};
  EXPECT_TRUE(at::equal(with_.step(at::tensor({7}, at::kLong), our_caches), plain_.step(at::tensor({7}, at::kLong), plain_caches)));
}

TEST_F(PartialLoraTest, IgnoresPicturesInAModelThatHasNone) {
  const std::vector<RowRange> pictures = {{3, 4}};
  EXPECT_TRUE(at::equal(logits(plain_, pictures), logits(plain_, {})));
}

}  // namespace
}  // namespace assay
