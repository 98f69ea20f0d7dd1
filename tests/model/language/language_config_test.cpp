#include "model/language/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"

namespace assay {
namespace {

using ::testing::HasSubstr;

constexpr const char* kDims = R"("hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 128, "vocab_size": 100)";

LanguageConfig read(const std::string& rest) { return read_language_config(json::parse("{" + std::string(kDims) + ", " + rest + "}", "x"), "config.json: llm_config"); }

std::string message_of(const std::string& rest) {
  try {
    (void)read(rest);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(LanguageConfig, FillsInTheClassDefaults) {
  const auto qwen = read(R"("architectures": ["Qwen2ForCausalLM"])");
  EXPECT_TRUE(qwen.has_qkv_bias);
  EXPECT_FALSE(qwen.has_output_bias);
  EXPECT_EQ(qwen.key_head_count, 4);
  EXPECT_EQ(qwen.head_width, 16);
  EXPECT_EQ(read(R"("model_type": "phi3")").rms_eps, 1e-5);
  EXPECT_EQ(read(R"("architectures": ["InternLM2ForCausalLM"])").kind, LanguageKind::kInternLm2);
  EXPECT_TRUE(read(R"("model_type": "internlm2")").has_qkv_bias && read(R"("model_type": "internlm2")").has_output_bias);
  EXPECT_FALSE(read(R"("model_type": "internlm2", "bias": false)").has_qkv_bias);
}
TEST(LanguageConfig, ReadsBothSpellingsOfRope) {
  const auto old_form = read(R"("model_type": "internlm2", "rope_theta": 1e6, "rope_scaling": {"type": "dynamic", "factor": 2.0})");
  EXPECT_EQ(old_form.rope.kind, RopeScaling::Kind::kDynamicNtk);
  EXPECT_EQ(old_form.rope_theta, 1e6);
  const auto new_form = read(R"("model_type": "qwen2", "rope_parameters": {"rope_type": "linear", "rope_theta": 5e5, "factor": 4})");
  EXPECT_EQ(new_form.rope.kind, RopeScaling::Kind::kLinear);
  EXPECT_EQ(new_form.rope_theta, 5e5);
}
TEST(LanguageConfig, NamesWhatDoesNotRun) {
  EXPECT_THAT(message_of(R"("model_type": "mamba")"), HasSubstr("config.json: llm_config: language model \"mamba\" is not one that runs here"));
  EXPECT_THAT(message_of(R"("model_type": "llama", "hidden_act": "relu")"), HasSubstr("\"hidden_act\" must be \"silu\", got \"relu\""));
  EXPECT_THAT(message_of(R"("model_type": "llama", "num_key_value_heads": 3)"), HasSubstr("4 query heads cannot share 3 key heads"));
  EXPECT_THAT(message_of(R"("model_type": "llama", "head_dim": 15)"), HasSubstr("a head's width must be even"));
  EXPECT_THAT(message_of(R"("model_type": "llama", "rope_scaling": {"type": "yarn"})"), HasSubstr("rope type \"yarn\""));
}
TEST(ReadTokenIds, TakesOneOrAList) {
  EXPECT_EQ(read_token_ids(json::parse(R"({"e": 5})", "x"), "e"), (std::vector<std::int64_t>{5}));
  EXPECT_EQ(read_token_ids(json::parse(R"({"e": [5, 6]})", "x"), "e"), (std::vector<std::int64_t>{5, 6}));
  EXPECT_TRUE(read_token_ids(json::parse(R"({"e": null})", "x"), "e").empty());
}

}  // namespace
}  // namespace assay
