#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "datasets/hub_parquet.h"
#include "datasets/parquet_rows.h"
#include "tests/datasets/data_error.h"

namespace assay {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(WithoutParquet, NamesTheOption) {
  EXPECT_FALSE(reads_parquet());
  EXPECT_THAT(testing::data_error_of([] { (void)open_hub_parquet("data/test.parquet", {}); }), AllOf(HasSubstr("data/test.parquet: "), HasSubstr("-DASSAY_WITH_PARQUET=ON")));
  const auto bytes = read_image_bytes({"test.parquet", 0, 0, ImageRef::Encoding::kParquet, "row 0", {}, "image"});
  ASSERT_FALSE(bytes);
  EXPECT_THAT(bytes.error().message, HasSubstr("row 0: test.parquet: this build reads no parquet"));
}

}  // namespace
}  // namespace assay
