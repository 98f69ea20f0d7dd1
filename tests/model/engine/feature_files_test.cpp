#include "model/engine/feature_files.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <vector>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "model/checkpoint/tensor_file.h"
#include "model/internvl/internvl.h"
#include "tests/model/engine/tiny_requests.h"
#include "tests/temporary_folder.h"

namespace assay {
namespace {

std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
  return files;
}

std::map<std::string, Result<Generation>> serve(const std::filesystem::path& checkpoint, const std::filesystem::path& folder, std::optional<int> max_tiles = {},
                                                DType dtype = DType::kFloat32) {
  VlmOptions options;
  options.dtype = dtype;
  options.feature_folder = folder.string();
  options.audit_share = 1;
  auto requests = mixed_requests();
  requests.resize(5);
  for (auto& request : requests) request.max_tiles = max_tiles;
  List list(requests);
  open_vlm(checkpoint.string(), options)->run(list, list);
  return std::move(list.finished);
}

TEST(FeatureFiles, GiveBackWhatWasStoredToTheLastBit) {
  const testing::TemporaryFolder folder;
  const auto family = open_internvl(parity("qwen2/checkpoint"), {});
  const FeatureFiles files(folder.path() / "new" / "folder", *family);
  for (const auto type : {at::kFloat, at::kBFloat16, at::kHalf}) {
    const auto features = at::randn({5, 7}).to(type);
    const auto name = std::string("picture ") + at::toString(type);
    EXPECT_FALSE(files.find(name));
    files.store(name, features);
    const auto found = files.find(name);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->scalar_type(), type);
    EXPECT_TRUE(at::equal(*found, features));
  }
}

TEST(FeatureFiles, ServeTheNextRunWithoutTheEncoder) {
  const testing::TemporaryFolder folder;
  const auto first = serve(parity("qwen2/checkpoint"), folder.path());
  EXPECT_EQ(files_in(folder.path()).size(), 4U) << "five requests, two of them on one picture";
  std::vector<std::filesystem::file_time_type> times;
  for (const auto& file : files_in(folder.path())) times.push_back(std::filesystem::last_write_time(file));
  const auto second = serve(parity("qwen2/checkpoint"), folder.path());
  for (const auto& [id, generation] : first) {
    EXPECT_EQ(second.at(id)->token_ids, generation->token_ids) << id;
    EXPECT_TRUE(second.at(id)->is_audited) << id << ": the audit encodes anew";
  }
  std::vector<std::filesystem::file_time_type> later;
  for (const auto& file : files_in(folder.path())) later.push_back(std::filesystem::last_write_time(file));
  EXPECT_EQ(later, times) << "nothing is written again";
}

/// Other tiles, another dtype, another encoder: other files. Never a wrong hit.
TEST(FeatureFiles, AreKeptApartByAllThatFeaturesDependOn) {
  const testing::TemporaryFolder folder;
  serve(parity("qwen2/checkpoint"), folder.path());
  const auto one = files_in(folder.path()).size();
  serve(parity("qwen2/checkpoint"), folder.path(), 2);
  const auto two = files_in(folder.path()).size();
  serve(parity("qwen2/checkpoint"), folder.path(), {}, DType::kBFloat16);
  const auto three = files_in(folder.path()).size();
  serve(parity("llama/checkpoint"), folder.path());
  const auto four = files_in(folder.path()).size();
  EXPECT_EQ(std::vector({one, two, three, four}), (std::vector<std::size_t>{4, 8, 12, 16}));
}

TEST(FeatureFiles, DamagedOnesAreMadeAnew) {
  const testing::TemporaryFolder folder;
  const auto first = serve(parity("qwen2/checkpoint"), folder.path());
  const auto files = files_in(folder.path());
  ASSERT_EQ(files.size(), 4U);
  auto flipped = read_file(files[0]);
  flipped[flipped.size() / 2] = static_cast<char>(flipped[flipped.size() / 2] ^ 1);
  write_file_atomically(files[0], flipped);
  write_file_atomically(files[1], read_file(files[1]).substr(0, 100));
  write_file_atomically(files[2], "");
  write_file_atomically(files[3], read_file(parity("qwen2/checkpoint/model.safetensors")));
  const auto second = serve(parity("qwen2/checkpoint"), folder.path());
  for (const auto& [id, generation] : first) EXPECT_EQ(second.at(id)->token_ids, generation->token_ids) << id;
  EXPECT_NE(read_file(files[0]), flipped);
  EXPECT_GT(std::filesystem::file_size(files[2]), 0U);
}

TEST(FeatureFiles, AFolderThatCannotBeMadeIsAnErrorOfTheOption) {
  const testing::TemporaryFolder folder;
  folder.write("file", "");
  const auto family = open_internvl(parity("qwen2/checkpoint"), {});
  EXPECT_THROW(FeatureFiles(folder.path() / "file" / "below", *family), ConfigError);
}

/// A checkpoint of tests/parity with one byte of a tensor changed.
std::filesystem::path changed(const testing::TemporaryFolder& folder, const std::filesystem::path& checkpoint, const std::string& tensor) {
  for (const auto& entry : std::filesystem::directory_iterator(checkpoint))
    if (entry.path().filename() != "model.safetensors") folder.link(entry.path());
  auto bytes = read_file(checkpoint / "model.safetensors");
  const auto opened = Checkpoint::open(checkpoint);
  const auto* found = opened.find(tensor);
  EXPECT_NE(found, nullptr) << tensor;
  const std::string_view content(reinterpret_cast<const char*>(found->bytes.data()), found->bytes.size());
  const auto at = bytes.find(content);
  EXPECT_NE(at, std::string::npos) << tensor;
  bytes[at] = static_cast<char>(bytes[at] ^ 1);
  folder.write("model.safetensors", bytes);
  return folder.path();
}

TEST(EncoderDigest, ChangesWithTheEncoderAndTheProjectorAlone) {
  const auto checkpoint = parity("qwen2/checkpoint");
  const auto digest = open_internvl(checkpoint, {})->encoder_digest();
  const auto digest_with = [&](const std::string& tensor) {
    const testing::TemporaryFolder folder;
    return open_internvl(changed(folder, checkpoint, tensor), {})->encoder_digest();
  };
  EXPECT_EQ(digest, digest_with("language_model.model.layers.0.self_attn.q_proj.weight"));
  EXPECT_EQ(digest, digest_with("language_model.model.embed_tokens.weight"));
  EXPECT_EQ(digest, digest_with("language_model.model.norm.weight"));
  EXPECT_NE(digest, digest_with("vision_model.embeddings.patch_embedding.weight"));
  EXPECT_NE(digest, digest_with("mlp1.1.weight"));
}

}  // namespace
}  // namespace assay
