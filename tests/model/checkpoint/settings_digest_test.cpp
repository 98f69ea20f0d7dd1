#include "model/checkpoint/settings_digest.h"

#include <gtest/gtest.h>

#include "tests/temporary_folder.h"

namespace assay {
namespace {

using testing::TemporaryFolder;

TEST(SettingsDigest, TakesWhatDecidesAPromptAndNothingElse) {
  const TemporaryFolder folder;
  folder.write("config.json", "{\"rope_theta\": 1e4}");
  folder.write("tokenizer.model", "pieces");
  const auto before = settings_digest(folder.path());
  folder.write("model.safetensors", "weights");
  folder.write("model.safetensors.index.json", "{}");
  folder.write("README.md", "words");
  EXPECT_EQ(settings_digest(folder.path()), before);
  folder.write("config.json", "{\"rope_theta\": 1e6}");
  const auto changed = settings_digest(folder.path());
  EXPECT_NE(changed, before);
  folder.write("config.json", "{\"rope_theta\": 1e4}");
  folder.write("chat_template.jinja", "");
  EXPECT_NE(settings_digest(folder.path()), before) << "an empty file counts too";
}

}  // namespace
}  // namespace assay
