#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "harness/base/error.h"
#include "model/checkpoint/safetensors.h"
#include "model/checkpoint/tensor_file.h"
#include "model/tensor/int8_weight.h"
#include "model/tensor/weights.h"
#include "tests/model/engine/tiny_requests.h"
#include "tests/temporary_folder.h"

/// --weights int8 against the same checkpoint with its matrices rounded beforehand.
namespace assay {
namespace {

using ::testing::HasSubstr;

struct Rounded {
  const char* checkpoint;  ///< below tests/parity/data
  const char* head;
};
void PrintTo(const Rounded& rounded, std::ostream* out) { *out << rounded.checkpoint; }

/// Output matrix and projections of the language model: not the embedding, norms, biases, LoRA, vision tower or projector.
bool is_kept_in_int8(const std::string& name, const std::string& head) {
  if (name == head) return true;
  if (name.find(".layers.") == std::string::npos || name.find("vision") != std::string::npos) return false;
  for (const char* end : {"_proj.weight", "attention.wqkv.weight", "attention.wo.weight", "feed_forward.w1.weight", "feed_forward.w2.weight", "feed_forward.w3.weight"})
    if (name.ends_with(end)) return true;
  return false;
}

/// A copy whose matrices hold what 8 bits leave of them. How many these are.
int write_rounded(const Rounded& rounded, const testing::TemporaryFolder& folder) {
  const auto source = parity(rounded.checkpoint);
  for (const auto& entry : std::filesystem::directory_iterator(source))
    if (entry.path().extension() != ".safetensors") folder.link(entry.path());
  const auto checkpoint = Checkpoint::open(source);
  Weights weights(checkpoint, at::kFloat);
  std::vector<at::Tensor> kept;
  std::vector<TensorToWrite> tensors;
  int count = 0;
  for (const auto& stored : checkpoint.tensors()) {
    auto tensor = weights.take(stored.name, stored.shape);
    if (is_kept_in_int8(stored.name, rounded.head)) tensor = widened(quantized(tensor, stored.name), at::kFloat), ++count;
    kept.push_back(tensor.contiguous());
    tensors.push_back({stored.name, StoredType::kFloat32, stored.shape, std::as_bytes(std::span(kept.back().data_ptr<float>(), static_cast<std::size_t>(kept.back().numel())))});
  }
  write_safetensors(folder / "model.safetensors", tensors);
  return count;
}

VlmOptions with(DType dtype, WeightForm weights) {
  VlmOptions options;
  options.dtype = dtype;
  options.weights = weights;
  return options;
}

struct Served {
  std::map<std::string, std::vector<std::int64_t>> ids;
  std::vector<float> logits;
};

Served serve(const std::string& folder, const VlmOptions& options) {
  Served served;
  const auto model = open_vlm(folder, options);
  EXPECT_EQ(model->card().weights, options.weights == WeightForm::kInt8 ? "int8" : "");
  const auto logits = model->view_logits(mixed_requests()[1]);
  if (logits) served.logits = logits->values;
  List list(mixed_requests());
  model->run(list, list);
  for (const auto& [id, generation] : list.finished) served.ids[id] = generation ? generation->token_ids : std::vector<std::int64_t>{};
  return served;
}

double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  EXPECT_EQ(a.size(), b.size());
  double largest = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) largest = std::max(largest, static_cast<double>(std::abs(a[i] - b[i])));
  return largest;
}

class Int8Model : public ::testing::TestWithParam<Rounded> {};

TEST_P(Int8Model, IsTheOneWhoseMatricesWereRoundedBeforehand) {
  const c10::InferenceMode inference;
  const testing::TemporaryFolder folder;
  EXPECT_GE(write_rounded(GetParam(), folder), 2 * 4 + 1) << "of two layers and the output";
  const auto plain = parity(GetParam().checkpoint).string();
  for (const auto dtype : {DType::kFloat32, DType::kBFloat16}) {
    const auto ours = serve(plain, with(dtype, WeightForm::kInt8)), beforehand = serve(folder.path().string(), with(dtype, WeightForm::kModel)),
               full = serve(plain, with(dtype, WeightForm::kModel));
    ASSERT_FALSE(ours.logits.empty());
    const double rounding = dtype == DType::kFloat32 ? 1e-5 : 0.02;  // the output matrix meets a prompt's last row in another order of sums
    EXPECT_LT(largest_difference(ours.logits, beforehand.logits), rounding);
    if (dtype == DType::kFloat32) {
      EXPECT_EQ(ours.ids, beforehand.ids);
      EXPECT_GT(largest_difference(ours.logits, full.logits), 100 * rounding) << "8 bits are fewer than the checkpoint's";
      EXPECT_LT(largest_difference(ours.logits, full.logits), 0.5);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Families, Int8Model,
                         ::testing::Values(Rounded{"qwen2/checkpoint", "language_model.lm_head.weight"}, Rounded{"internlm2/checkpoint", "language_model.output.weight"},
                                           Rounded{"phi3/checkpoint", "language_model.lm_head.weight"}, Rounded{"../llava/native/checkpoint", "language_model.lm_head.weight"},
                                           Rounded{"../xcomposer/2d5/checkpoint", "output.weight"}),
                         [](const auto& rounded) { return std::string("case_") + std::to_string(rounded.index); });

TEST(Int8Model, RanksOptionsAlikeWithAndWithoutReuse) {
  auto requests = mixed_requests();
  for (auto& request : requests) request.options = {"red", "a blue boat", "B"};
  std::map<std::string, std::vector<double>> expected;
  for (const std::int64_t prefix_bytes : {std::int64_t{0}, std::int64_t{1} << 30}) {
    for (const int batch : {1, 16}) {
      auto options = with(DType::kBFloat16, WeightForm::kInt8);
      options.prefix_bytes = prefix_bytes, options.batch = batch;
      List list(requests);
      open_vlm(parity("qwen2/checkpoint").string(), options)->run(list, list);
      ASSERT_EQ(list.finished.size(), requests.size());
      for (const auto& [id, generation] : list.finished) {
        ASSERT_TRUE(generation) << id;
        const auto [place, is_first] = expected.emplace(id, generation->option_log_probabilities);
        EXPECT_EQ(place->second, generation->option_log_probabilities) << id << ": to the last bit";
        EXPECT_EQ(place->second.size(), 3U);
      }
    }
  }
}

}  // namespace
}  // namespace assay
