#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>

#include "golden_case.h"
#include "harness/base/digest.h"
#include "model/internvl/config.h"
#include "model/internvl/internvl.h"
#include "tests/parity/tensors.h"

/// The same weights and pictures as the reference implementation: the same tokens, features and logits, and the same greedy ids.
namespace assay::testing {
namespace {

constexpr double kTolerance = 1e-4;

/// Those of all cases that have pixels and features to compare.
std::vector<GoldenCase> picture_cases() {
  auto cases = read_golden_cases();
  std::erase_if(cases, [](const GoldenCase& golden) { return golden.pictures.empty(); });
  return cases;
}

class InternVlParity : public ::testing::TestWithParam<GoldenCase> {
 protected:
  static std::filesystem::path checkpoint() { return parity_root() / GetParam().variant / "checkpoint"; }

  static VlmOptions float32() {
    VlmOptions options;
    options.dtype = DType::kFloat32;
    return options;
  }

  static Vlm& model() {
    static std::map<std::string, std::unique_ptr<Vlm>> models;
    auto& model = models[GetParam().variant];
    if (model == nullptr) model = open_vlm(checkpoint().string(), float32());
    return *model;
  }

  /// The recorded tensor `<case>.<what>`; undefined when this case has none.
  static at::Tensor golden(const std::string& what) {
    static std::map<std::string, std::unique_ptr<Checkpoint>> files;
    auto& file = files[GetParam().variant];
    if (file == nullptr) file = std::make_unique<Checkpoint>(Checkpoint::open(parity_root() / GetParam().variant / "golden.safetensors"));
    const auto* stored = file->find(GetParam().name + "." + what);
    if (stored == nullptr) return {};
    return at::tensor(to_float32(*stored)).reshape(stored->shape);
  }

  /// All tiles of all pictures.  -> [tiles, 3, S, S]
  static at::Tensor pixels() {
    std::vector<at::Tensor> parts;
    const auto request = request_for(GetParam());
    for (const auto& image : request.prompt.images) {
      auto array = model().view_pixels(image, request.max_tiles);
      EXPECT_TRUE(array) << array.error().message;
      parts.push_back(at::tensor(array->values).reshape(array->shape));
    }
    return at::cat(parts);
  }
};

class InternVlPictureParity : public InternVlParity {};

TEST_P(InternVlParity, SendsTheSameTokens) {
  const auto view = model().view_prompt(request_for(GetParam()));
  ASSERT_TRUE(view) << view.error().message;
  EXPECT_EQ(view->token_ids, GetParam().token_ids) << view->text;
  EXPECT_EQ(view->text, with_counts(GetParam().prompt));
}

TEST_P(InternVlPictureParity, SeesTheSamePixels) {
  const auto ours = pixels().contiguous();
  EXPECT_EQ(digest_of({static_cast<const char*>(ours.data_ptr()), ours.nbytes()}), GetParam().pixels_digest);
  const auto expected = golden("pixels");
  if (expected.defined()) {
    EXPECT_TRUE(at::equal(ours, expected)) << difference(ours, expected);
  }
}

TEST_P(InternVlPictureParity, HasTheSameVisionFeatures) {
  const auto expected = golden("vision");
  ASSERT_TRUE(expected.defined());
  const c10::InferenceMode inference;
  const auto config = read_internvl_config(checkpoint());
  const auto file = Checkpoint::open(checkpoint());
  Weights weights(file, at::kFloat);
  const bool is_native = config.naming == VitNaming::kNative;
  const auto prefix = !is_native ? "vision_model." : weights.has("vision_tower.embeddings.cls_token") ? "vision_tower." : "model.vision_tower.";
  const InternVit vision(config.vision, config.naming, weights, prefix);
  EXPECT_LT(difference(vision.forward(pixels(), config.select_layer), expected), kTolerance);
}

TEST_P(InternVlPictureParity, HasTheSameProjectorOutput) {
  const auto expected = golden("projector");
  ASSERT_TRUE(expected.defined());
  const c10::InferenceMode inference;
  const auto family = open_internvl(checkpoint(), float32());
  EXPECT_LT(difference(family->encode(pixels()), expected), kTolerance);
}

TEST_P(InternVlParity, HasTheSameLogits) {
  const auto logits = model().view_logits(request_for(GetParam()));
  ASSERT_TRUE(logits) << logits.error().message;
  EXPECT_LT(difference(at::tensor(logits->values), golden("logits")), kTolerance);
}

TEST_P(InternVlParity, WritesTheSameReply) {
  const auto generation = generate(model(), request_for(GetParam()));
  ASSERT_TRUE(generation) << generation.error().message;
  auto expected = GetParam().greedy_ids;
  const auto end = std::find(expected.begin(), expected.end(), GetParam().end_id);
  if (end != expected.end()) expected.erase(end + 1, expected.end());
  EXPECT_EQ(generation->token_ids, expected);
  EXPECT_EQ(generation->reply, GetParam().reply);
}

/// The sums are rank_options.py's, which runs each option behind the prompt as one text and adds up its tokens.
TEST(RankedOptions, HaveTheSumsOfTheReference) {
  const auto cases = read_golden_cases();
  const auto golden = std::ranges::find_if(cases, [](const GoldenCase& one) { return one.variant == "native_qwen2" && one.name == "one_tile"; });
  ASSERT_NE(golden, cases.end());
  VlmOptions options;
  options.dtype = DType::kFloat32;
  const auto model = open_vlm((parity_root() / "native_qwen2/checkpoint").string(), options);
  for (const auto& [ranks_per_token, likeliest] : {std::pair(false, 0U), std::pair(true, 3U)}) {
    auto request = request_for(*golden);
    request.options = {"red", "a red circle", "the boat", "There are seven bars in the chart"};
    request.ranks_per_token = ranks_per_token;
    const auto generation = generate(*model, request);
    ASSERT_TRUE(generation) << generation.error().message;
    constexpr double kSums[] = {-16.685629, -63.096197, -35.630159, -98.585330};
    EXPECT_EQ(generation->option_token_counts, (std::vector<std::int64_t>{2, 8, 4, 13}));
    for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(generation->option_log_probabilities.at(i), kSums[i], kTolerance) << request.options[i];
    EXPECT_EQ(generation->reply, request.options[likeliest]);
    EXPECT_EQ(generation->finish, Finish::kRanked);
  }
}

std::string name_of_case(const ::testing::TestParamInfo<GoldenCase>& golden) { return golden.param.variant + "_" + golden.param.name; }

INSTANTIATE_TEST_SUITE_P(Golden, InternVlParity, ::testing::ValuesIn(read_golden_cases()), name_of_case);
INSTANTIATE_TEST_SUITE_P(Golden, InternVlPictureParity, ::testing::ValuesIn(picture_cases()), name_of_case);

}  // namespace
}  // namespace assay::testing
