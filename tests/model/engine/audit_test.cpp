#include "model/engine/audit.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "harness/base/error.h"
#include "model/engine/engine.h"
#include "model/internvl/internvl.h"
#include "tests/model/engine/tiny_requests.h"

namespace assay {
namespace {

using ::testing::HasSubstr;

/// A family whose encoder is not the same twice: from the second time on that it sees as many tiles together, one number is another one.
class Unsteady : public Family {
 public:
  explicit Unsteady(std::unique_ptr<Family> family) : family_(std::move(family)) {}
  const ModelCard& card() const override { return family_->card(); }
  std::string weights_digest() const override { return family_->weights_digest(); }
  Result<PreparedImage> prepare(const ImageInput& image, std::optional<int> max_tiles, std::size_t count) const override {
    return family_->prepare(image, max_tiles, count);
  }
  Result<RenderedPrompt> render(const Prompt& prompt, std::span<const ImageView> images) const override { return family_->render(prompt, images); }
  at::Tensor encode(const at::Tensor& pixels) const override {
    auto features = family_->encode(pixels);
    if (++calls_ > 1) features.view(-1)[0] += 0.5;
    return features;
  }
  const Decoder& decoder() const override { return family_->decoder(); }
  const Tokenizer& tokenizer() const override { return family_->tokenizer(); }
  std::span<const std::int64_t> end_ids() const override { return family_->end_ids(); }
  const std::string& end_text() const override { return family_->end_text(); }

 private:
  std::unique_ptr<Family> family_;
  mutable int calls_ = 0;
};

VlmOptions audited(DType dtype, WeightForm weights = WeightForm::kModel) {
  VlmOptions options;
  options.dtype = dtype;
  options.weights = weights;
  options.audit_share = 1;
  return options;
}

std::vector<Request> all_kinds() {
  auto requests = mixed_requests();
  requests[3].options = {"A", "a boat"};
  requests[4].options = {"A", "B"}, requests[4].writes_too = true;
  requests[5].decoding.beams = 3;
  requests[6].decoding.do_sample = true, requests[6].decoding.seed = 7;
  requests[7].decoding.repetition_penalty = 1.5;
  requests[8].prompt.images.clear(), requests[8].prompt.turns[0].parts.erase(requests[8].prompt.turns[0].parts.begin());
  return requests;
}

TEST(Audit, FindsEveryKindOfReplyAsItIsAlone) {
  for (const auto& options : {audited(DType::kFloat32), audited(DType::kBFloat16), audited(DType::kFloat32, WeightForm::kInt8), audited(DType::kBFloat16, WeightForm::kInt8)}) {
    List list(all_kinds());
    open_vlm(parity("qwen2/checkpoint").string(), options)->run(list, list);
    ASSERT_EQ(list.finished.size(), 21U);
    for (const auto& [id, generation] : list.finished) {
      ASSERT_TRUE(generation) << id << ": " << generation.error().message;
      EXPECT_TRUE(generation->is_audited) << id;
    }
  }
}

TEST(Audit, EndsARunWhosePicturesAreNotTheSameTwice) {
  const auto options = audited(DType::kFloat32);
  auto requests = mixed_requests();
  requests.resize(1);
  List list(requests);
  const auto model = make_engine(std::make_unique<Unsteady>(open_internvl(parity("qwen2/checkpoint"), options)), options);
  try {
    model->run(list, list);
    FAIL() << "the difference went unseen";
  } catch (const ModelError& error) {
    EXPECT_THAT(error.what(), HasSubstr("sample \"0\" again by itself and found other logits after the prompt, by up to"));
    EXPECT_THAT(error.what(), HasSubstr("--prefix-cache 0"));
  }
  EXPECT_TRUE(list.finished.empty()) << "nothing that failed its audit is reported";
}

TEST(Audit, LeavesAShareOfNothingAlone) {
  auto options = audited(DType::kFloat32);
  options.audit_share = 0;
  List list(mixed_requests());
  make_engine(std::make_unique<Unsteady>(open_internvl(parity("qwen2/checkpoint"), options)), options)->run(list, list);
  EXPECT_EQ(list.finished.size(), 21U);
  for (const auto& [id, generation] : list.finished) EXPECT_FALSE(generation->is_audited) << id;
}

TEST(Audit, TakesItsShareOfIdsByTheSeed) {
  int one = 0, both = 0;
  constexpr int kCount = 100'000;
  for (int i = 0; i < kCount; ++i) {
    const auto id = std::to_string(i);
    one += is_audited(id, 1, 0.01) ? 1 : 0;
    both += is_audited(id, 1, 0.01) && is_audited(id, 2, 0.01) ? 1 : 0;
    ASSERT_TRUE(is_audited(id, 1, 1));
    ASSERT_FALSE(is_audited(id, 1, 0));
  }
  EXPECT_NEAR(one, kCount / 100, 5 * 32) << "five standard deviations";
  EXPECT_LT(both, 40) << "10 are expected of independent draws";
}

TEST(Audit, SaysWhereTheTwoPart) {
  const Alone found{{1.0F, 2.0F}, {-1.0}, {5, 6, 7}};
  EXPECT_NO_THROW(check_audit("a", found, found));
  const auto message = [&](const Alone& expected) {
    try {
      check_audit("a", found, expected);
    } catch (const ModelError& error) {
      return std::string(error.what());
    }
    return std::string("no difference");
  };
  EXPECT_THAT(message({{1.0F, 2.5F}, {-1.0}, {5, 6, 7}}), HasSubstr("other logits after the prompt, by up to 0.5"));
  EXPECT_THAT(message({{1.0F, 2.0F}, {-1.5}, {5, 6, 7}}), HasSubstr("another likelihood of option 1"));
  EXPECT_THAT(message({{1.0F, 2.0F}, {-1.0}, {5, 9, 7}}), HasSubstr("another reply from token 2 on"));
  EXPECT_THAT(message({{1.0F, 2.0F}, {-1.0}, {5, 6}}), HasSubstr("another reply from token 3 on"));
  EXPECT_THAT(message({{1.0F}, {-1.0}, {5, 6, 7}}), HasSubstr("other logits"));
}

}  // namespace
}  // namespace assay
