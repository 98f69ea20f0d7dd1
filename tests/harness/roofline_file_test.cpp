#include "harness/roofline_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "tests/temporary_folder.h"

namespace assay {
namespace {

using ::testing::HasSubstr;

constexpr const char* kFile = R"({"context": {"num_cpus": 2, "cpu": "EPYC"}, "benchmarks": [
  {"name": "peak/bfloat16/iterations:1/real_time", "real_time": 50, "time_unit": "ms", "GFLOP/s": 400, "GB/s": 25, "triad_GB/s": 20},
  {"name": "encoder/bfloat16/4/real_time", "real_time": 100, "time_unit": "ms", "GFLOP/s": 300, "GB/s": 2, "roofline_share": 0.75},
  {"name": "encoder/bfloat16/4/real_time", "real_time": 120, "time_unit": "ms", "GFLOP/s": 250, "GB/s": 1.5, "roofline_share": 0.625},
  {"name": "encoder/bfloat16/4/real_time", "real_time": 110, "time_unit": "ms", "GFLOP/s": 280, "GB/s": 1.8, "roofline_share": 0.7},
  {"name": "encoder_products_alone/bfloat16/4/real_time", "real_time": 90, "time_unit": "ms", "GFLOP/s": 330},
  {"name": "encoder/float16/4/real_time", "real_time": 90, "time_unit": "ms", "GFLOP/s": 330, "GB/s": 2, "roofline_share": 0.8}]})";

class RooflineFile : public ::testing::Test {
 protected:
  SpeedFile read(const std::string& name, const std::string& text) { return read_speed_file(folder_.write(name, text)); }
  testing::TemporaryFolder folder_;
};

TEST_F(RooflineFile, TakesMediansOfRowsWhoseWorkIsCountedAndWhosePeakIsThere) {
  const auto roofline = roofline_of({read("a.json", kFile)});
  EXPECT_EQ(roofline.bytes, 25e9);
  ASSERT_EQ(roofline.roofs.size(), 1U);
  EXPECT_EQ(roofline.roofs[0].name, "bfloat16");
  EXPECT_EQ(roofline.roofs[0].flops, 400e9);
  ASSERT_EQ(roofline.rows.size(), 1U);
  const auto& row = roofline.rows[0];
  EXPECT_EQ(row.name, "encoder 4");
  EXPECT_EQ(row.roof, "bfloat16");
  EXPECT_DOUBLE_EQ(row.seconds, 0.11);
  EXPECT_DOUBLE_EQ(row.flops, 280e9);
  EXPECT_DOUBLE_EQ(row.bytes, 1.8e9);
  EXPECT_DOUBLE_EQ(row.share, 0.7);
  EXPECT_DOUBLE_EQ(row.intensity(), 280 / 1.8);
}

TEST_F(RooflineFile, PutsStagesOfSeveralProcessesUnderTheHighestPeaks) {
  std::string other = kFile;
  for (const auto& [from, to] : {std::pair{"\"GFLOP/s\": 400", "\"GFLOP/s\": 420"}, {"\"GB/s\": 25", "\"GB/s\": 24"}}) other.replace(other.find(from), std::string(from).size(), to);
  const auto roofline = roofline_of({read("a.json", kFile), read("b.json", other)});
  EXPECT_EQ(roofline.bytes, 25e9);
  EXPECT_EQ(roofline.roofs[0].flops, 420e9);
  EXPECT_EQ(roofline.rows.size(), 2U);
}

TEST_F(RooflineFile, RefusesTwoMachinesAndFilesWithoutCountedWork) {
  const auto one = read("a.json", kFile);
  auto other = one;
  other.cpu = "Xeon";
  EXPECT_THROW((void)roofline_of({one, other}), DataError);
  const auto bare = read("bare.json", R"({"context": {}, "benchmarks": [{"name": "decode/x.png", "real_time": 1, "time_unit": "ms"}]})");
  try {
    (void)roofline_of({bare});
    FAIL();
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), HasSubstr("nothing to hold against the machine's limits"));
  }
}

}  // namespace
}  // namespace assay
