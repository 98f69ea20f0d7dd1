#include "remote/picture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "datasets/base64.h"
#include "harness/base/file.h"
#include "model/image/decode.h"

namespace assay {
namespace {

using ::testing::HasSubstr;

/// One of the demo's pictures.
std::string scene() { return read_file(std::string(ASSAY_SOURCE_DIR) + "/demo/data/pope/images/scene_0000.png"); }
ImageInput input(std::string bytes) {
  return {"a.png", "k", [bytes = std::move(bytes)] { return Result<std::string>(bytes); }};
}
/// What the data URI holds.
std::string content_of(const std::string& uri, const std::string& media_type) {
  const std::string head = "data:" + media_type + ";base64,";
  EXPECT_EQ(uri.substr(0, head.size()), head);
  return *decode_base64(uri.substr(head.size()));
}
Image pixels_of(const std::string& bytes) { return *decode_image(bytes, "x"); }

TEST(Picture, TravelsAsItsFilesOwnBytes) {
  const auto uri = picture_uri(input(scene()), {}, {}, false);
  ASSERT_TRUE(uri);
  EXPECT_EQ(content_of(*uri, "image/png"), scene());
}

TEST(Picture, KeepsItsPixelsAsPng) {
  const auto uri = picture_uri(input(scene()), *picture_form_named("png"), {}, false);
  ASSERT_TRUE(uri);
  EXPECT_EQ(pixels_of(content_of(*uri, "image/png")), pixels_of(scene()));
}

TEST(Picture, KeepsItsSizeAndAlmostItsPixelsAsJpeg) {
  const auto fine = picture_uri(input(scene()), *picture_form_named("jpeg:95"), {}, false), coarse = picture_uri(input(scene()), *picture_form_named("jpeg:20"), {}, false);
  ASSERT_TRUE(fine && coarse);
  const Image before = pixels_of(scene()), after = pixels_of(content_of(*fine, "image/jpeg"));
  ASSERT_EQ(after.width, before.width);
  ASSERT_EQ(after.height, before.height);
  double sum = 0;
  for (std::size_t i = 0; i < before.rgb.size(); ++i) sum += std::abs(before.rgb[i] - after.rgb[i]);
  EXPECT_LT(sum / static_cast<double>(before.rgb.size()), 4);
  EXPECT_LT(coarse->size(), fine->size());
}

TEST(Picture, IsOneGreyWhereNoneMayBeSeen) {
  const auto uri = picture_uri(input(scene()), {}, {}, true);
  ASSERT_TRUE(uri);
  const Image image = pixels_of(content_of(*uri, "image/png"));
  EXPECT_EQ(image.width, pixels_of(scene()).width);
  EXPECT_TRUE(std::ranges::all_of(image.rgb, [](std::uint8_t value) { return value == 127; }));
}

TEST(Picture, IsSetIntoABlackSquareWhereAsked) {
  auto squared = input(scene());
  squared.is_squared = true;
  const auto uri = picture_uri(squared, {}, {}, false);
  ASSERT_TRUE(uri);
  constexpr std::uint8_t kBlack[3] = {0, 0, 0};
  EXPECT_EQ(pixels_of(content_of(*uri, "image/png")), pad_to_square(pixels_of(scene()), kBlack));
}

TEST(Picture, FailsBeforeItIsSentWhereNobodyCouldReadIt) {
  const auto unknown = picture_uri(input("plain text"), {}, {}, false);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().stage, "decode");
  ImageLimits limits;
  limits.max_bytes = 10;
  const auto large = picture_uri(input(scene()), {}, limits, false);
  ASSERT_FALSE(large);
  EXPECT_THAT(large.error().message, HasSubstr("more than --max-image-bytes 10"));
  const auto cut = picture_uri(input(scene().substr(0, 100)), *picture_form_named("png"), {}, false);
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().stage, "decode");
}

TEST(Picture, IsToldByContent) {
  EXPECT_EQ(media_type_of("\xFF\xD8\xFF\xE0"), "image/jpeg");
  EXPECT_EQ(media_type_of("RIFF....WEBPVP8 "), "image/webp");
  EXPECT_EQ(media_type_of("GIF89a"), "image/gif");
  EXPECT_EQ(media_type_of(""), "");
}

}  // namespace
}  // namespace assay
