#include "harness/reencoding.h"

#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "model/image/decode.h"

namespace assay {
namespace {

std::string tall_png() { return read_file(std::string(ASSAY_SOURCE_DIR) + "/tests/parity/data/pictures/tall.png"); }

Question shown(const std::string& image_path, ImageRef::Encoding encoding = ImageRef::Encoding::kBase64) {
  Sample sample;
  if (!image_path.empty()) sample.fields["image_path"] = image_path;
  sample.images = {{"Set.tsv", 1, 2, encoding, "Set.tsv:2"}, {"Set.tsv", 3, 4, encoding, "Set.tsv:2"}};
  Question question;
  for (int i = 0; i < 2; ++i) question.prompt.images.push_back({"Set.tsv:2", "key", []() -> Result<std::string> { return tall_png(); }});
  reencode_like_vlmevalkit(sample, question);
  return question;
}

std::uint64_t fnv1a(const std::vector<std::uint8_t>& bytes) {
  std::uint64_t hash = 0xCBF29CE484222325;
  for (const auto byte : bytes) hash = (hash ^ byte) * 0x100000001B3;
  return hash;
}

/// The digest is of what Pillow 13.0.0 reads back: Image.open("tall.png").convert("RGB").save("x.jpg"), opened again.
TEST(Reencoding, GivesThePixelsThatPillowReadsBack) {
  const auto question = shown("tall.jpg");
  EXPECT_EQ(question.prompt.images[0].key, "key|jpeg:75");
  const auto bytes = question.prompt.images[0].read_bytes();
  ASSERT_TRUE(bytes) << bytes.error().message;
  const auto image = decode_image(*bytes, "tall", {});
  ASSERT_TRUE(image);
  EXPECT_EQ(image->width, 80);
  EXPECT_EQ(fnv1a(image->rgb), 0x22FB3D384CBB9AD6U);
}
TEST(Reencoding, LeavesWhatVlmEvalKitDoesNotWriteAsJpeg) {
  EXPECT_EQ(shown("").prompt.images[0].key, "key");
  EXPECT_EQ(shown("1.png").prompt.images[0].key, "key");
  EXPECT_EQ(shown("1.jpg", ImageRef::Encoding::kRaw).prompt.images[0].key, "key") << "a file of its own is not written again";
  const auto two = shown("['1.png', '2.JPG']");
  EXPECT_EQ(two.prompt.images[0].key, "key");
  EXPECT_EQ(two.prompt.images[1].key, "key|jpeg:75");
}
TEST(Reencoding, FailsTheSampleWhoseRowIsNoPicture) {
  Sample sample;
  sample.fields["image_path"] = "1.jpg";
  sample.images = {{"Set.tsv", 1, 2, ImageRef::Encoding::kBase64, "Set.tsv:2"}};
  Question question;
  question.prompt.images = {{"Set.tsv:2", "key", []() -> Result<std::string> { return std::string("no picture"); }}};
  reencode_like_vlmevalkit(sample, question);
  EXPECT_FALSE(question.prompt.images[0].read_bytes());
}

}  // namespace
}  // namespace assay
