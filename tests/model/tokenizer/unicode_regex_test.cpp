#include "model/tokenizer/unicode_regex.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "model/tokenizer/pre_tokenizer.h"

namespace assay {
namespace {

std::vector<std::string> matches(std::string_view pattern, std::string_view text) {
  std::vector<std::string> out;
  for (const auto& [begin, end] : UnicodeRegex(pattern).matches(text)) out.emplace_back(text.substr(begin, end - begin));
  return out;
}

using ::testing::ElementsAre;

TEST(UnicodeRegex, CutsAsQwen2) {
  EXPECT_THAT(matches(kQwen2Pattern, "I'LL pay 12 €\n\n now"), ElementsAre("I", "'LL", " pay", " ", "1", "2", " €\n\n", " now"));
  EXPECT_THAT(matches(kQwen2Pattern, "a   b"), ElementsAre("a", "  ", " b"));
}

TEST(UnicodeRegex, KnowsUnicodesWhiteSpace) {
  EXPECT_THAT(matches(R"(\s)", "\u00A0\u0085\u3000"), ::testing::SizeIs(3));
  EXPECT_THAT(matches(R"(\s)", "\u180E\u200B"), ::testing::IsEmpty()) << "PCRE2 alone takes U+180E for a space";
  EXPECT_THAT(matches(R"([^\s]+)", "a\u180Eb"), ElementsAre("a\u180Eb"));
  EXPECT_THAT(matches(R"([\S]+)", "a b"), ElementsAre("a", "b"));
}

TEST(UnicodeRegex, KnowsWordsAndHexDigits) {
  EXPECT_THAT(matches(R"(\w+)", "e\u0301_é1-"), ElementsAre("e\u0301_é1"));
  EXPECT_THAT(matches(R"(\h+)", "xaF9z"), ElementsAre("aF9"));
}

TEST(UnicodeRegex, FoldsCaseAcrossScripts) { EXPECT_THAT(matches("(?i:'s)", "'ſ'S"), ::testing::SizeIs(2)); }

TEST(UnicodeRegex, StepsOverEmptyMatches) { EXPECT_EQ(UnicodeRegex("x*").matches("éx").size(), 3U); }

TEST(UnicodeRegex, TakesLongRuns) {
  const std::string spaces(3'000'000, ' ');
  EXPECT_EQ(matches(kQwen2Pattern, spaces + "a").size(), 2U);
}

TEST(UnicodeRegex, SaysWhatItDoesNotUnderstand) {
  for (const char* pattern : {"[a", "[a&&b]", "[a[b]]", "(", R"(\p{NoSuch})", "\\"}) {
    EXPECT_THROW(UnicodeRegex{pattern}, ModelError) << pattern;
  }
}

}  // namespace
}  // namespace assay
