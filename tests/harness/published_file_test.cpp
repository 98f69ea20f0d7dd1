#include "harness/published_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/temporary_folder.h"

namespace assay {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// RFC 1321, appendix A.5.
TEST(Md5, IsThatOfTheStandard) {
  EXPECT_EQ(md5_of(""), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(md5_of("abc"), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(md5_of("12345678901234567890123456789012345678901234567890123456789012345678901234567890"), "57edf4a22be3c955ac49da2e2107b67a");
}
TEST(PublishedFile, IsToldFromAnotherOfItsName) {
  const testing::TemporaryFolder folder;
  EXPECT_THAT(published_file_note(folder.write("MME.tsv", "abc")), AllOf(HasSubstr("not the file that VLMEvalKit"), HasSubstr("b36b43c3f09801f5d368627fb92187c3"), HasSubstr("900150983cd24fb0d6963f7d28e17f72")));
  EXPECT_EQ(published_file_note(folder.write("mine.tsv", "abc")), "");
}

}  // namespace
}  // namespace assay
