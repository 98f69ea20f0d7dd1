#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "model/image/decode.h"
#include "tests/model/image/encoded_pictures.h"

namespace assay {
namespace {

using testing::encoded_pictures;
using testing::EncodedPicture;

// Either a picture whose bytes match its size, or a reason that names the file.
void expect_an_answer(const std::string& bytes, const std::string& name) {
  const ImageLimits limits{.max_pixels = 1 << 20};
  const auto image = decode_image(bytes, name, limits);
  if (image) {
    EXPECT_EQ(image->rgb.size(), std::size_t(3) * image->width * image->height) << name;
    EXPECT_LE(std::int64_t{image->width} * image->height, limits.max_pixels) << name;
  } else {
    EXPECT_GT(image.error().message.size(), name.size() + 2) << name;
    EXPECT_EQ(image.error().message.compare(0, name.size(), name), 0) << image.error().message;
  }
}

class DecodeFuzz : public ::testing::TestWithParam<EncodedPicture> {};

TEST_P(DecodeFuzz, SurvivesEveryTruncation) {
  const EncodedPicture& picture = GetParam();
  for (std::size_t size = 0; size < picture.bytes.size(); size += 1 + size / 60)
    expect_an_answer(picture.bytes.substr(0, size), picture.name);
}

TEST_P(DecodeFuzz, SurvivesFlippedBits) {
  const EncodedPicture& picture = GetParam();
  std::mt19937 random(20240601);
  for (int round = 0; round < 600; ++round) {
    std::string bytes = picture.bytes;
    for (unsigned flips = 1 + random() % 4; flips > 0; --flips)
      bytes[random() % bytes.size()] ^= static_cast<char>(1U << random() % 8);
    expect_an_answer(bytes, picture.name);
  }
}

TEST_P(DecodeFuzz, SurvivesOverwrittenHeaders) {
  const EncodedPicture& picture = GetParam();
  std::mt19937 random(7);
  constexpr unsigned char kExtremes[] = {0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF};
  for (int round = 0; round < 400; ++round) {
    std::string bytes = picture.bytes;
    const std::size_t at = 2 + random() % std::min<std::size_t>(bytes.size() - 6, 120);
    for (std::size_t i = 0; i < 1 + random() % 4; ++i)
      bytes[at + i] = static_cast<char>(kExtremes[random() % std::size(kExtremes)]);
    expect_an_answer(bytes, picture.name);
  }
}

TEST_P(DecodeFuzz, SurvivesMissingAndRepeatedPieces) {
  const EncodedPicture& picture = GetParam();
  std::mt19937 random(13);
  for (int round = 0; round < 200; ++round) {
    std::string bytes = picture.bytes;
    const std::size_t at = random() % bytes.size(), length = random() % 40;
    if (round % 2 == 0) {
      bytes.erase(at, length);
    } else {
      bytes.insert(at, bytes.substr(random() % bytes.size(), length));
    }
    expect_an_answer(bytes, picture.name);
  }
}

INSTANTIATE_TEST_SUITE_P(Image, DecodeFuzz, ::testing::ValuesIn(encoded_pictures()), [](const auto& picture) {
  std::string name = picture.param.name;
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
});

}  // namespace

}  // namespace assay
