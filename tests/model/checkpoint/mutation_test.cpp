#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <functional>
#include <memory>
#include <random>
#include <string>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "model/checkpoint/safetensors.h"
#include "model/checkpoint/torch_file.h"
#include "tests/model/checkpoint/byte_view.h"

/// No bytes may do worse to a reader than a ModelError. Each file is cut at every length, and each of its bits is flipped; then
/// bytes are drawn at random, with a fixed seed. What is read nevertheless is touched to its last element.
namespace assay {
namespace {

constexpr int kRandomFiles = 20000;

using Read = std::function<std::vector<StoredTensor>(std::span<const std::byte>)>;

struct Subject {
  const char* name;
  std::string file;
  Read read;
};
void PrintTo(const Subject& s, std::ostream* os) { *os << s.name; }

/// True when the reader took the file. The bytes are copied to a block of their own, so that a sanitizer sees one byte too far.
bool survives(const Subject& subject, std::string_view file) {
  const auto block = std::make_unique<std::byte[]>(file.size());
  if (!file.empty()) std::memcpy(block.get(), file.data(), file.size());
  try {
    for (const auto& tensor : subject.read({block.get(), file.size()})) {
      const auto touched = contiguous_bytes(tensor);
      EXPECT_EQ(touched.size(), tensor.logical_bytes());
    }
    return true;
  } catch (const ModelError& error) {
    EXPECT_NE(std::string_view(error.what()).find("m.file"), std::string_view::npos) << error.what();
    return false;
  }
}

class Mutation : public ::testing::TestWithParam<Subject> {};

TEST_P(Mutation, OfNothingIsRead) { EXPECT_TRUE(survives(GetParam(), GetParam().file)); }
TEST_P(Mutation, ByCuttingIsRefused) {
  const std::string_view file = GetParam().file;
  for (std::size_t length = 0; length < file.size(); ++length) EXPECT_FALSE(survives(GetParam(), file.substr(0, length))) << length;
}
TEST_P(Mutation, OfAnyBitIsSurvived) {
  auto file = GetParam().file;
  int read = 0;
  for (auto& byte : file) {
    for (int bit = 0; bit < 8; ++bit) {
      byte = static_cast<char>(byte ^ (1 << bit));
      read += survives(GetParam(), file) ? 1 : 0;
      byte = static_cast<char>(byte ^ (1 << bit));
    }
  }
  EXPECT_GT(read, 0) << "bits of the content change no structure";
}
TEST_P(Mutation, AtRandomIsSurvived) {
  std::mt19937 random(20240607);
  for (int i = 0; i < kRandomFiles; ++i) {
    auto file = GetParam().file;
    for (auto left = 1 + random() % 6; left > 0; --left) {
      static constexpr unsigned kTelling[] = {0x00, 0x01, 0x7F, 0x80, 0xFF};
      file[random() % file.size()] = static_cast<char>(random() % 2 == 0 ? kTelling[random() % std::size(kTelling)] : random());
    }
    if (random() % 4 == 0) file.erase(random() % file.size(), 1 + random() % 16);
    (void)survives(GetParam(), file);
  }
}

std::string fixture(std::string_view name) {
  return read_file(std::filesystem::path(ASSAY_SOURCE_DIR) / "tests/model/checkpoint/data" / name);
}

std::string small_safetensors() {
  static constexpr float kValues[] = {1, 2, 3, 4};
  const auto bytes = std::as_bytes(std::span(kValues));
  const TensorToWrite tensors[] = {{"a", StoredType::kFloat32, {2, 2}, bytes},
                                   {"b.weight", StoredType::kBFloat16, {8}, bytes},
                                   {"c", StoredType::kUInt8, {0}, {}}};
  return safetensors_bytes(tensors, {{"format", "pt"}});
}
std::vector<StoredTensor> read_as_torch(std::span<const std::byte> file) {
  std::vector<std::string> warnings;
  return read_torch_file(file, "m.file", warnings);
}
std::vector<StoredTensor> read_as_safetensors(std::span<const std::byte> file) { return read_safetensors(file, "m.file"); }

INSTANTIATE_TEST_SUITE_P(Files, Mutation,
                         ::testing::Values(Subject{"safetensors", small_safetensors(), read_as_safetensors},
                                           Subject{"torch_zip", fixture("zip.bin"), read_as_torch},
                                           Subject{"torch_zip_newer_types", fixture("newer_types.bin"), read_as_torch},
                                           Subject{"torch_stream", fixture("stream.pth"), read_as_torch},
                                           Subject{"torch_stream_of_a_trainer", fixture("trainer_stream.pth"), read_as_torch}),
                         [](const auto& c) { return c.param.name; });

}  // namespace
}  // namespace assay
