#include "model/checkpoint/zip_directory.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "harness/base/error.h"
#include "tests/model/checkpoint/byte_view.h"

namespace assay {
namespace {

using testing::bytes_of;
using ::testing::HasSubstr;
using testing::message_of;

template <typename T>
std::string le(T value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}
template <typename T>
void patch(std::string& archive, std::size_t at, T value) {
  std::memcpy(archive.data() + at, &value, sizeof value);
}

struct Offsets {
  std::size_t central, end;
};

/// One stored entry "a" with content "xyz"; `extra` goes into its central header.
std::string archive_of_one(Offsets* offsets = nullptr, std::string_view extra = "", std::uint32_t size = 3) {
  const auto u16 = le<std::uint16_t>;
  const auto u32 = le<std::uint32_t>;
  std::string file = u32(0x04034b50) + std::string(22, '\0') + u16(1) + u16(2) + "a" + "??" + "xyz";
  const auto central = file.size();
  file += u32(0x02014b50) + std::string(16, '\0') + u32(size) + u32(size) + u16(1) + u16(static_cast<std::uint16_t>(extra.size())) +
          std::string(10, '\0') + u32(0) + "a";
  file += extra;
  const auto end = file.size();
  file += u32(0x06054b50) + std::string(4, '\0') + u16(1) + u16(1) + u32(static_cast<std::uint32_t>(end - central)) +
          u32(static_cast<std::uint32_t>(central)) + u16(0);
  if (offsets != nullptr) *offsets = {central, end};
  return file;
}
std::string content(std::string_view archive) {
  const auto entries = read_zip_directory(bytes_of(archive), "m.bin");
  const auto bytes = entries.at("a");
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
std::string refusal_of(std::string_view archive) {
  return message_of<ModelError>([&] { (void)read_zip_directory(bytes_of(archive), "m.bin"); });
}

TEST(ZipDirectory, PointsAtStoredEntries) { EXPECT_EQ(content(archive_of_one()), "xyz"); }
TEST(ZipDirectory, SkipsAnArchiveComment) {
  auto archive = archive_of_one();
  patch<std::uint16_t>(archive, archive.size() - 2, 5);
  EXPECT_EQ(content(archive + "hello"), "xyz");
}
TEST(ZipDirectory, ReadsZip64SizesAndEnds) {
  Offsets at{};
  const auto sizes = le<std::uint16_t>(7) + le<std::uint16_t>(1) + "?" + le<std::uint16_t>(1) + le<std::uint16_t>(16) +
                     le<std::uint64_t>(3) + le<std::uint64_t>(3);
  auto archive = archive_of_one(&at, sizes, 0xFFFFFFFF);
  EXPECT_EQ(content(archive), "xyz");
  const auto end = archive.substr(at.end);
  archive.resize(at.end);
  archive += le<std::uint32_t>(0x06064b50) + std::string(28, '\0') + le<std::uint64_t>(1) + le<std::uint64_t>(at.end - at.central) +
             le<std::uint64_t>(at.central);
  archive += le<std::uint32_t>(0x07064b50) + std::string(4, '\0') + le<std::uint64_t>(at.end) + std::string(4, '\0') + end;
  patch<std::uint32_t>(archive, archive.size() - 6, 0xFFFFFFFF);  // the 32-bit place, which must not be used
  EXPECT_EQ(content(archive), "xyz");
}
TEST(ZipDirectory, RefusesLies) {
  Offsets at{};
  const auto good = archive_of_one(&at);
  const auto with = [&](auto change) {
    auto archive = good;
    change(archive);
    return refusal_of(archive);
  };
  EXPECT_THAT(refusal_of("PK\x03\x04"), HasSubstr("without its end; is the download complete?"));
  EXPECT_THAT(refusal_of(good.substr(0, good.size() - 1)), HasSubstr("without its end"));
  EXPECT_THAT(with([&](auto& a) { patch<std::uint32_t>(a, at.end + 16, 0x7FFFFFFF); }), HasSubstr("zip directory claims"));
  EXPECT_THAT(with([&](auto& a) { patch<std::uint32_t>(a, at.end + 12, 0x7FFFFFFF); }), HasSubstr("zip directory claims"));
  EXPECT_THAT(with([&](auto& a) { patch<std::uint16_t>(a, at.end + 10, 2); }), HasSubstr("breaks off at entry 2 of 2"));
  EXPECT_THAT(with([&](auto& a) { patch<std::uint16_t>(a, at.central + 28, 9); }), HasSubstr("breaks off at entry 1"));
  EXPECT_THAT(with([&](auto& a) { patch<std::uint16_t>(a, at.central + 8, 1); }), HasSubstr("zip entry \"a\": encrypted"));
  EXPECT_THAT(with([&](auto& a) { patch<std::uint16_t>(a, at.central + 10, 8); }), HasSubstr("compressed; unpack"));
  EXPECT_THAT(with([&](auto& a) { patch<std::uint32_t>(a, at.central + 20, 4); }), HasSubstr("claims 3 bytes and 4 stored"));
  EXPECT_THAT(with([&](auto& a) { patch<std::uint32_t>(a, at.central + 42, 1); }),
              HasSubstr("no header where the directory points"));
  EXPECT_THAT(with([&](auto& a) { patch<std::uint32_t>(a, at.central + 42, 0x7FFFFFFF); }),
              HasSubstr("no header where the directory points"));
  EXPECT_THAT(with([&](auto& a) { patch<std::uint32_t>(a, at.central + 20, 999), patch<std::uint32_t>(a, at.central + 24, 999); }),
              HasSubstr("reaches beyond the file"));
  EXPECT_THAT(refusal_of(archive_of_one(nullptr, "", 0xFFFFFFFE)), HasSubstr("reaches beyond the file"));
  EXPECT_THAT(refusal_of(archive_of_one(nullptr, le<std::uint16_t>(1) + le<std::uint16_t>(0), 0xFFFFFFFF)),
              HasSubstr("breaks off at entry 1"));
  const auto wraps =
      le<std::uint16_t>(1) + le<std::uint16_t>(16) + le<std::uint64_t>(~std::uint64_t{0}) + le<std::uint64_t>(~std::uint64_t{0});
  EXPECT_THAT(refusal_of(archive_of_one(nullptr, wraps, 0xFFFFFFFF)), HasSubstr("reaches beyond the file"));
}
TEST(ZipDirectory, RefusesANameThatOccursTwice) {
  Offsets at{};
  auto archive = archive_of_one(&at);
  archive.insert(at.end, archive.substr(at.central, at.end - at.central));
  const auto end = archive.size() - 22;
  patch<std::uint16_t>(archive, end + 10, 2);
  patch<std::uint32_t>(archive, end + 12, static_cast<std::uint32_t>(end - at.central));
  EXPECT_THAT(refusal_of(archive), HasSubstr("zip entry \"a\" occurs twice"));
}

}  // namespace
}  // namespace assay
