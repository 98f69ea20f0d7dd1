#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "model/llava/llava.h"
#include "tests/model/hollow_checkpoint.h"
#include "tests/temporary_folder.h"

/// The released models' tensors by name and shape in all layouts, without their weights.
namespace assay {
namespace {

using testing::Tensors;

/// haotian-liu's files, and those of transformers before and after its names moved in 4.52.
enum class Layout { kOriginal, kNativeBefore, kNativeSince };

struct Release {
  const char* name;
  Layout layout;
  bool is_next;
  const char* language;  ///< "llama", "mistral"
  std::int64_t width, layers, heads, key_heads, inner, vocabulary;
  std::int64_t parameters;
};
void PrintTo(const Release& release, std::ostream* out) { *out << release.name; }

struct Prefixes {
  const char *vision, *language, *head, *projector, *newline;
};
Prefixes prefixes_of(const Release& release) {
  if (release.layout == Layout::kOriginal)
    return {"model.vision_tower.vision_tower.vision_model.", "model.", "lm_head.weight", "model.mm_projector.", "model.image_newline"};
  if (release.layout == Layout::kNativeBefore)
    return {"vision_tower.vision_model.", "language_model.model.", "language_model.lm_head.weight", "multi_modal_projector.linear_", "image_newline"};
  return {"model.vision_tower.vision_model.", "model.language_model.", "lm_head.weight", "model.multi_modal_projector.linear_", "model.image_newline"};
}

void add_language(const Release& release, const Prefixes& names, Tensors& out) {
  const auto D = release.width, K = D / release.heads * release.key_heads, F = release.inner;
  const auto add = [&](const std::string& name, std::vector<std::int64_t> shape) { out.push_back({names.language + name, std::move(shape)}); };
  add("embed_tokens.weight", {release.vocabulary, D}), add("norm.weight", {D}), out.push_back({names.head, {release.vocabulary, D}});
  for (std::int64_t i = 0; i < release.layers; ++i) {
    const auto layer = fmt::format("layers.{}.", i);
    add(layer + "self_attn.q_proj.weight", {D, D}), add(layer + "self_attn.o_proj.weight", {D, D});
    add(layer + "self_attn.k_proj.weight", {K, D}), add(layer + "self_attn.v_proj.weight", {K, D});
    add(layer + "mlp.gate_proj.weight", {F, D}), add(layer + "mlp.up_proj.weight", {F, D}), add(layer + "mlp.down_proj.weight", {D, F});
    add(layer + "input_layernorm.weight", {D}), add(layer + "post_attention_layernorm.weight", {D});
  }
}

Tensors tensors_of(const Release& release) {
  const auto names = prefixes_of(release);
  const auto D = release.width;
  Tensors out;
  testing::add_clip_vit(names.vision, 336, out);
  add_language(release, names, out);
  const bool is_original = release.layout == Layout::kOriginal;
  const std::string first = names.projector + std::string(is_original ? "0" : "1"), second = names.projector + std::string("2");
  out.push_back({first + ".weight", {D, 1024}}), out.push_back({first + ".bias", {D}});
  out.push_back({second + ".weight", {D, D}}), out.push_back({second + ".bias", {D}});
  if (release.is_next) out.push_back({names.newline, {D}});
  return out;
}

std::string language_config(const Release& release) {
  return fmt::format(
      R"("hidden_size": {}, "num_hidden_layers": {}, "num_attention_heads": {}, "num_key_value_heads": {}, "intermediate_size": {}, "vocab_size": {},
         "rms_norm_eps": 1e-05, "tie_word_embeddings": false, "eos_token_id": 2)",
      release.width, release.layers, release.heads, release.key_heads, release.inner, release.vocabulary);
}

std::string config_of(const Release& release) {
  const std::string shapes = R"("image_grid_pinpoints": [[336, 672], [672, 336], [672, 672], [1008, 336], [336, 1008]])";
  if (release.layout == Layout::kOriginal) {
    const std::string kind = release.language == std::string("mistral") ? "LlavaMistralForCausalLM" : "LlavaLlamaForCausalLM";
    return fmt::format(R"({{"architectures": ["{}"], "model_type": "llava_{}", "mm_vision_tower": "openai/clip-vit-large-patch14-336",
                            "mm_projector_type": "mlp2x_gelu", "mm_hidden_size": 1024, "mm_vision_select_layer": -2, "mm_vision_select_feature": "patch", {}, {}}})",
                       kind, release.language, language_config(release),
                       release.is_next ? R"("image_aspect_ratio": "anyres", "mm_patch_merge_type": "spatial_unpad", )" + shapes : R"("image_aspect_ratio": "pad")");
  }
  return fmt::format(R"({{"architectures": ["{}"], "model_type": "{}", "image_token_index": 32000, "vision_feature_layer": -2,
                          "vision_feature_select_strategy": "default", "projector_hidden_act": "gelu", {}
                          "vision_config": {{"model_type": "clip_vision_model", "hidden_size": 1024, "intermediate_size": 4096, "num_hidden_layers": 24,
                                             "num_attention_heads": 16, "image_size": 336, "patch_size": 14}},
                          "text_config": {{"model_type": "{}", {}}}}})",
                     release.is_next ? "LlavaNextForConditionalGeneration" : "LlavaForConditionalGeneration", release.is_next ? "llava_next" : "llava",
                     release.is_next ? shapes + "," : "", release.language, language_config(release));
}

