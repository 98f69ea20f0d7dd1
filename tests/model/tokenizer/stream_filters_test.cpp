#include "model/tokenizer/stream_filters.h"

#include <gtest/gtest.h>

namespace assay {
namespace {

template <typename Filter>
std::string feed(Filter filter, std::string_view text, std::size_t step) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += step) filter.push(text.substr(i, step), out);
  filter.finish(out);
  return out;
}

TEST(StreamReplace, DoesNotDependOnHowTheTextIsCut) {
  for (std::size_t step = 1; step < 12; ++step) {
    EXPECT_EQ(feed(StreamReplace("aab", "X"), "aaabaabaaab", step), "aXXaX") << step;
    EXPECT_EQ(feed(StreamReplace(" .", "."), "a . b .. .", step), "a. b...") << step;
  }
}

TEST(SpaceCleanUp, RemovesSpacesBeforePunctuationInOrder) {
  for (std::size_t step = 1; step < 12; ++step) {
    EXPECT_EQ(feed(SpaceCleanUp(), "so , is n't it 's ? a  . ' b", step), "so, isn't it's? a .'b") << step;
  }
}

TEST(Utf8Letters, HoldsBackWhatIsNotComplete) {
  Utf8Letters letters;
  std::string out;
  letters.push("a\xE4\xBD", out);
  EXPECT_EQ(out, "a");
  letters.push("\xA0\xFF", out);
  EXPECT_EQ(out, "a你\xEF\xBF\xBD");
}

}  // namespace
}  // namespace assay
