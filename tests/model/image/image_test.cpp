#include "model/image/image.h"

#include <gtest/gtest.h>

#include "tests/model/image/synthetic_picture.h"

namespace assay {
namespace {

using testing::synthetic_picture;

TEST(Image, CropsToTheNamedPart) {
  const Image image = synthetic_picture(9, 7, 2);
  const Image part = crop(image, 2, 3, 4, 2);
  for (int y = 0; y < 2; ++y) {
    for (int x = 0; x < 12; ++x) EXPECT_EQ(part.row(y)[x], image.row(y + 3)[x + 6]);
  }
}

TEST(Image, PadsTheOddPixelToTheRightOrBottom) {
  const Image padded = pad_to_square(Image(2, 5), {9, 9, 9});
  EXPECT_EQ(padded.width, 5);
  EXPECT_EQ(padded.row(0)[0], 9);
  EXPECT_EQ(padded.row(0)[3], 0);
  EXPECT_EQ(padded.row(0)[9], 9);
}

TEST(Image, TransposesOverItsMainDiagonal) {
  const Image image = synthetic_picture(9, 7, 2);
  const Image turned = transpose(image);
  ASSERT_EQ(turned.width, 7);
  ASSERT_EQ(turned.height, 9);
  for (int y = 0; y < 7; ++y) {
    for (int x = 0; x < 9; ++x) EXPECT_EQ(turned.row(x)[3 * y + 1], image.row(y)[3 * x + 1]);
  }
  EXPECT_EQ(transpose(turned), image);
}

TEST(PixelDigest, SeesShapeAndEveryByte) {
  Image image = synthetic_picture(6, 4, 1);
  const std::string digest = pixel_digest(image);
  EXPECT_EQ(pixel_digest(image), digest);
  std::swap(image.width, image.height);
  EXPECT_NE(pixel_digest(image), digest);
  std::swap(image.width, image.height);
  image.rgb.back() ^= 1;
  EXPECT_NE(pixel_digest(image), digest);
}

}  // namespace
}  // namespace assay
