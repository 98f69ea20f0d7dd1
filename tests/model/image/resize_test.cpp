#include "model/image/resize.h"

#include <gtest/gtest.h>

#include <random>

#include "harness/base/digest.h"
#include "tests/model/image/code_paths.h"
#include "tests/model/image/synthetic_picture.h"
#include "tests/model/image/table_file.h"

namespace assay {
namespace {

using testing::read_table;
using testing::synthetic_picture;

constexpr Filter kFilters[] = {Filter::kNearest, Filter::kBox,     Filter::kBilinear,
                               Filter::kHamming, Filter::kBicubic, Filter::kLanczos};

std::string digest(const Image& image) { return digest_of({reinterpret_cast<const char*>(image.rgb.data()), image.rgb.size()}); }

class Resize : public ::testing::TestWithParam<Instructions> {
 protected:
  void SetUp() override {
    if (!has_instructions(GetParam())) GTEST_SKIP() << "this machine has no such instructions";
  }
};

TEST_P(Resize, EqualsPillowOnRandomSizesByEveryFilter) {
  const auto rows = read_table("resize_digests.tsv");
  ASSERT_GE(rows.size(), 200U);
  std::uint32_t seed = 0;
  for (const auto& row : rows) {
    const Image image = synthetic_picture(std::stoi(row[0]), std::stoi(row[1]), seed++);
    for (std::size_t f = 0; f < std::size(kFilters); ++f) {
      const Image resized = resize(image, std::stoi(row[2]), std::stoi(row[3]), kFilters[f], GetParam());
      EXPECT_EQ(digest(resized), row[4 + f]) << row[0] << "x" << row[1] << " -> " << row[2] << "x" << row[3] << ", filter " << f;
    }
  }
}

TEST_P(Resize, AgreesWithThePlainPath) {
  std::mt19937 random(7);
  const auto length = [&](double most) { return static_cast<int>(std::exp2(std::uniform_real_distribution<>(0, most)(random))); };
  for (std::uint32_t i = 0; i < 150; ++i) {
    const Image image = synthetic_picture(length(10), length(8), i);
    const int width = length(9), height = length(9);
    const Filter filter = kFilters[1 + i % (std::size(kFilters) - 1)];
    EXPECT_EQ(resize(image, width, height, filter, GetParam()), resize(image, width, height, filter, Instructions::kPlain))
        << image.width << "x" << image.height << " -> " << width << "x" << height;
  }
}

TEST_P(Resize, KeepsOneColour) {
  Image image(37, 23);
  for (std::size_t i = 0; i < image.rgb.size(); ++i) image.rgb[i] = static_cast<std::uint8_t>(80 * (i % 3));
  for (const Filter filter : kFilters) {
    const Image resized = resize(image, 90, 5, filter, GetParam());
    for (std::size_t i = 0; i < resized.rgb.size(); ++i) ASSERT_EQ(resized.rgb[i], 80 * (i % 3));
  }
}

INSTANTIATE_TEST_SUITE_P(Image, Resize, testing::every_code_path(), testing::name_of_code_path);

}  // namespace
}  // namespace assay
