#include "model/tokenizer/added_tokens.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace assay {
namespace {

/// Segments as one line: "[id]" for tokens, the text itself for the rest, "|" between.
std::string cut(const std::vector<AddedToken>& tokens, std::string_view text, WhiteSpace white_space = WhiteSpace::kUnicode) {
  std::string out;
  for (const auto& segment : AddedTokenMatcher(tokens, white_space).split(text)) {
    if (!out.empty()) out += '|';
    out += segment.id ? fmt::format("[{}]", *segment.id) : std::string(segment.text);
  }
  return out;
}

TEST(AddedTokens, AreFoundLeftmostAndLongest) {
  const std::vector<AddedToken> tokens = {{.id = 1, .content = "<a>"}, {.id = 2, .content = "<a><b>"}, {.id = 3, .content = "b>c"}};
  EXPECT_EQ(cut(tokens, "x<a>y"), "x|[1]|y");
  EXPECT_EQ(cut(tokens, "<a><b>c"), "[2]|c");
  EXPECT_EQ(cut(tokens, "<b>c"), "<|[3]");
  EXPECT_EQ(cut(tokens, "<a><a>"), "[1]|[1]");
  EXPECT_EQ(cut(tokens, "<a"), "<a");
  EXPECT_EQ(cut(tokens, ""), "");
}

TEST(AddedTokens, SwallowWhiteSpaceWhereTheySaySo) {
  const std::vector<AddedToken> tokens = {{.id = 1, .content = "<l>", .lstrip = true}, {.id = 2, .content = "<r>", .rstrip = true}};
  EXPECT_EQ(cut(tokens, "a \n<l> b"), "a|[1]| b");
  EXPECT_EQ(cut(tokens, "a <r> \xC2\xA0 b"), "a |[2]|b");
  EXPECT_EQ(cut(tokens, "<r> <l>"), "[2]|[1]");
  EXPECT_EQ(cut(tokens, "<r>\x1C"), "[2]|\x1C");
  EXPECT_EQ(cut(tokens, "<r>\x1C", WhiteSpace::kPython), "[2]");
}

TEST(AddedTokens, SingleWordsStandAlone) {
  const std::vector<AddedToken> tokens = {{.id = 1, .content = "boat", .single_word = true}};
  EXPECT_EQ(cut(tokens, "boat, boats boat"), "[1]|, boats |[1]");
  EXPECT_EQ(cut(tokens, "éboat 船boat _boat"), "éboat 船boat _boat");
}

}  // namespace
}  // namespace assay
