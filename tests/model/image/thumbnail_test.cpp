#include "model/image/thumbnail.h"

#include <gtest/gtest.h>

#include <string>

#include "harness/base/file.h"
#include "model/image/decode.h"

namespace assay {
namespace {

std::string picture() { return read_file(std::string(ASSAY_SOURCE_DIR) + "/tests/parity/data/pictures/wide.png"); }  // 180 x 120

TEST(Thumbnail, IsASmallWebpOfTheSameShape) {
  const auto thumbnail = make_thumbnail(picture(), "wide.png", 90);
  ASSERT_TRUE(thumbnail) << thumbnail.error().message;
  EXPECT_EQ(thumbnail->substr(8, 4), "WEBP");
  const auto image = decode_image(*thumbnail, "thumbnail");
  ASSERT_TRUE(image);
  EXPECT_EQ(image->width, 90);
  EXPECT_EQ(image->height, 60);
}

TEST(Thumbnail, IsNeverEnlarged) {
  const auto thumbnail = make_thumbnail(picture(), "wide.png", 1000);
  ASSERT_TRUE(thumbnail);
  EXPECT_EQ(decode_image(*thumbnail, "thumbnail")->width, 180);
}

TEST(Thumbnail, OfABrokenPictureIsAFailure) {
  const auto thumbnail = make_thumbnail(picture().substr(0, 40), "wide.png", 90);
  ASSERT_FALSE(thumbnail);
  EXPECT_EQ(thumbnail.error().stage, "decode");
}

}  // namespace
}  // namespace assay
