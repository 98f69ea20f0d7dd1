#include "model/image/decode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/model/image/encoded_pictures.h"

namespace assay {
namespace {

using ::testing::AllOf;
using testing::encoded_pictures;
using testing::EncodedPicture;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string reason(std::string_view bytes, const ImageLimits& limits = {}) {
  const auto image = decode_image(bytes, "pictures/7.png", limits);
  if (image) return "decoded";
  EXPECT_EQ(image.error().stage, "decode");
  return image.error().message;
}

std::string bytes_of(const std::string& name) {
  for (const EncodedPicture& picture : encoded_pictures()) {
    if (picture.name == name) return picture.bytes;
  }
  ADD_FAILURE() << "no picture " << name;
  return "";
}

TEST(DecodeImage, GivesBackWhatLosslessFormatsHold) {
  for (const EncodedPicture& picture : encoded_pictures()) {
    const auto image = decode_image(picture.bytes, picture.name);
    ASSERT_TRUE(image) << image.error().message;
    if (picture.is_lossless) {
      EXPECT_EQ(*image, testing::encoded_picture_source()) << picture.name;
    }
  }
}

double mean(const Image& image, std::size_t channel) {
  double sum = 0;
  for (std::size_t i = channel; i < image.rgb.size(); i += 3) sum += image.rgb[i];
  return sum / (static_cast<double>(image.rgb.size()) / 3);
}

TEST(DecodeImage, KeepsTheColoursOfLossyPictures) {
  const Image source = testing::encoded_picture_source();
  for (const char* name : {"baseline.jpg", "progressive.jpg", "lossy.webp"}) {
    const auto image = decode_image(bytes_of(name), name);
    ASSERT_TRUE(image);
    for (const std::size_t channel : {0U, 1U, 2U}) EXPECT_NEAR(mean(*image, channel), mean(source, channel), 4) << name;
  }
}

TEST(DecodeImage, RefusesTextThatUnpacksWithoutEnd) {
  std::string png = bytes_of("rgb.png");
  png.insert(png.size() - 12, testing::text_bomb_chunk());  // before IEND
  EXPECT_THAT(reason(png), HasSubstr("zTXt chunk unpacks to more than 1048576 bytes"));
}

TEST(DecodeImage, NamesTheFileInEveryFailure) {
  for (const EncodedPicture& picture : encoded_pictures()) {
    EXPECT_THAT(reason(picture.bytes.substr(0, picture.bytes.size() / 2)), StartsWith("pictures/7.png: ")) << picture.name;
  }
}

TEST(DecodeImage, RefusesWhatIsCutOff) {
  for (const EncodedPicture& picture : encoded_pictures()) {
    EXPECT_NE(reason(picture.bytes.substr(0, picture.bytes.size() * 2 / 3)), "decoded") << picture.name;
  }
}

TEST(DecodeImage, SaysWhereAJpegEnds) {
  EXPECT_THAT(reason(bytes_of("baseline.jpg").substr(0, 700)), AllOf(HasSubstr("truncated JPEG"), HasSubstr("700 bytes")));
}

TEST(DecodeImage, RefusesTooManyPixelsBeforeReadingThem) {
  const ImageLimits limits{.max_pixels = 33 * 21 - 1};
  for (const EncodedPicture& picture : encoded_pictures()) {
    EXPECT_THAT(reason(picture.bytes, limits),
                AllOf(HasSubstr("33 x 21"), HasSubstr("limit of 692 pixels"), HasSubstr("--max-image-pixels")))
        << picture.name;
  }
}

TEST(DecodeImage, RefusesAHeaderThatPromisesTheWorld) {
  std::string bmp = bytes_of("rgb24.bmp");
  for (const std::size_t at : {18U, 22U}) bmp.replace(at, 4, std::string("\x00\x00\xFF\x7E", 4));
  EXPECT_THAT(reason(bmp), AllOf(HasSubstr("BMP of 2130640896 x 2130640896"), HasSubstr("limit of 178956970")));
}

TEST(DecodeImage, RefusesTooManyBytes) {
  EXPECT_THAT(reason(bytes_of("rgb.png"), ImageLimits{.max_bytes = 100}),
              AllOf(HasSubstr("limit of 100"), HasSubstr("--max-image-bytes")));
}

TEST(DecodeImage, GoesByContentAndNotByName) { EXPECT_TRUE(decode_image(bytes_of("runs.bmp"), "photo.jpg")); }

TEST(DecodeImage, NamesFormatsThatItKnowsBySightOnly) {
  EXPECT_EQ(reason("8BPS and so on"), "pictures/7.png: unsupported format PSD; supported: JPEG, PNG, WebP, GIF, BMP, TIFF");
  EXPECT_THAT(reason("P6 2 2 255 "), HasSubstr("unsupported format PPM"));
  EXPECT_THAT(reason("version https://git-lfs.github.com/spec/v1"), HasSubstr("Git LFS pointer"));
}

TEST(DecodeImage, ShowsTheFirstBytesOfWhatItDoesNotKnow) {
  EXPECT_THAT(reason("hello there"), HasSubstr("not a picture of a known format (it begins 68 65 6c 6c 6f 20 74 68)"));
  EXPECT_EQ(reason(""), "pictures/7.png: the file is empty");
}

}  // namespace
}  // namespace assay
