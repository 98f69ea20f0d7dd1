#include "harness/base/utf8.h"

#include <gtest/gtest.h>

namespace assay {
namespace {

TEST(ReplaceInvalidUtf8, KeepsWholeLetters) { EXPECT_EQ(replace_invalid_utf8("a é 你 🚀"), "a é 你 🚀"); }
TEST(ReplaceInvalidUtf8, MarksEachMaximalSubpart) {
  EXPECT_EQ(replace_invalid_utf8("\xE4\xBDz\xFFz"), "\xEF\xBF\xBDz\xEF\xBF\xBDz");           // as Python: b'\xe4\xbdz\xffz'
  EXPECT_EQ(replace_invalid_utf8("\xED\xA0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");   // a surrogate: three marks
  EXPECT_EQ(replace_invalid_utf8("\xF0\x9F\x9A"), "\xEF\xBF\xBD");
}
TEST(IncompleteUtf8Tail, CountsOnlyABegunLetter) {
  EXPECT_EQ(incomplete_utf8_tail("abc"), 0u);
  EXPECT_EQ(incomplete_utf8_tail("\xE4"), 1u);
  EXPECT_EQ(incomplete_utf8_tail("a\xE4\xBD"), 2u);
  EXPECT_EQ(incomplete_utf8_tail("\xF0\x9F\x9A"), 3u);
  EXPECT_EQ(incomplete_utf8_tail("\xE4\xBD\xA0"), 0u);
  EXPECT_EQ(incomplete_utf8_tail("\x80\x80"), 0u);
  EXPECT_EQ(incomplete_utf8_tail("\xFF"), 0u);
}

TEST(StripWhiteSpace, TakesWhatPythonTakes) {
  EXPECT_EQ(strip_white_space(" \t\u3000a b\u00a0\x1c\n"), "a b");
  EXPECT_EQ(strip_white_space("\u200b"), "\u200b");  // a zero-width space is no space
  EXPECT_EQ(strip_white_space(" \n "), "");
}

}  // namespace
}  // namespace assay
