#include "metrics/ptb_tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace assay {
namespace {

using ::testing::ElementsAre;

struct Case {
  const char *raw, *expected;
};

/// Lines of our own; what stands beside each is what CoreNLP 3.4.1 and the scorer's list of punctuation made of them, all in one file.
constexpr Case kCases[] = {
    {"A man, riding a (big) horse -- it's \"great\"!",
     "a man riding a -lrb- big -rrb- horse it 's great"},
    {"Don't you think they'll say we can't?",
     "do n't you think they 'll say we ca n't"},
    {"The dogs' owner isn't here; she's in the U.S. today.",
     "the dogs owner is n't here she 's in the u.s. today"},
    {"rock 'n' roll in the '90s and '99 cars",
     "rock 'n' roll in the '90s and '99 cars"},
    {"a black/white t-shirt, a ten-year-old boy & AT&T",
     "a black/white t-shirt a ten-year-old boy & at&t"},
    {"$5.50, 50% off, No. 5, 10:30 a.m., 1,000 people",
     "$ 5.50 50 % off no. 5 10:30 a.m. 1,000 people"},
    {"cannot gonna 'tis 'twas lemme",
     "can not gon na 't is 't was lem me"},
    {"[sq] {cu} <b>bold</b> :-) ;P",
     "-lsb- sq -rsb- -lcb- cu -rcb- <b> bold </b> :--rrb- ;p"},
    {"wait... what?! ---- end - of -- line",
     "wait what ?! end of line"},
    {"Mr. Smith vs. Dr. Jones etc. met in St. Louis, Mass. on Jan. 5",
     "mr. smith vs. dr. jones etc. met in st. louis mass. on jan. 5"},
    {"e-mail me@x.org or http://a.b/c?d=1. www.foo.com/x",
     "e-mail me@x.org or http://a.b/c?d=1 www.foo.com / x"},
    {"“Curly” ‘quotes’ – dash — and … café naïve",
     "curly quotes dash and café naïve"},
    {"vitamin b.",
     "vitamin b"},
    {"The second line knows that one begins.",
     "the second line knows that one begins"},
    {"vitamin b.",
     "vitamin b."},
    {"a second line goes on",
     "a second line goes on"},
    {"1 1/2 cups, ½ cup, 3/4, 12/25/2012, (555) 123-4567",
     "1\u00A01/2 cups 1/2 cup 3/4 12/25/2012 -lrb-555-rrb-\u00A0123-4567"},
    {"o'clock y'all ma'am O'Neil Shi'ite",
     "o'clock y' all ma'am o'neil shi'ite"},
    {"😀 a smile ♥ 日本",
     "a smile ♥ 日本"},
    {"",
     ""},
    {"#tag @home C++ c# x_1 4x4 a.b.c",
     "#tag @home c++ c# x_1 4x4 a.b.c"},
    {"word., word.; hello!there 3rd -5 +5",
     "word. word. hello!there 3rd -5 +5"},
};

TEST(PtbCaptions, AreThoseOfTheOriginal) {
  std::vector<std::string> raw;
  for (const auto& one : kCases) raw.emplace_back(one.raw);
  const auto captions = ptb_captions(raw);
  ASSERT_EQ(captions.size(), std::size(kCases));
  for (std::size_t i = 0; i < captions.size(); ++i) EXPECT_EQ(captions[i], kCases[i].expected) << kCases[i].raw;
}
TEST(PtbCaptions, StayOneForOne) {
  EXPECT_THAT(ptb_captions(std::vector<std::string>{"a\nb", "", "c\rd", "\u2028"}), ElementsAre("a b", "", "c d", ""));
  EXPECT_TRUE(ptb_captions({}).empty());
}
TEST(PtbTokens, KeepPunctuation) { EXPECT_THAT(ptb_tokens("A dog, a cat."), ElementsAre("a", "dog", ",", "a", "cat", ".")); }
TEST(PtbCaptions, TakeAnyBytes) {
  EXPECT_THAT(ptb_captions(std::vector<std::string>{std::string("a\0b", 3), "\xFF\xFE x", std::string(100000, '\''), std::string(100000, '-')}), ::testing::SizeIs(4));
}

}  // namespace
}  // namespace assay
