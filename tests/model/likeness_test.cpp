#include "model/likeness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "model/checkpoint/tensor_file.h"
#include "model/checkpoint_report.h"
#include "tests/model/hollow_checkpoint.h"
#include "tests/temporary_folder.h"

/// Folders that are almost a family's.
namespace assay {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

struct Almost {
  const char *name, *checkpoint;  ///< below tests/parity
  const char *family, *layout;  ///< whose layout: "InternLM's"
  const char *projector;  ///< what its projector's tensors begin with
  const char *lost;       ///< a tensor to leave out
};
void PrintTo(const Almost& almost, std::ostream* out) { *out << almost.name; }

class AlmostAFamily : public ::testing::TestWithParam<Almost> {
 protected:
  static std::filesystem::path checkpoint() { return std::filesystem::path(ASSAY_SOURCE_DIR) / "tests/parity" / GetParam().checkpoint; }
  std::string looks() const { return std::string("look like ") + GetParam().family + "'s in " + GetParam().layout + " layout"; }
  /// All of its files but those that begin so.
  void copy_without(const std::string& beginning) const {
    for (const auto& entry : std::filesystem::directory_iterator(checkpoint()))
      if (!entry.path().filename().string().starts_with(beginning)) folder_.link(entry.path());
  }
  /// Its tensors' names and shapes but those that begin so.
  void write_tensors_without(const std::string& beginning) const {
    testing::Tensors kept;
    const auto all = Checkpoint::open(checkpoint());
    for (const auto& tensor : all.tensors())
      if (!tensor.name.starts_with(beginning)) kept.push_back({tensor.name, tensor.shape});
    ASSERT_TRUE(testing::write_hollow(folder_ / "model.safetensors", kept));
  }
  std::string message() const {
    try {
      return inspect_checkpoint(folder_.path().string()).mismatches;
    } catch (const Error& error) {
      return error.what();
    }
  }
  testing::TemporaryFolder folder_;
};

TEST_P(AlmostAFamily, IsToldWithoutItsConfig) {
  copy_without("config.json");
  EXPECT_THAT(message(), AllOf(HasSubstr("expected a checkpoint folder with a config.json"), HasSubstr(looks()), HasSubstr(GetParam().projector)));
  EXPECT_EQ(likeness_of(folder_.path()).family, GetParam().family);
}

TEST_P(AlmostAFamily, IsToldWithAnothersConfig) {
  copy_without("config.json");
  folder_.write("config.json", R"({"model_type": "llama", "architectures": ["LlamaForCausalLM"]})");
  EXPECT_THAT(message(), AllOf(HasSubstr("model_type \"llama\" is of no family that runs here"), HasSubstr(looks())));
}

TEST_P(AlmostAFamily, NamesATensorThatIsMissing) {
  copy_without("model.safetensors");
  write_tensors_without(GetParam().lost);
  EXPECT_THAT(message(), AllOf(HasSubstr(GetParam().lost), HasSubstr("missing")));
}

TEST_P(AlmostAFamily, NamesAPartThatIsMissing) {
  copy_without("model.safetensors");
  write_tensors_without(GetParam().projector);
  EXPECT_THAT(message(), HasSubstr(GetParam().projector));
  EXPECT_THAT(likeness_of(folder_.path()).text, AllOf(HasSubstr(looks()), HasSubstr(std::string("missing: the projector (") + GetParam().projector)));
}

TEST_P(AlmostAFamily, SaysThatItHasNoTokenizer) {
  copy_without("tokenizer");
  const auto report = inspect_checkpoint(folder_.path().string());
  EXPECT_THAT(report.warnings, ::testing::Contains(HasSubstr("no tokenizer here; looked for tokenizer.json, tokenizer.model")));
  EXPECT_THAT(inspect_checkpoint(checkpoint().string()).warnings, IsEmpty());
}

TEST_P(AlmostAFamily, SaysThatItHasNoWeights) {
  copy_without("model.safetensors");
  EXPECT_THAT(message(), HasSubstr("no weights: expected model.safetensors"));
}

// haotian-liu's LLaVA is the tiny one whose encoder lies in the checkpoint itself.
INSTANTIATE_TEST_SUITE_P(
    Families, AlmostAFamily,
    ::testing::Values(Almost{"internvl", "data/internlm2/checkpoint", "internvl", "OpenGVLab's", "mlp1.", "vision_model.encoder.layers.0.norm1.weight"},
                      Almost{"internvl_transformers", "data/native_qwen2/checkpoint", "internvl", "transformers'", "model.multi_modal_projector.layer_norm.",
                             "model.vision_tower.encoder.layer.0.lambda_1"},
                      Almost{"llava", "llava/original_next/checkpoint", "llava", "haotian-liu's", "model.mm_projector.", "model.layers.0.self_attn.q_proj.weight"},
                      Almost{"llava_transformers", "llava/native/checkpoint", "llava", "transformers'", "multi_modal_projector.linear_", "vision_tower."},
                      Almost{"xcomposer", "xcomposer/2d5/checkpoint", "xcomposer", "InternLM's", "vision_proj.", "model.layers.0.feed_forward.w1.weight"}),
    [](const auto& almost) { return almost.param.name; });

TEST(Likeness, IsNoneForALanguageModelAlone) {
  const testing::TemporaryFolder folder;
  ASSERT_TRUE(testing::write_hollow(folder / "model.safetensors", {{"model.layers.0.self_attn.q_proj.weight", {4, 4}}, {"lm_head.weight", {8, 4}}}));
  EXPECT_EQ(likeness_of(folder.path()).family, "");
  EXPECT_EQ(likeness_of(folder.path() / "nowhere").text, "");
}

TEST(Likeness, TellsAConfigOfOneFamilyBesideTensorsOfAnother) {
  const std::filesystem::path parity = std::filesystem::path(ASSAY_SOURCE_DIR) / "tests/parity";
  const testing::TemporaryFolder folder;
  folder.link(parity / "llava/native/checkpoint/model.safetensors");
  folder.link(parity / "data/internlm2/checkpoint/config.json");
  const auto report = inspect_checkpoint(folder.path().string());
  EXPECT_THAT(report.mismatches, Not(IsEmpty()));
  EXPECT_THAT(report.warnings, ::testing::Contains(HasSubstr("config.json says internvl, but its tensors look like llava's in transformers' layout")));
}

}  // namespace
}  // namespace assay
