#include "model/checkpoint/safetensors.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cstring>
#include <numeric>

#include "harness/base/error.h"
#include "tests/model/checkpoint/byte_view.h"

namespace assay {
namespace {

using testing::bytes_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::message_of;

std::string with_length(std::string_view header, std::uint64_t length, std::size_t data_bytes) {
  std::string file(sizeof length, '\0');
  std::memcpy(file.data(), &length, sizeof length);
  return file.append(header).append(data_bytes, '\1');
}
std::string file_of(std::string_view header, std::size_t data_bytes) { return with_length(header, header.size(), data_bytes); }

std::string refusal_of(std::string_view file) {
  return message_of<ModelError>([&] { (void)read_safetensors(bytes_of(file), "m.safetensors"); });
}

struct HostileHeader {
  const char* name;
  std::string file;
  std::string_view message;
};
void PrintTo(const HostileHeader& c, std::ostream* os) { *os << c.name; }
class Safetensors : public ::testing::TestWithParam<HostileHeader> {};

TEST_P(Safetensors, IsRefused) {
  const auto message = refusal_of(GetParam().file);
  EXPECT_THAT(message, HasSubstr(GetParam().message));
  EXPECT_THAT(message, HasSubstr("m.safetensors"));
}

INSTANTIATE_TEST_SUITE_P(
    Hostile, Safetensors,
    ::testing::Values(
        HostileHeader{"empty_file", "", "got 0 bytes"}, HostileHeader{"seven_bytes", "1234567", "got 7 bytes"},
        HostileHeader{"length_beyond_the_file", with_length("{}", 3, 0), "claims 3 bytes, the file has 2"},
        HostileHeader{"length_over_the_limit", with_length("{}", 100'000'001, 0), "the limit is 100000000"},
        HostileHeader{"length_that_wraps_around", with_length("{}", ~std::uint64_t{0} - 7, 0), "the limit is"},
        HostileHeader{"no_header", with_length("", 0, 0), "not JSON"}, HostileHeader{"not_json", file_of("{\"a\":", 0), "not JSON"},
        HostileHeader{"text_behind_the_json", file_of("{} x", 0), "not JSON"},
        HostileHeader{"nul_behind_the_json", file_of(std::string_view("{}\0x", 4), 0), "NUL"},
        HostileHeader{"not_utf8", file_of("{\"\xFF\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1), "not UTF-8"},
        HostileHeader{"an_array", file_of("[]", 0), "expected a JSON object"},
        HostileHeader{"nested_too_deep", file_of(std::string(100000, '['), 0), "nested deeper"},
        HostileHeader{"entry_is_a_number", file_of(R"({"a":1})", 0), "tensor \"a\": expected an object"},
        HostileHeader{"no_dtype", file_of(R"({"a":{"shape":[1],"data_offsets":[0,1]}})", 1), "tensor \"a\": no \"dtype\""},
        HostileHeader{"no_shape", file_of(R"({"a":{"dtype":"U8","data_offsets":[0,1]}})", 1), "no \"shape\""},
        HostileHeader{"no_offsets", file_of(R"({"a":{"dtype":"U8","shape":[1]}})", 1), "no \"data_offsets\""},
        HostileHeader{"unknown_dtype", file_of(R"({"a":{"dtype":"F33","shape":[1],"data_offsets":[0,1]}})", 1),
                      "unknown dtype \"F33\""},
        HostileHeader{"dtype_in_small_letters", file_of(R"({"a":{"dtype":"u8","shape":[1],"data_offsets":[0,1]}})", 1),
                      "unknown dtype"},
        HostileHeader{"dtype_twice", file_of(R"({"a":{"dtype":"U8","dtype":"I8","shape":[1],"data_offsets":[0,1]}})", 1),
                      "two values for \"dtype\""},
        HostileHeader{
            "name_twice",
            file_of(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})",
                    2),
            "tensor \"a\": occurs twice"},
        HostileHeader{
            "name_twice_by_escape",
            file_of(
                R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"\u0061":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})",
                2),
            "tensor \"a\": occurs twice"},
        HostileHeader{"negative_size", file_of(R"({"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}})", 1), "got -1"},
        HostileHeader{"fractional_size", file_of(R"({"a":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}})", 1), "got 1.0"},
        HostileHeader{"size_of_2_to_64", file_of(R"({"a":{"dtype":"U8","shape":[18446744073709551616],"data_offsets":[0,1]}})", 1),
                      "integers in"},
        HostileHeader{"elements_overflow",
                      file_of(R"({"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}})", 0),
                      "larger than any file"},
        HostileHeader{"bytes_overflow", file_of(R"({"a":{"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,0]}})", 0),
                      "larger than any file"},
        HostileHeader{"overflow_behind_a_zero",
                      file_of(R"({"a":{"dtype":"U8","shape":[0,4294967296,4294967296],"data_offsets":[0,0]}})", 0),
                      "larger than any file"},
        HostileHeader{"begin_behind_end", file_of(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[2,1]}})", 2),
                      "begins at 2, behind its end at 1"},
        HostileHeader{"negative_offset", file_of(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[-1,0]}})", 1),
                      "must be two integers"},
        HostileHeader{"three_offsets", file_of(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,2]}})", 1),
                      "must be two integers"},
        HostileHeader{"end_beyond_the_file", file_of(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})", 1),
                      "ends at 2, but the file has 1"},
        HostileHeader{"size_does_not_fit_shape", file_of(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", 4),
                      "F32 [2] takes 8 bytes, its place has 4"},
        HostileHeader{
            "overlap",
            file_of(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})",
                    3),
            "tensor \"b\": begins at 1, inside tensor \"a\" which ends at 2"},
        HostileHeader{
            "same_place",
            file_of(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})",
                    2),
            "inside tensor"},
        HostileHeader{"hole_in_front", file_of(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})", 2),
                      "bytes 0 to 1 belong to no tensor"},
        HostileHeader{
            "hole_between",
            file_of(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}})",
                    3),
            "bytes 1 to 2 belong to no tensor"},
        HostileHeader{"trailing_bytes", file_of(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 3),
                      "2 bytes behind the last tensor"},
        HostileHeader{"data_without_tensors", file_of("{}", 1), "1 bytes behind"},
        HostileHeader{"metadata_of_numbers", file_of(R"({"__metadata__":{"n":1}})", 0), "must be an object of strings"},
        HostileHeader{"metadata_twice", file_of(R"({"__metadata__":{},"__metadata__":{}})", 0), "two values"}),
    [](const auto& c) { return c.param.name; });

