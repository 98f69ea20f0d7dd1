#include "model/checkpoint/name_check.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "tests/model/checkpoint/byte_view.h"

namespace assay {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(NameCheck, IsSilentWhenBothSetsAgree) {
  const NamedShape model[] = {{"a", {2, 3}, ""}, {"b", {}, ""}}, file[] = {{"b", {}, "f"}, {"a", {2, 3}, "f"}};
  EXPECT_EQ(mismatch_text(model, file), "");
  EXPECT_NO_THROW(check_all_used("m", model, file));
}
TEST(NameCheck, ListsBothSetsAndShapes) {
  const NamedShape model[] = {{"vision.proj.weight", {1152, 2048}, ""}, {"mlp.bias", {4}, ""}};
  const NamedShape file[] = {{"vision.proj.weight", {1024, 2048}, "model.safetensors"}, {"extra", {1}, "model.safetensors"}};
  EXPECT_EQ(
      mismatch_text(model, file),
      "shapes that differ (1):\n  vision.proj.weight: expected [1152, 2048], checkpoint has [1024, 2048] (model.safetensors)\n"
      "missing from the checkpoint (1):\n  mlp.bias [4]\n"
      "in the checkpoint, but not in the model (1):\n  extra [1] (model.safetensors)");
  EXPECT_THAT(testing::message_of<ModelError>([&] { check_all_used("runs/m", model, file); }),
              HasSubstr("runs/m: the weights do not fit"));
}
TEST(NameCheck, CutsLongLists) {
  std::vector<NamedShape> model;
  for (int i = 0; i < 27; ++i) model.push_back({fmt::format("w{:02}", i), {1}, ""});
  const auto text = mismatch_text(model, {});
  EXPECT_THAT(text, HasSubstr("missing from the checkpoint (27):"));
  EXPECT_THAT(text, HasSubstr("w19 [1]\n  ... and 7 more"));
  EXPECT_THAT(text, Not(HasSubstr("w20")));
}
TEST(NameCheck, IgnoresBuffersThatNobodyReads) {
  const NamedShape file[] = {{"layers.0.rotary_emb.inv_freq", {32}, "f"},
                             {"embeddings.position_ids", {1, 577}, "f"},
                             {"attn.relative_position_index", {2}, "f"},
                             {"bn.num_batches_tracked", {}, "f"}};
  EXPECT_EQ(mismatch_text({}, file), "");
  EXPECT_EQ(mismatch_text(file, {}), "");
  EXPECT_TRUE(is_ignored_tensor("inv_freq"));
  EXPECT_FALSE(is_ignored_tensor("my_inv_freq"));
  EXPECT_FALSE(is_ignored_tensor("inv_freq.weight"));
}

}  // namespace
}  // namespace assay
