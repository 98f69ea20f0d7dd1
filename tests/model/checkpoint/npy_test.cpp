#include "model/checkpoint/npy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "tests/model/checkpoint/byte_view.h"

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::message_of;
using testing::TemporaryFolder;

TEST(Npy, LaysOutAsNumpyDoes) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "x.npy";
  const std::int64_t shape[] = {1, 2};
  write_npy(path, shape, std::span<const float>(std::vector<float>{1.5F, -2.0F}));
  auto expected = std::string("\x93NUMPY\x01\x00\x76\x00", 10) + "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }";
  expected.resize(127, ' ');
  expected += std::string("\n\0\0\xC0\x3F\0\0\0\xC0", 9);
  EXPECT_EQ(read_file(path), expected);
}
TEST(Npy, IsReadBackEqual) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "x.npy";
  const std::vector<std::vector<std::int64_t>> shapes{{}, {1}, {0, 4}, {3, 5, 7, 2}};
  for (const auto& shape : shapes) {
    std::size_t count = 1;
    for (const auto size : shape) count *= static_cast<std::size_t>(size);
    std::vector<float> floats(count);
    std::vector<std::int64_t> integers(count);
    for (std::size_t i = 0; i < count; ++i)
      floats[i] = static_cast<float>(i) / 3, integers[i] = -static_cast<std::int64_t>(i) << 40;
    write_npy(path, shape, std::span<const float>(floats));
    EXPECT_EQ(read_npy<float>(path).shape, shape);
    EXPECT_EQ(read_npy<float>(path).values, floats);
    write_npy(path, shape, std::span<const std::int64_t>(integers));
    EXPECT_EQ(read_npy<std::int64_t>(path).shape, shape);
    EXPECT_EQ(read_npy<std::int64_t>(path).values, integers);
  }
}
TEST(Npy, RefusesWhatItDoesNotRead) {
  const TemporaryFolder folder;
  const auto refusal = [&](std::string_view content) {
    const auto path = folder.write("x.npy", content);
    return message_of<DataError>([&] { (void)read_npy<float>(path); });
  };
  const auto with_header = [](std::string_view header) {
    return std::string("\x93NUMPY\x01\0", 8) + static_cast<char>(header.size()) + '\0' + std::string(header);
  };
  EXPECT_THAT(refusal("PK"), HasSubstr("not an .npy file"));
  EXPECT_THAT(refusal(std::string("\x93NUMPY\x01\0\xFF\xFF  ", 12)), HasSubstr("the file ends before"));
  EXPECT_THAT(refusal(with_header("{}")), HasSubstr("expected 'descr'"));
  EXPECT_THAT(refusal(with_header("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }")),
              HasSubstr("expected dtype '<f4', got '<f8'"));
  EXPECT_THAT(refusal(with_header("{'descr': '<f4', 'fortran_order': True, 'shape': (1,), }")), HasSubstr("Fortran order"));
  EXPECT_THAT(refusal(with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }")),
              HasSubstr("takes 4 bytes, the file has 0"));
  EXPECT_THAT(refusal(with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }")), HasSubstr("tuple of sizes"));
  EXPECT_THAT(refusal(with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4), }")),
              HasSubstr("larger than any file"));
}

}  // namespace
}  // namespace assay