TEST(SafetensorsRead, TakesWhatTheReferenceTakes) {
  EXPECT_THAT(read_safetensors(bytes_of(file_of("{}", 0)), "m"), IsEmpty());
  const auto padded = file_of(
      R"({"__metadata__":{"format":"pt"},"s":{"dtype":"BF16","shape":[],"data_offsets":[0,2]},"z":{"dtype":"F32","shape":[0,3],"data_offsets":[2,2]}}   )",
      2);
  const auto tensors = read_safetensors(bytes_of(padded), "m");
  ASSERT_EQ(tensors.size(), 2);
  EXPECT_EQ(tensors[0].name, "s");
  EXPECT_EQ(tensors[0].type, StoredType::kBFloat16);
  EXPECT_THAT(tensors[0].shape, IsEmpty());
  EXPECT_EQ(tensors[0].element_count(), 1);
  EXPECT_EQ(tensors[1].element_count(), 0);
  EXPECT_THAT(tensors[1].strides, ElementsAre(3, 1));
}

TEST(SafetensorsRead, PointsIntoTheFileEvenWhereItIsUnaligned) {
  const auto file =
      file_of(R"({"b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"f":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}})", 5);
  const auto tensors = read_safetensors(bytes_of(file), "m");
  EXPECT_EQ(tensors[1].bytes.data(), bytes_of(file).data() + file.size() - 4);
  EXPECT_EQ(tensors[1].is_aligned(), std::bit_cast<std::uintptr_t>(tensors[1].bytes.data()) % 4 == 0);
  EXPECT_NE(tensors[0].is_aligned() && tensors[1].is_aligned(), std::bit_cast<std::uintptr_t>(tensors[1].bytes.data()) % 4 != 0);
}

TEST(SafetensorsWrite, LaysOutAsTheReferenceDoes) {
  const std::vector<float> f{1.5F};
  const std::vector<std::uint8_t> u{7, 8, 9};
  const TensorToWrite tensors[] = {{"u", StoredType::kUInt8, {3}, std::as_bytes(std::span(u))},
                                   {"f", StoredType::kFloat32, {1}, std::as_bytes(std::span(f))}};
  const std::string header =
      R"({"__metadata__":{"format":"pt"},"f":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"u":{"dtype":"U8","shape":[3],"data_offsets":[4,7]}})";
  const auto padded = header + std::string((8 - header.size() % 8) % 8, ' ');
  EXPECT_EQ(safetensors_bytes(tensors, {{"format", "pt"}}),
            with_length(padded, padded.size(), 0) + std::string("\0\0\xC0\x3F\7\10\11", 7));
}

TEST(SafetensorsWrite, IsReadBackEqual) {
  std::vector<TensorToWrite> tensors;
  std::vector<std::uint8_t> content(8 * 6);
  std::iota(content.begin(), content.end(), std::uint8_t{0});
  for (int type = 0; type <= static_cast<int>(StoredType::kBool); ++type) {
    const auto stored = static_cast<StoredType>(type);
    tensors.push_back(
        {fmt::format("t.{}", name_of(stored)), stored, {2, 3}, std::as_bytes(std::span(content)).first(6 * size_of(stored))});
  }
  const auto file = safetensors_bytes(tensors);
  const auto read = read_safetensors(bytes_of(file), "m");
  ASSERT_EQ(read.size(), tensors.size());
  for (const auto& expected : tensors) {
    const auto found = std::find_if(read.begin(), read.end(), [&](const auto& t) { return t.name == expected.name; });
    ASSERT_NE(found, read.end());
    EXPECT_EQ(found->type, expected.type);
    EXPECT_EQ(found->shape, expected.shape);
    EXPECT_TRUE(std::equal(found->bytes.begin(), found->bytes.end(), expected.bytes.begin(), expected.bytes.end()));
    EXPECT_EQ((found->bytes.data() - bytes_of(file).data()) % static_cast<std::ptrdiff_t>(size_of(found->type)), 0)
        << "aligned within the file";
  }
}

TEST(SafetensorsWrite, RefusesNamesTwiceAndWrongSizes) {
  const std::vector<std::uint8_t> u{7, 8};
  const TensorToWrite a{"a", StoredType::kUInt8, {2}, std::as_bytes(std::span(u))},
      wrong{"b", StoredType::kFloat32, {2}, std::as_bytes(std::span(u))};
  const TensorToWrite twice[] = {a, a}, misfit[] = {wrong};
  EXPECT_THAT(message_of<ModelError>([&] { (void)safetensors_bytes(twice); }), HasSubstr("a: two tensors"));
  EXPECT_THAT(message_of<ModelError>([&] { (void)safetensors_bytes(misfit); }), HasSubstr("b: F32 [2] does not take the 2 bytes"));
}

}  // namespace
}  // namespace assay