class ReleasedLlava : public ::testing::TestWithParam<Release> {};

TEST_P(ReleasedLlava, HasTheseTensorsAndThisManyParameters) {
  const testing::TemporaryFolder folder;
  folder.write("config.json", config_of(GetParam()));
  auto tensors = tensors_of(GetParam());
  if (!testing::write_hollow(folder / "model.safetensors", tensors)) GTEST_SKIP() << "no room for a file with a hole of up to 70 GB";
  const auto report = inspect_llava(folder.path());
  EXPECT_EQ(report.mismatches, "");
  EXPECT_EQ(report.family, GetParam().is_next ? "llava_next" : "llava");
  EXPECT_EQ(report.layout, GetParam().layout == Layout::kOriginal ? "haotian-liu" : "transformers");
  EXPECT_EQ(report.image_side, 336);
  EXPECT_EQ(report.tokens_per_tile, 576);
  EXPECT_EQ(report.max_tiles, GetParam().is_next ? 5 : 1);
  EXPECT_EQ(report.parameter_count, GetParam().parameters);
  // One tensor less, and one that is nobody's: both are named.
  const auto bias = tensors.end() - (GetParam().is_next ? 2 : 1);  // of the projector's second layer, before the newline
  const auto lost = bias->first;
  tensors.erase(bias);
  tensors.push_back({"model.nobody.weight", {4}});
  ASSERT_TRUE(testing::write_hollow(folder / "model.safetensors", tensors));
  const auto broken = inspect_llava(folder.path());
  EXPECT_NE(broken.mismatches.find(lost), std::string::npos) << broken.mismatches;
  EXPECT_NE(broken.mismatches.find("model.nobody.weight"), std::string::npos) << broken.mismatches;
}

/// Counts: of 1.5 and of NeXT with Mistral and Yi by sums over the releases' shapes from other sources; NeXT with Vicuna is 1.5 and a row for newlines, and
/// transformers' files have 64 more rows in both embeddings.
constexpr std::int64_t k7B = 7'062'902'784, k13B = 13'350'839'296, kMistral = 7'566'223'360, kYi = 34'751'166'464;
INSTANTIATE_TEST_SUITE_P(
    Llava, ReleasedLlava,
    ::testing::Values(Release{"v1_5_7B", Layout::kOriginal, false, "llama", 4096, 32, 32, 32, 11008, 32000, k7B},
                      Release{"v1_5_13B", Layout::kOriginal, false, "llama", 5120, 40, 40, 40, 13824, 32000, k13B},
                      Release{"v1_5_7B_hf", Layout::kNativeBefore, false, "llama", 4096, 32, 32, 32, 11008, 32064, k7B + 128 * 4096},
                      Release{"v1_5_13B_hf_since_4_52", Layout::kNativeSince, false, "llama", 5120, 40, 40, 40, 13824, 32064, k13B + 128 * 5120},
                      Release{"v1_6_Vicuna_7B", Layout::kOriginal, true, "llama", 4096, 32, 32, 32, 11008, 32000, k7B + 4096},
                      Release{"v1_6_Vicuna_13B", Layout::kOriginal, true, "llama", 5120, 40, 40, 40, 13824, 32000, k13B + 5120},
                      Release{"v1_6_Mistral_7B", Layout::kOriginal, true, "mistral", 4096, 32, 32, 8, 14336, 32000, kMistral},
                      Release{"v1_6_34B", Layout::kOriginal, true, "llama", 7168, 60, 56, 8, 20480, 64000, kYi},
                      Release{"v1_6_Mistral_7B_hf", Layout::kNativeBefore, true, "mistral", 4096, 32, 32, 8, 14336, 32064, kMistral + 128 * 4096},
                      Release{"v1_6_34B_hf_since_4_52", Layout::kNativeSince, true, "llama", 7168, 60, 56, 8, 20480, 64064, kYi + 128 * 7168}),
    [](const auto& release) { return release.param.name; });

}  // namespace
}  // namespace assay
