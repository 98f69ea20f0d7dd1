#include "model/language/decoder.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <deque>
#include <filesystem>
#include <string>
#include <vector>

#include "model/xcomposer/config.h"

namespace assay {
namespace {

struct Precision {
  at::ScalarType dtype;
  bool has_int8_weights;
};
void PrintTo(const Precision& precision, std::ostream* out) { *out << precision.dtype << (precision.has_int8_weights ? " and int8" : ""); }

/// The language model of a tiny XComposer2.5, partial LoRA and all.
class DecoderTest : public ::testing::TestWithParam<Precision> {
 protected:
  static Decoder decoder(LanguageConfig config, const Checkpoint& checkpoint, Precision precision) {
    Weights weights(checkpoint, precision.dtype);
    config.has_int8_weights = precision.has_int8_weights;
    return {config, weights, "model.", "output.weight"};
  }
  /// Sequences of several lengths, each with so many tokens run already, and pictures in some of what is left.
  struct Sequence {
    std::int64_t first_id, past, count;
    std::vector<RowRange> pictures;
  };
  static std::vector<Sequence> sequences() { return {{20, 0, 1, {}}, {31, 70, 5, {}}, {44, 64, 13, {{3, 4}}}, {52, 3, 130, {{0, 2}, {100, 9}}}, {60, 9, 8, {}}}; }

  [[nodiscard]] at::Tensor ids(std::int64_t first, std::int64_t count) const { return at::arange(first, first + count, at::kLong).remainder(97); }
  [[nodiscard]] KvCache begun(const Sequence& sequence) const {
    auto cache = model_.new_cache();
    if (sequence.past > 0) (void)model_.extend(model_.embed(ids(sequence.first_id, sequence.past)), cache, Decoder::Rows::kLast);
    return cache;
  }
  [[nodiscard]] at::Tensor rest(const Sequence& sequence) const { return model_.embed(ids(sequence.first_id + sequence.past, sequence.count)); }

  const c10::InferenceMode inference_;
  std::filesystem::path folder_ = std::filesystem::path(ASSAY_SOURCE_DIR) / "tests/parity/xcomposer/2d5/checkpoint";
  Checkpoint checkpoint_ = Checkpoint::open(folder_);
  Decoder model_ = decoder(read_xcomposer_config(folder_, checkpoint_).language, checkpoint_, GetParam());
};

TEST_P(DecoderTest, StretchesThatRunTogetherHaveTheBitsThatTheyHaveAlone) {
  for (const auto rows : {Decoder::Rows::kLast, Decoder::Rows::kAll}) {
    std::vector<at::Tensor> alone, next_alone;
    std::deque<KvCache> caches;
    std::vector<Stretch> together;
    for (const auto& sequence : sequences()) {
      auto cache = begun(sequence);
      alone.push_back(model_.extend(rest(sequence), cache, rows, sequence.pictures));
      KvCache* const one[] = {&cache};
      next_alone.push_back(model_.step(at::tensor({7}, at::kLong), one));
      together.push_back({rest(sequence), &caches.emplace_back(begun(sequence)), sequence.pictures});
    }
    EXPECT_TRUE(at::equal(model_.extend(together, rows), at::cat(alone)));
    for (std::size_t i = 0; i < caches.size(); ++i) {  // keys and values too
      KvCache* const one[] = {&caches[i]};
      EXPECT_TRUE(at::equal(model_.step(at::tensor({7}, at::kLong), one), next_alone[i])) << i;
    }
  }
}

TEST_P(DecoderTest, CachesAreTheSameWhereNoLogitsAreWanted) {
  std::vector<at::Tensor> with, without;
  for (const auto rows : {Decoder::Rows::kLast, Decoder::Rows::kNone}) {
    std::deque<KvCache> caches;
    std::vector<Stretch> together;
    for (const auto& sequence : sequences()) together.push_back({rest(sequence), &caches.emplace_back(begun(sequence)), sequence.pictures});
    EXPECT_EQ(model_.extend(together, rows).defined(), rows != Decoder::Rows::kNone);
    for (auto& cache : caches) {
      KvCache* const one[] = {&cache};
      (rows == Decoder::Rows::kNone ? without : with).push_back(model_.step(at::tensor({7}, at::kLong), one));
    }
  }
  EXPECT_TRUE(at::equal(at::cat(with), at::cat(without)));
}

INSTANTIATE_TEST_SUITE_P(Language, DecoderTest,
                         ::testing::Values(Precision{at::kFloat, false}, Precision{at::kBFloat16, false}, Precision{at::kFloat, true}, Precision{at::kBFloat16, true}),
                         [](const auto& tested) { return std::string(at::toString(tested.param.dtype)) + (tested.param.has_int8_weights ? "_int8" : ""); });

}  // namespace
}  // namespace assay
