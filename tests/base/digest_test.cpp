#include "harness/base/digest.h"

#include <gtest/gtest.h>

namespace assay {
namespace {

TEST(Digest, IsTheSameOverPieces) { EXPECT_EQ(Digest().add("ab").add("c").hex(), digest_of("abc")); }
TEST(Digest, IsXxh3Of128Bits) { EXPECT_EQ(digest_of(""), "99aa06d3014798d86001c324468d497f"); }  // the library's published test value

}  // namespace
}  // namespace assay
