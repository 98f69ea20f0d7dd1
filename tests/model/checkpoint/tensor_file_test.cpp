#include "model/checkpoint/tensor_file.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "model/checkpoint/safetensors.h"
#include "tests/model/checkpoint/byte_view.h"

namespace assay {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::message_of;
using ::testing::SizeIs;
using testing::TemporaryFolder;

/// A safetensors file with one float each.
std::string file_with(const std::vector<std::pair<std::string, float>>& values) {
  std::vector<TensorToWrite> tensors;
  for (const auto& [name, value] : values)
    tensors.push_back({name, StoredType::kFloat32, {1}, std::as_bytes(std::span(&value, 1))});
  return safetensors_bytes(tensors);
}
constexpr const char* kIndex = "model.safetensors.index.json";
std::string index_with(std::string_view map, std::string_view metadata = R"({"total_size":8})") {
  return fmt::format(R"({{"metadata":{},"weight_map":{}}})", metadata, map);
}
std::string refusal_of(const std::filesystem::path& path) {
  return message_of<ModelError>([&] { (void)Checkpoint::open(path); });
}

TEST(Checkpoint, OpensASingleFile) {
  const TemporaryFolder folder;
  const auto path = folder.write("model.safetensors", file_with({{"b", 2}, {"a", 1}}));
  for (const auto& from : {folder.path(), path}) {
    const auto checkpoint = Checkpoint::open(from);
    ASSERT_THAT(checkpoint.tensors(), SizeIs(2));
    EXPECT_EQ(checkpoint.tensors()[0].name, "a");
    ASSERT_NE(checkpoint.find("b"), nullptr);
    EXPECT_THAT(to_float32(*checkpoint.find("b")), ElementsAre(2));
    EXPECT_EQ(checkpoint.find("c"), nullptr);
    EXPECT_EQ(checkpoint.find("aa"), nullptr);
    EXPECT_EQ(checkpoint.total_bytes(), 8);
    EXPECT_THAT(checkpoint.files(), ElementsAre(path));
    EXPECT_THAT(checkpoint.warnings(), IsEmpty());
  }
}
TEST(Checkpoint, OpensShardsByIndex) {
  const TemporaryFolder folder;
  folder.write("1.safetensors", file_with({{"a", 1}}));
  folder.write("2.safetensors", file_with({{"b", 2}}));
  folder.write(kIndex, index_with(R"({"a":"1.safetensors","b":"2.safetensors"})"));
  const auto checkpoint = Checkpoint::open(folder.path());
  EXPECT_THAT(checkpoint.warnings(), IsEmpty());
  EXPECT_THAT(to_float32(*checkpoint.find("a")), ElementsAre(1));
  EXPECT_EQ(checkpoint.find("b")->file.filename(), "2.safetensors");
}
TEST(Checkpoint, StaysValidWhenItMoves) {
  const TemporaryFolder folder;
  folder.write("model.safetensors", file_with({{"a", 1}}));
  auto first = Checkpoint::open(folder.path());
  const auto moved = std::move(first);
  EXPECT_THAT(to_float32(*moved.find("a")), ElementsAre(1));
}
TEST(Checkpoint, NamesEveryMissingShard) {
  const TemporaryFolder folder;
  folder.write("1.safetensors", file_with({{"a", 1}}));
  folder.write(kIndex, index_with(R"({"a":"1.safetensors","b":"2.safetensors","c":"3.safetensors"})"));
  EXPECT_THAT(refusal_of(folder.path()), HasSubstr("2 of 3 files it names are not there: 2.safetensors, 3.safetensors"));
}
TEST(Checkpoint, NamesTensorsThatTheirShardLacks) {
  const TemporaryFolder folder;
  folder.write("1.safetensors", file_with({{"a", 1}}));
  folder.write(kIndex, index_with(R"({"a":"1.safetensors","b":"1.safetensors"})"));
  EXPECT_THAT(refusal_of(folder.path()), HasSubstr("1 tensors are not in the files it names for them: b (1.safetensors)"));
}
TEST(Checkpoint, KeepsAndMentionsTensorsThatTheIndexDoesNotList) {
  const TemporaryFolder folder;
  folder.write("1.safetensors", file_with({{"a", 1}, {"b", 2}}));
  folder.write(kIndex, index_with(R"({"a":"1.safetensors"})"));
  const auto checkpoint = Checkpoint::open(folder.path());
  EXPECT_NE(checkpoint.find("b"), nullptr);
  EXPECT_THAT(checkpoint.warnings(), ElementsAre(HasSubstr("does not list 1 tensors of its files: b (1.safetensors)")));
}
TEST(Checkpoint, ReadsTheCopyThatTheIndexNames) {
  const TemporaryFolder folder;
  folder.write("1.safetensors", file_with({{"a", 1}}));
  folder.write("2.safetensors", file_with({{"a", 3}, {"b", 2}}));
  folder.write(kIndex, index_with(R"({"a":"1.safetensors","b":"2.safetensors"})"));
  const auto checkpoint = Checkpoint::open(folder.path());
  EXPECT_THAT(to_float32(*checkpoint.find("a")), ElementsAre(1));
  EXPECT_THAT(checkpoint.warnings(), ElementsAre(HasSubstr("second copies are not read: a (2.safetensors)")));
}
TEST(Checkpoint, RefusesUnlistedNamesInTwoShards) {
  const TemporaryFolder folder;
  folder.write("1.safetensors", file_with({{"a", 1}, {"x", 1}}));
  folder.write("2.safetensors", file_with({{"b", 3}, {"x", 2}}));
  folder.write(kIndex, index_with(R"({"a":"1.safetensors","b":"2.safetensors"})"));
  EXPECT_THAT(refusal_of(folder.path()), AllOf(HasSubstr("tensor \"x\" is both in"), HasSubstr("2.safetensors")));
}
TEST(Checkpoint, WarnsOfAWrongTotalSize) {
  const TemporaryFolder folder;
  folder.write("1.safetensors", file_with({{"a", 1}}));
  folder.write(kIndex, index_with(R"({"a":"1.safetensors"})"));
  EXPECT_THAT(Checkpoint::open(folder.path()).warnings(), ElementsAre(HasSubstr("\"total_size\" is 8, the tensors take 4 bytes")));
}
TEST(Checkpoint, RefusesHostileIndexes) {
  const TemporaryFolder folder;
  const auto refusal = [&](std::string_view content) {
    folder.write(kIndex, content);
    return refusal_of(folder.path());
  };
  EXPECT_THAT(refusal("{"), HasSubstr("not JSON"));
  EXPECT_THAT(refusal("{}"), HasSubstr("expected an object \"weight_map\""));
  EXPECT_THAT(refusal(index_with("{}")), HasSubstr("is empty"));
  EXPECT_THAT(refusal(index_with(R"({"a":1})")), HasSubstr("tensor \"a\": expected a file name"));
  EXPECT_THAT(refusal(index_with(R"({"a":"x","a":"y"})")), HasSubstr("tensor \"a\" occurs twice"));
  for (const auto* outside : {"../x.safetensors", "/etc/passwd", "a/../../x", "..", "", "a/", "x\\u0000y"}) {
    EXPECT_THAT(refusal(index_with(fmt::format(R"({{"a":"{}"}})", outside))), HasSubstr("is outside the folder")) << outside;
  }
}
TEST(Checkpoint, PrefersSafetensorsAndSaysWhatItLeavesOut) {
  const TemporaryFolder folder;
  folder.write("model.safetensors", file_with({{"a", 1}}));
  folder.write("pytorch_model.bin", "not read");
  EXPECT_THAT(Checkpoint::open(folder.path()).warnings(), IsEmpty());
  folder.write(kIndex, index_with(R"({"a":"1.safetensors"})"));
  EXPECT_THAT(Checkpoint::open(folder.path()).warnings(),
              ElementsAre(HasSubstr("holds model.safetensors and model.safetensors.index.json; reading the first")));
}
TEST(Checkpoint, OpensTheOnlyWeightFileOfAFolder) {
  const TemporaryFolder folder;
  folder.write("consolidated.safetensors", file_with({{"a", 1}}));
  EXPECT_NE(Checkpoint::open(folder.path()).find("a"), nullptr);
  folder.write("other.safetensors", file_with({{"a", 1}}));
  EXPECT_THAT(refusal_of(folder.path()),
              HasSubstr("2 weight files and no index (model.safetensors.index.json): consolidated.safetensors, other.safetensors"));
}
TEST(Checkpoint, SaysWhatIsNotThere) {
  const TemporaryFolder folder;
  EXPECT_THAT(refusal_of(folder.path()), HasSubstr("no weights: expected model.safetensors"));
  EXPECT_THAT(refusal_of(folder.path() / "none"), HasSubstr("no such folder or file"));
}
TEST(Checkpoint, TellsHowToFetchWhatAnLfsPointerStandsFor) {
  const TemporaryFolder folder;
  folder.write("model.safetensors", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 4\n");
  EXPECT_THAT(refusal_of(folder.path()), HasSubstr("a Git LFS pointer stands in for the weights; run `git lfs pull` in"));
}
TEST(Checkpoint, FollowsLinksAsTheHubCacheHasThem) {
  const TemporaryFolder folder;
  folder.write("blobs/0123", file_with({{"a", 1}}));
  std::filesystem::create_directories(folder.path() / "snapshots/rev");
  std::filesystem::create_symlink("../../blobs/0123", folder.path() / "snapshots/rev/model.safetensors");
  EXPECT_NE(Checkpoint::open(folder.path() / "snapshots/rev").find("a"), nullptr);
}

TEST(CheckpointDigest, IsOfTheWeightsAndNotOfTheirFiles) {
  const TemporaryFolder folder;
  folder.write("one/model.safetensors", file_with({{"a", 1}, {"b", 2}}));
  folder.write("two/1.safetensors", file_with({{"b", 2}}));
  folder.write("two/2.safetensors", file_with({{"a", 1}}));
  folder.write(fmt::format("two/{}", kIndex), index_with(R"({"a":"2.safetensors","b":"1.safetensors"})"));
  const auto digest = Checkpoint::open(folder.path() / "one").digest();
  EXPECT_THAT(digest, SizeIs(32));
  EXPECT_EQ(Checkpoint::open(folder.path() / "two").digest(), digest);
}
TEST(CheckpointDigest, SeesNamesTypesShapesAndContent) {
  const TemporaryFolder folder;
  const auto digest_of_file = [&](const TensorToWrite& tensor) {
    return Checkpoint::open(folder.write("model.safetensors", safetensors_bytes(std::span(&tensor, 1)))).digest();
  };
  const std::vector<float> values{1, 2}, others{1, 3};
  const TensorToWrite base{"a", StoredType::kFloat32, {2}, std::as_bytes(std::span(values))};
  auto name = base, type = base, shape = base, content = base;
  name.name = "b", type.type = StoredType::kInt32, shape.shape = {1, 2}, content.bytes = std::as_bytes(std::span(others));
  std::vector<std::string> digests;
  for (const auto& tensor : {base, name, type, shape, content}) digests.push_back(digest_of_file(tensor));
  std::sort(digests.begin(), digests.end());
  EXPECT_EQ(std::unique(digests.begin(), digests.end()), digests.end());
}

}  // namespace
}  // namespace assay
