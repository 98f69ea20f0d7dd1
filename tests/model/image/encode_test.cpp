#include "model/image/encode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "model/image/decode.h"
#include "tests/model/image/encoded_pictures.h"

namespace assay {
namespace {

using ::testing::HasSubstr;

TEST(EncodePng, GivesThePixelsBack) {
  const Image image = testing::encoded_picture_source();
  const auto file = encode_png(image, "one");
  ASSERT_TRUE(file);
  const auto back = decode_image(*file, "one");
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, image);
}

TEST(EncodeJpeg, ComesCloserWithQuality) {
  Image image(64, 48);
  for (int y = 0; y < 48; ++y)
    for (int x = 0; x < 64; ++x)
      for (int c = 0; c < 3; ++c) image.row(y)[3 * x + c] = static_cast<std::uint8_t>(4 * x);
  const auto error_at = [&](int quality) {
    const auto file = encode_jpeg(image, "one", quality);
    const auto back = decode_image(*file, "one");
    double sum = 0;
    for (std::size_t i = 0; i < image.rgb.size(); ++i) sum += std::abs(image.rgb[i] - back->rgb[i]);
    return sum / static_cast<double>(image.rgb.size());
  };
  EXPECT_LT(error_at(95), error_at(10));
  EXPECT_LT(error_at(95), 3);
}

TEST(EncodeJpeg, RefusesAPictureThatItsFormatCannotHold) {
  const auto file = encode_jpeg(Image(70'000, 1), "long one", 90);
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().sample_id, "long one");
  EXPECT_THAT(file.error().message, HasSubstr("it cannot be written as JPEG: Maximum supported image dimension"));
}

}  // namespace
}  // namespace assay
