#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "harness/base/digest.h"
#include "harness/base/file.h"
#include "model/image/decode.h"
#include "tests/model/image/table_file.h"
#include "tests/shared_files.h"

namespace assay {
namespace {

enum class Verdict {
  kLikePillow,   ///< the same bytes, or refused by both
  kReadByUs,     ///< Pillow refuses it, we read it
  kRefusedByUs,  ///< Pillow reads it, we refuse it
  kSameSize,     ///< read by both, the bytes may differ
};

struct Exception {
  std::string_view path;  ///< under data; one that ends in * stands for all that begin like it
  Verdict verdict;
  std::string_view why;
};

constexpr Exception kExceptions[] = {
    {"torture/pillow/apng_chunk_no_fctl.png", Verdict::kReadByUs,
     "its first picture is sound; only the numbering of later frames is not"},
    {"torture/pillow/hopper_webp.tif", Verdict::kReadByUs,
     "TIFF with WebP inside: our libtiff has it, Pillow's wheel is built without"},
    {"torture/pillow/hopper.Lab.tif", Verdict::kRefusedByUs, "CIELAB: Pillow converts it through LittleCMS, which we do not carry"},
    {"torture/pillow/lab.tif", Verdict::kRefusedByUs, "CIELAB"},
    {"torture/same-picture/peacock.progressive.scan00*", Verdict::kSameSize,
     "progressive JPEG with scans missing: libjpeg-turbo guesses the rest, by other weights since 3.0"},
};

// Formats that we do not read at all, Pillow's verdict notwithstanding.
constexpr std::string_view kUnsupported[] = {".tga", ".ico", ".pgm", ".ppm", ".qoi"};

bool matches(std::string_view pattern, std::string_view path) {
  return pattern.ends_with('*') ? path.starts_with(pattern.substr(0, pattern.size() - 1)) : path == pattern;
}

Verdict expected_verdict(std::string_view path) {
  for (const std::string_view ending : kUnsupported) {
    if (path.ends_with(ending)) return Verdict::kRefusedByUs;
  }
  for (const Exception& exception : kExceptions) {
    if (matches(exception.path, path)) return exception.verdict;
  }
  return Verdict::kLikePillow;
}

std::string summary(const Result<Image>& image) {
  if (!image) return "- - -";
  const std::string_view bytes(reinterpret_cast<const char*>(image->rgb.data()), image->rgb.size());
  return std::to_string(image->width) + " " + std::to_string(image->height) + " " + digest_of(bytes);
}

void expect_verdict(const Result<Image>& image, const std::vector<std::string>& row) {
  const std::string& path = row[0];
  const std::string detail = image ? path : image.error().message;
  switch (expected_verdict(path)) {
    case Verdict::kLikePillow:
      EXPECT_EQ(summary(image), row[1] + " " + row[2] + " " + row[3]) << detail;
      return;
    case Verdict::kReadByUs:
      EXPECT_TRUE(image) << detail;
      return;
    case Verdict::kRefusedByUs:
      EXPECT_FALSE(image) << detail;
      return;
    case Verdict::kSameSize:
      ASSERT_TRUE(image) << detail;
      EXPECT_EQ(std::to_string(image->width) + " " + std::to_string(image->height), row[1] + " " + row[2]) << detail;
  }
}

class DecodeShared : public ::testing::TestWithParam<const char*> {};

TEST_P(DecodeShared, EveryFileEqualsPillowOrFailsWithAReason) {
  ASSAY_NEEDS_SHARED(std::string("data/") + GetParam());
  int count = 0;
  for (const auto& row : testing::read_table("pillow_digests.tsv")) {
    if (!row[0].starts_with(GetParam())) continue;
    ++count;
    const auto image = decode_image(read_file(testing::shared_root() / "data" / row[0]), row[0]);
    expect_verdict(image, row);
    if (!image) {
      EXPECT_GT(image.error().message.size(), row[0].size() + 12);
    }
  }
  EXPECT_GT(count, 30);
}

// New files beside the project would otherwise go unnoticed.
TEST_P(DecodeShared, TheTableKnowsEveryFile) {
  ASSAY_NEEDS_SHARED(std::string("data/") + GetParam());
  const auto rows = testing::read_table("pillow_digests.tsv");
  const std::filesystem::path data = testing::shared_root() / "data";
  for (const auto& file : std::filesystem::recursive_directory_iterator(data / GetParam())) {
    const std::string name = file.path().filename();
    if (!file.is_regular_file() || name == "SOURCE.txt" || name == "MANIFEST.tsv") continue;
    const std::string path = file.path().lexically_relative(data);
    EXPECT_TRUE(std::any_of(rows.begin(), rows.end(), [&](const auto& row) { return row[0] == path; })) << path;
  }
}

INSTANTIATE_TEST_SUITE_P(Data, DecodeShared, ::testing::Values("photos", "torture"),
                         [](const auto& folder) { return folder.param; });

}  // namespace
}  // namespace assay
