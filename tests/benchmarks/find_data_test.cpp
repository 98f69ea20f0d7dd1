#include "benchmarks/find_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "benchmarks/catalog.h"
#include "harness/base/error.h"
#include "tests/temporary_folder.h"

namespace assay {
namespace {

using ::testing::HasSubstr;
using testing::TemporaryFolder;

constexpr HubSplit kHub = {"ChartQA", "data/test-*.parquet"};
constexpr const char* kShard = "data/test-00000-of-00001.parquet";

std::filesystem::path found(const std::vector<std::filesystem::path>& roots) { return find_data({roots}, {"chartqa"}, {"set.tsv"}, "set", kHub); }

TEST(FindData, FindsTheHubsFilesByTheDataSetsName) {
  const TemporaryFolder folder;
  for (const std::string place : {"ChartQA", "lmms-lab/ChartQA", "datasets--lmms-lab--ChartQA/snapshots/abc"}) {
    const auto root = folder.path() / std::to_string(place.size());
    const auto file = folder.write(std::to_string(place.size()) + "/" + place + "/" + kShard, "");
    EXPECT_EQ(found({root}), file);
    EXPECT_EQ(found({root / place}), file) << "the folder itself";
  }
}
TEST(FindData, LeavesOtherDataSetsFilesAlone) {
  const TemporaryFolder folder;
  folder.write(std::string("datasets--lmms-lab--MME/snapshots/abc/") + kShard, "");
  folder.write(kShard, "");
  for (const auto& root : {folder.path(), folder / "datasets--lmms-lab--MME", folder.path() / "datasets--lmms-lab--MME" / "snapshots" / "abc"}) {
    EXPECT_THAT(testing::message_of<DataError>([&] { (void)found({root}); }), HasSubstr("set, or the hub's ChartQA (data/test-*.parquet) was not found"));
  }
}
TEST(FindData, TakesOtherLayoutsBeforeTheHubs) {
  const TemporaryFolder folder;
  folder.write(std::string("one/ChartQA/") + kShard, "");
  const auto table = folder.write("two/chartqa/set.tsv", "");
  EXPECT_EQ(found({folder / "one", folder / "two"}), table);
}
TEST(FindData, HandsTheHubsFileToTheBenchmark) {
  const TemporaryFolder folder;
  folder.write(std::string("datasets--lmms-lab--ChartQA/snapshots/abc/") + kShard, "no parquet");
  EXPECT_THAT(testing::message_of<DataError>([&] { (void)make_benchmark("chartqa_test")->open({{folder.path()}}); }), HasSubstr(std::string("abc/") + kShard + ": "));
}

}  // namespace
}  // namespace assay
