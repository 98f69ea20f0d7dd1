#include "model/checkpoint/torch_file.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "model/checkpoint/tensor_file.h"
#include "tests/model/checkpoint/byte_view.h"

namespace assay {
namespace {

using ::testing::AllOf;
using testing::bytes_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::message_of;
using testing::TemporaryFolder;

std::filesystem::path fixture(std::string_view name) {
  return std::filesystem::path(ASSAY_SOURCE_DIR) / "tests/model/checkpoint/data" / name;
}

const StoredTensor& get(const Checkpoint& checkpoint, std::string_view name) {
  const auto* const tensor = checkpoint.find(name);
  if (tensor == nullptr) throw std::runtime_error(fmt::format("no {}", name));
  return *tensor;
}

// --- files that torch.save wrote (data/make_fixtures.py)

class TorchFile : public ::testing::TestWithParam<const char*> {};

TEST_P(TorchFile, HoldsWhatWasSaved) {
  const auto checkpoint = Checkpoint::open(fixture(GetParam()));
  EXPECT_EQ(checkpoint.tensors().size(), 18);
  EXPECT_THAT(checkpoint.warnings(), IsEmpty());
  EXPECT_EQ(get(checkpoint, "float32").shape, (std::vector<std::int64_t>{3, 4}));
  EXPECT_THAT(to_float32(get(checkpoint, "float32")), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
  EXPECT_THAT(to_float32(get(checkpoint, "parameter")), ElementsAre(7));
  EXPECT_THAT(to_float32(get(checkpoint, "float16")), ElementsAre(1, -65504));
  EXPECT_THAT(to_float32(get(checkpoint, "bfloat16")), ElementsAre(3.140625F, -1));
  EXPECT_THAT(to_float32(get(checkpoint, "float64")), ElementsAre(0.1F));
  EXPECT_THAT(to_float32(get(checkpoint, "int64")), ElementsAre(1099511627776.0F, -3));
  EXPECT_THAT(to_float32(get(checkpoint, "int32")), ElementsAre(-5));
  EXPECT_THAT(to_float32(get(checkpoint, "int16")), ElementsAre(-300));
  EXPECT_THAT(to_float32(get(checkpoint, "int8")), ElementsAre(-128));
  EXPECT_THAT(to_float32(get(checkpoint, "uint8")), ElementsAre(255));
  EXPECT_THAT(to_float32(get(checkpoint, "bool")), ElementsAre(1, 0));
  EXPECT_EQ(get(checkpoint, "bool").type, StoredType::kBool);
  EXPECT_THAT(get(checkpoint, "scalar").shape, IsEmpty());
  EXPECT_THAT(to_float32(get(checkpoint, "scalar")), ElementsAre(42));
  EXPECT_THAT(get(checkpoint, "empty").shape, ElementsAre(0, 3));
  EXPECT_THAT(to_float32(get(checkpoint, "empty")), IsEmpty());
}

TEST_P(TorchFile, SharesStorageAsItWasSaved) {
  const auto checkpoint = Checkpoint::open(fixture(GetParam()));
  EXPECT_EQ(get(checkpoint, "embed.weight").bytes.data(), get(checkpoint, "head.weight").bytes.data());
  EXPECT_THAT(to_float32(get(checkpoint, "head.weight")), ElementsAre(1.5F, -2, 0.25F));
  const auto& transposed = get(checkpoint, "transposed");
  EXPECT_THAT(transposed.strides, ElementsAre(1, 4));
  EXPECT_THAT(to_float32(transposed), ElementsAre(0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11));
  EXPECT_THAT(to_float32(get(checkpoint, "sliced")), ElementsAre(5, 7, 9, 11));
  EXPECT_EQ(get(checkpoint, "row").bytes.data(), transposed.bytes.data() + 8 * sizeof(float));
  EXPECT_EQ(get(checkpoint, "row").bytes.size(), 16);
}

TEST_P(TorchFile, HasTheDigestOfItsWeights) {
  EXPECT_EQ(Checkpoint::open(fixture(GetParam())).digest(), Checkpoint::open(fixture("zip.bin")).digest());
}

INSTANTIATE_TEST_SUITE_P(Saved, TorchFile, ::testing::Values("zip.bin", "zip_protocol4.bin", "stream.pth"),
                         [](const auto& c) { return std::string(c.param, std::strchr(c.param, '.')); });

TEST(TorchFileTypes, ReadsTypesThatHaveNoStorageClass) {
  const auto checkpoint = Checkpoint::open(fixture("newer_types.bin"));
  EXPECT_THAT(to_float32(get(checkpoint, "float8")), ElementsAre(1, -448));
  EXPECT_THAT(to_float32(get(checkpoint, "uint16")), ElementsAre(65535));
}

TEST(TorchFileWrapped, UnwrapsWhatTrainersSave) {
  for (const auto* name : {"trainer.pth", "trainer_stream.pth"}) {
    const auto checkpoint = Checkpoint::open(fixture(name));
    ASSERT_EQ(checkpoint.tensors().size(), 1) << name;
    EXPECT_THAT(to_float32(get(checkpoint, "w")), ElementsAre(1, 2));
    EXPECT_THAT(checkpoint.warnings(), IsEmpty());
  }
}

TEST(TorchFileHostile, ExecutesNothing) {
  const TemporaryFolder folder;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  const auto checkpoint = Checkpoint::open(fixture("hostile.bin"));
  EXPECT_THAT(to_float32(get(checkpoint, "w")), ElementsAre(4));
  EXPECT_THAT(checkpoint.warnings(), ElementsAre(HasSubstr("skipped 1 entries that are no tensors: hostile (a \"posix.system\")")));
  EXPECT_THAT(message_of<ModelError>([] { (void)Checkpoint::open(fixture("hostile_root.pth")); }),
              HasSubstr("expected a state dict, got a \"posix.system\""));
  std::filesystem::current_path(before);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(TorchFileHostile, SaysThatAWholeModuleIsNoStateDict) {
  EXPECT_THAT(message_of<ModelError>([] { (void)Checkpoint::open(fixture("module.bin")); }),
              HasSubstr("got a \"torch.nn.modules.linear.Linear\"; save model.state_dict() instead"));
}

TEST(TorchFileShards, OpenByIndex) {
  const TemporaryFolder folder;
  std::filesystem::copy_file(fixture("trainer.pth"), folder.path() / "pytorch_model-00001-of-00002.bin");
  std::filesystem::copy_file(fixture("newer_types.bin"), folder.path() / "pytorch_model-00002-of-00002.bin");
  folder.write(
      "pytorch_model.bin.index.json",
      R"({"metadata":{"total_size":12},"weight_map":{"w":"pytorch_model-00001-of-00002.bin","float8":"pytorch_model-00002-of-00002.bin","uint16":"pytorch_model-00002-of-00002.bin"}})");
  const auto checkpoint = Checkpoint::open(folder.path());
  EXPECT_EQ(checkpoint.tensors().size(), 3);
  EXPECT_THAT(checkpoint.warnings(), IsEmpty());
}

// --- pickles made here, in a stream of torch's around them

/// Opcodes of protocol 2.
std::string text(std::string_view s) { return fmt::format("X{}{}{}", static_cast<char>(s.size()), std::string(3, '\0'), s); }
std::string number(std::int32_t n) { return fmt::format("J{}", std::string_view(reinterpret_cast<const char*>(&n), sizeof n)); }
std::string global(std::string_view module, std::string_view name) { return fmt::format("c{}\n{}\n", module, name); }
std::string tuple(std::string_view content) { return fmt::format("({}t", content); }
std::string pickled(std::string_view program) { return fmt::format("\x80\x02{}.", program); }
std::string storage(std::int32_t count, std::string_view view = "N", std::string_view type = "FloatStorage") {
  return tuple(text("storage") + global("torch", type) + text("0") + text("cpu") + number(count) + std::string(view)) + "Q";
}
std::string tensor(std::string_view storage_program, std::int32_t offset, std::string_view sizes, std::string_view strides) {
  return global("torch._utils", "_rebuild_tensor_v2") +
         tuple(fmt::format("{}{}({}t({}t\x89N", storage_program, number(offset), sizes, strides)) + "R";
}
std::string dict(std::string_view items) { return fmt::format("}}({}u", items); }

/// A stream whose storage "0" holds `values`.
std::string stream_of(std::string_view object, const std::vector<float>& values) {
  const auto count = static_cast<std::int64_t>(values.size());
  return pickled("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19") + pickled("M\xe9\x03") +
         pickled(dict(text("little_endian") + "\x88")) + pickled(object) + pickled(fmt::format("]({}e", text("0"))) +
         std::string(reinterpret_cast<const char*>(&count), sizeof count) +
         std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
}
std::vector<StoredTensor> read_stream(const std::string& file) {
  std::vector<std::string> warnings;
  return read_torch_file(bytes_of(file), "m.pth", warnings);
}
std::string refusal_of(std::string_view file) {
  std::vector<std::string> warnings;
  return message_of<ModelError>([&] { (void)read_torch_file(bytes_of(file), "m.pth", warnings); });
}
std::string refusal_of_tensor(const std::string& program) { return refusal_of(stream_of(dict(text("w") + program), {1, 2, 3, 4})); }

TEST(TorchStream, FollowsViewsOfStorages) {
  const auto view = storage(4, tuple(text("v") + number(1) + number(3)));
  const auto file = stream_of(dict(text("w") + tensor(view, 1, number(2), number(1))), {1, 2, 3, 4});
  EXPECT_THAT(to_float32(read_stream(file).at(0)), ElementsAre(3, 4));
  EXPECT_THAT(refusal_of_tensor(tensor(view, 2, number(2), number(1))), HasSubstr("reaches beyond its storage of 3 elements"));
  EXPECT_THAT(refusal_of_tensor(tensor(storage(4, tuple(text("v") + number(3) + number(2))), 0, number(1), number(1))),
              HasSubstr("views 2 elements from 3 on of a storage of 4"));
  EXPECT_THAT(refusal_of_tensor(tensor(storage(4, tuple(text("v") + number(-1) + number(2))), 0, number(1), number(1))),
              HasSubstr("views 2 elements from -1 on"));
}
TEST(TorchStream, TakesTheLastValueOfAKeyAsPythonDoes) {
  const auto at = [](std::int32_t offset) { return text("w") + tensor(storage(4), offset, number(1), number(1)); };
  EXPECT_THAT(to_float32(read_stream(stream_of(dict(at(0) + at(2)), {1, 2, 3, 4})).at(0)), ElementsAre(3));
}
TEST(TorchStream, ReadsOrderedDictsOfPairs) {
  const auto pair = fmt::format("]({}{}e", text("w"), tensor(storage(4), 3, number(1), number(1)));
  const auto file = stream_of(fmt::format("{}]({}e\x85R", global("collections", "OrderedDict"), pair), {1, 2, 3, 4});
  EXPECT_THAT(to_float32(read_stream(file).at(0)), ElementsAre(4));
}
TEST(TorchStream, ExpandsWithinReason) {
  const auto file = stream_of(dict(text("w") + tensor(storage(4), 1, number(3), number(0))), {1, 2, 3, 4});
  EXPECT_THAT(to_float32(read_stream(file).at(0)), ElementsAre(2, 2, 2));
  EXPECT_THAT(refusal_of_tensor(tensor(storage(4), 0, number(1 << 30), number(0))),
              HasSubstr("is 4 stored bytes expanded to 4294967296"));
}
TEST(TorchStream, ChecksPlaces) {
  EXPECT_THAT(refusal_of_tensor(tensor(storage(4), 0, number(5), number(1))),
              AllOf(HasSubstr("m.pth: tensor \"w\": [5]"), HasSubstr("beyond its storage of 4")));
  EXPECT_THAT(refusal_of_tensor(tensor(storage(4), -1, number(1), number(1))), HasSubstr("from element -1 on"));
  EXPECT_THAT(refusal_of_tensor(tensor(storage(4), 4, number(1), number(1))), HasSubstr("from element 4 on"));
  EXPECT_THAT(refusal_of_tensor(tensor(storage(4), 0, number(2), number(4))), HasSubstr("beyond its storage"));
  EXPECT_THAT(refusal_of_tensor(tensor(storage(4), 0, number(2), number(-1))), HasSubstr("sizes of 0 and more, got -1"));
  EXPECT_THAT(refusal_of_tensor(tensor(storage(4), 0, number(-2), number(1))), HasSubstr("sizes of 0 and more, got -2"));
  EXPECT_THAT(refusal_of_tensor(tensor(storage(4), 0, number(2) + number(2), number(1))), HasSubstr("2 sizes, but 1 strides"));
  EXPECT_THAT(refusal_of_tensor(
                  tensor(storage(4), 0, number(1 << 30) + number(1 << 30) + number(1 << 30), number(0) + number(0) + number(0))),
              HasSubstr("larger than any file"));
  const std::string far = "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f";  // 2^63 - 1
  EXPECT_THAT(refusal_of_tensor(tensor(storage(4), 0, number(3), far)), HasSubstr("beyond its storage"));
  EXPECT_THAT(refusal_of_tensor(tensor(storage(5), 0, number(1), number(1))),
              HasSubstr("should hold 5 elements of 4 bytes, but has 16 bytes"));
  EXPECT_THAT(refusal_of_tensor(tensor(storage(4, "N", "UntypedStorage"), 0, number(1), number(1))),
              HasSubstr("untyped storage without a dtype"));
  EXPECT_THAT(refusal_of_tensor(tensor(global("os", "system"), 0, number(1), number(1))),
              HasSubstr("lies in \"os.system\", which is no storage"));
}
TEST(TorchStream, RefusesWhatIsNoStateDict) {
  EXPECT_THAT(refusal_of(stream_of("N", {})), HasSubstr("expected a state dict, got None"));
  EXPECT_THAT(refusal_of(stream_of("}", {})), HasSubstr("holds no tensors"));
  EXPECT_THAT(refusal_of(stream_of(dict(text("w") + number(3)), {})), HasSubstr("holds no tensors"));
  EXPECT_THAT(refusal_of("hello"), HasSubstr("neither the zip form nor the stream form"));
  EXPECT_THAT(refusal_of("\x80"), HasSubstr("neither the zip form nor the stream form"));
}
TEST(TorchStream, RefusesEndlessNesting) {
  const auto self = fmt::format("}}q\1{}h\1s", text("model"));  // d = {}; d["model"] = d
  EXPECT_THAT(refusal_of(stream_of(self, {})), HasSubstr("holds no tensors"));
  std::string parameters;
  for (int i = 0; i < 1000; ++i) parameters += global("torch._utils", "_rebuild_parameter");
  std::string calls = tensor(storage(4), 0, number(1), number(1));
  for (int i = 0; i < 1000; ++i) calls += "\x85R";
  EXPECT_THAT(refusal_of(stream_of(dict(text("w") + parameters + calls), {1, 2, 3, 4})), HasSubstr("holds no tensors"));
}
TEST(TorchStream, RefusesBigEndianFiles) {
  auto file = stream_of("}", {});
  file[file.find("little_endian\x88") + 13] = '\x89';  // NEWFALSE
  EXPECT_THAT(refusal_of(file), HasSubstr("big-endian"));
}

}  // namespace
}  // namespace assay
