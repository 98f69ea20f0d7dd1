#include "model/xcomposer/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "model/vlm.h"
#include "tests/temporary_folder.h"

namespace assay {
namespace {

using ::testing::HasSubstr;
using Version = XComposerConfig::Version;

std::filesystem::path checkpoint(const std::string& version) {
  return std::filesystem::path(ASSAY_SOURCE_DIR) / "tests/parity/xcomposer" / version / "checkpoint";
}

XComposerConfig config_of(const std::string& version) { return read_xcomposer_config(checkpoint(version), Checkpoint::open(checkpoint(version))); }

/// The message when `from` in config.json reads `to`.
std::string message_with(const std::string& version, const std::string& from, const std::string& to) {
  const testing::TemporaryFolder folder;
  for (const auto& entry : std::filesystem::directory_iterator(checkpoint(version)))
    if (entry.path().filename() != "config.json") folder.link(entry.path());
  auto text = read_file(checkpoint(version) / "config.json");
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  folder.write("config.json", text.replace(at, from.size(), to));
  try {
    (void)open_vlm(folder.path().string(), {});
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(XComposerConfig, TellsTheVersionFromTheTensors) {
  EXPECT_EQ(config_of("square").version, Version::kSquare);
  EXPECT_EQ(config_of("4khd").version, Version::k4Khd);
  EXPECT_EQ(config_of("2d5").version, Version::k2d5);
  EXPECT_EQ(config_of("4khd").language.lora.qkv_scale, 2.0);
  EXPECT_EQ(config_of("4khd").language.lora.scale, 1.0);
  EXPECT_EQ(config_of("square").vision.stored_image_size, 84);
  EXPECT_EQ(config_of("square").vision.image_size, 56);
}

TEST(XComposerConfig, HasTheTilesOfItsTemplate) {
  const auto own = config_of("2d5"), wrapper = with_template(own, "vlmevalkit"), khd = config_of("4khd");
  EXPECT_EQ(wrapper.chat_template, "vlmevalkit_2d5");
  EXPECT_EQ(with_template(khd, "vlmevalkit").chat_template, "vlmevalkit");
  EXPECT_EQ(own.budget_of({}, 1), 24);
  EXPECT_EQ(own.budget_of({}, 2), 6);
  EXPECT_EQ(own.budget_of(9, 1), 9);
  EXPECT_EQ(own.budget_of(4, 3), 4);
  EXPECT_EQ(wrapper.budget_of({}, 1), 36);
  EXPECT_EQ(wrapper.budget_of({}, 2), 9);
  EXPECT_EQ(wrapper.budget_of({}, 5), 4);
  EXPECT_EQ(khd.budget_of({}, 4), 25);
  EXPECT_EQ(khd.budget_of(55, 1), 55);
}

TEST(XComposerConfig, SaysWhatDoesNotFit) {
  EXPECT_EQ(message_with("square", "\"img_size\": 56", "\"img_size\": 70"), "no error");
  EXPECT_THAT(message_with("square", "\"img_size\": 56", "\"img_size\": 57"), HasSubstr("must be a multiple of the patches' 14 pixels, got 57"));
  EXPECT_THAT(message_with("2d5", "\"patch_size\": 14", "\"patch_size\": 28"), HasSubstr("the weights do not fit"));
  EXPECT_THAT(message_with("2d5", "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3"), HasSubstr("model.layers.2.attention.wqkv.Plora_A.weight"));
}

TEST(XComposer, FailsAPromptThatItsChatWouldCutOff) {
  VlmOptions options;
  options.dtype = DType::kFloat32;
  Request request;
  request.prompt.turns.push_back({Role::kUser, {{std::string(16384, '\n'), Part::kNoImage}}});
  const auto own = open_vlm(checkpoint("2d5").string(), options)->view_prompt(request);
  ASSERT_FALSE(own);
  EXPECT_THAT(own.error().message, HasSubstr("cuts it off at 16384"));
  options.chat_template = "vlmevalkit";
  EXPECT_TRUE(open_vlm(checkpoint("2d5").string(), options)->view_prompt(request));
}

}  // namespace
}  // namespace assay
