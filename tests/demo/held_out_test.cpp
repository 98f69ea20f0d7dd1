#include <gtest/gtest.h>
#include <zlib.h>

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "datasets/base64.h"
#include "harness/base/file.h"
#include "model/image/decode.h"

/// demo/train/split.py: training takes no picture whose CRC-32, over "WIDTHxHEIGHT:" and the RGB bytes, is a multiple of 8; the suites take no
/// other. So it is enough to look at the suites to know that no picture of theirs was in training, and with it no question on one.
namespace assay {
namespace {

namespace fs = std::filesystem;

constexpr unsigned long kOneIn = 8;

const fs::path& data() {
  static const fs::path folder = fs::path(ASSAY_SOURCE_DIR) / "demo" / "data";
  return folder;
}

unsigned long crc_of(const Image& image) {
  const std::string size = fmt::format("{}x{}:", image.width, image.height);
  const auto crc = ::crc32(0, reinterpret_cast<const Bytef*>(size.data()), static_cast<uInt>(size.size()));
  return ::crc32(crc, image.rgb.data(), static_cast<uInt>(image.rgb.size()));
}

/// Every picture of the suites with a name for messages: the files, and those inside MMBench's table.
std::vector<std::pair<std::string, std::string>> pictures() {
  std::vector<std::pair<std::string, std::string>> found;
  for (const auto& entry : fs::recursive_directory_iterator(data())) {
    if (entry.path().extension() == ".png") found.emplace_back(entry.path().string(), read_file(entry.path()));
  }
  std::istringstream table(read_file(data() / "MMBench" / "MMBench_DEV_EN.tsv"));
  std::string row;
  std::getline(table, row);
  while (std::getline(table, row)) {
    const auto image = row.substr(row.rfind('\t') + 1);
    if (image.size() > 64) found.emplace_back("MMBench row " + row.substr(0, row.find('\t')), decode_base64(image).value());
  }
  return found;
}

TEST(DemoPictures, WereKeptOutOfTraining) {
  const auto all = pictures();
  ASSERT_GE(all.size(), 300U);
  for (const auto& [name, bytes] : all) {
    const auto image = decode_image(bytes, name);
    ASSERT_TRUE(image) << name;
    EXPECT_EQ(crc_of(*image) % kOneIn, 0U) << name << " may have been trained on";
  }
}

TEST(DemoPictures, AreAllDifferent) {
  std::set<std::string> seen;
  for (const auto& [name, bytes] : pictures()) EXPECT_TRUE(seen.insert(pixel_digest(*decode_image(bytes, name))).second) << name;
}

}  // namespace
}  // namespace assay
