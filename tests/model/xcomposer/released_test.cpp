#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "model/xcomposer/xcomposer.h"
#include "tests/model/hollow_checkpoint.h"
#include "tests/temporary_folder.h"

/// The released models' tensors by name and shape, without their weights.
namespace assay {
namespace {

using testing::Tensors;
using testing::write_hollow;

struct Release {
  const char* name;
  std::int64_t side, qkv_rank;
  bool is_hd;
  std::int64_t width, layers, heads, key_heads, inner;
  std::int64_t parameters;  ///< 0: not known from a source
};
void PrintTo(const Release& release, std::ostream* out) { *out << release.name; }

constexpr std::int64_t kVocabulary = 92544, kRank = 256;

void add_language(const Release& release, Tensors& out) {
  const auto D = release.width, K = D / release.heads, F = release.inner;
  const auto matrix = [&](const std::string& name, std::int64_t rows, std::int64_t columns, std::int64_t rank) {
    out.push_back({name + ".weight", {rows, columns}});
    out.push_back({name + ".Plora_A.weight", {rank, columns}}), out.push_back({name + ".Plora_B.weight", {rows, rank}});
  };
  out.push_back({"model.tok_embeddings.weight", {kVocabulary, D}}), out.push_back({"model.norm.weight", {D}}), out.push_back({"output.weight", {kVocabulary, D}});
  for (std::int64_t i = 0; i < release.layers; ++i) {
    const auto layer = fmt::format("model.layers.{}.", i);
    matrix(layer + "attention.wqkv", (release.heads + 2 * release.key_heads) * K, D, release.qkv_rank);
    matrix(layer + "attention.wo", D, D, kRank);
    matrix(layer + "feed_forward.w1", F, D, kRank), matrix(layer + "feed_forward.w3", F, D, kRank), matrix(layer + "feed_forward.w2", D, F, kRank);
    out.push_back({layer + "attention_norm.weight", {D}}), out.push_back({layer + "ffn_norm.weight", {D}});
  }
}

Tensors tensors_of(const Release& release) {
  Tensors out;
  testing::add_clip_vit("vit.vision_tower.vision_model.", release.side, out);
  add_language(release, out);
  const std::int64_t W = release.is_hd ? 4096 : 1024, D = release.width;
  out.push_back({"vision_proj.0.weight", {D, W}}), out.push_back({"vision_proj.0.bias", {D}});
  out.push_back({"vision_proj.2.weight", {D, D}}), out.push_back({"vision_proj.2.bias", {D}});
  if (release.is_hd) out.push_back({"plora_glb_GN", {1, 1, W}}), out.push_back({"plora_sub_GN", {1, 1, 1, W}});
  return out;
}

std::string config_of(const Release& release) {
  return fmt::format(
      R"({{"architectures": ["InternLMXComposer2ForCausalLM"], "model_type": "internlmxcomposer2", "hidden_size": {}, "num_hidden_layers": {},
          "num_attention_heads": {}, "num_key_value_heads": {}, "intermediate_size": {}, "vocab_size": {}, "bias": false, "rope_theta": 1000000,
          "rms_norm_eps": 1e-05, "max_position_embeddings": 32768, "rope_scaling": {{"type": "dynamic", "factor": 2.0}}, "eos_token_id": 2}})",
      release.width, release.layers, release.heads, release.key_heads, release.inner, kVocabulary);
}

class Released : public ::testing::TestWithParam<Release> {};

TEST_P(Released, HasTheseTensorsAndThisManyParameters) {
  const testing::TemporaryFolder folder;
  folder.write("config.json", config_of(GetParam()));
  auto tensors = tensors_of(GetParam());
  if (!write_hollow(folder / "model.safetensors", tensors)) GTEST_SKIP() << "no room for a file with a hole of 17 GB";
  const auto report = inspect_xcomposer(folder.path());
  EXPECT_EQ(report.mismatches, "");
  EXPECT_EQ(report.image_side, GetParam().side);
  if (GetParam().parameters > 0) {
    EXPECT_EQ(report.parameter_count, GetParam().parameters);
  }
  // The modes of writing and the video memory are left unread and not counted.
  tensors.push_back({"model.layers.0.attention.wqkv.lora_sft_A.weight", {4, 4}}), tensors.push_back({"video_mem_proj.0.weight", {4, 4}});
  ASSERT_TRUE(write_hollow(folder / "model.safetensors", tensors));
  const auto with_more = inspect_xcomposer(folder.path());
  EXPECT_EQ(with_more.mismatches, "");
  EXPECT_EQ(with_more.parameter_count, report.parameter_count);
}

/// Counts: sums over the releases' shapes; that of XComposer2-7B is XComposer2-VL-7B's with 16 x 16 positions for 35 x 35.
INSTANTIATE_TEST_SUITE_P(XComposer, Released,
                         ::testing::Values(Release{"XComposer2_7B", 224, 256, false, 4096, 32, 32, 8, 14336, 8'666'840'064 - (1225 - 256) * 1024},
                                           Release{"XComposer2_VL_7B", 490, 256, false, 4096, 32, 32, 8, 14336, 8'666'840'064},
                                           Release{"XComposer2_VL_1_8B", 490, 256, false, 2048, 24, 16, 8, 8192, 0},
                                           Release{"XComposer2_4KHD_7B", 336, 8, true, 4096, 32, 32, 8, 14336, 8'597'501'952},
                                           Release{"XComposer2d5_7B", 560, 256, true, 4096, 32, 32, 8, 14336, 8'679'815'168}),
                         [](const auto& release) { return release.param.name; });

}  // namespace
}  // namespace assay
