#include "model/tokenizer/bpe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "harness/base/error.h"

namespace assay {
namespace {

using Ids = std::vector<std::int64_t>;

Bpe make(const std::vector<std::string>& tokens, const std::vector<Bpe::Merge>& merges, BpeOptions options = {}) {
  Vocabulary vocabulary;
  for (std::size_t i = 0; i < tokens.size(); ++i) vocabulary.add(tokens[i], static_cast<std::int64_t>(i));
  return Bpe(std::move(vocabulary), merges, std::move(options));
}

Ids encode(const Bpe& bpe, std::string_view word) {
  Ids ids;
  bpe.encode(word, ids);
  return ids;
}

TEST(Bpe, MergesTheLowestRankFirstAndTheLeftmostOfEquals) {
  const Bpe bpe = make({"a", "b", "c", "ab", "bc", "aa"}, {{"b", "c"}, {"a", "b"}, {"a", "a"}});
  EXPECT_EQ(encode(bpe, "abc"), (Ids{0, 4}));
  EXPECT_EQ(encode(bpe, "ab"), (Ids{3}));
  EXPECT_EQ(encode(bpe, "aaa"), (Ids{5, 0}));
  EXPECT_EQ(encode(bpe, "aaa"), (Ids{5, 0})) << "from the cache";
  EXPECT_EQ(encode(bpe, ""), Ids{});
}

TEST(Bpe, DropsLettersThatNothingStandsFor) { EXPECT_EQ(encode(make({"a"}, {}), "aéa"), (Ids{0, 0})); }

TEST(Bpe, FusesUnknownLettersOnlyWhenAsked) {
  BpeOptions options{.unk_token = "?"};
  EXPECT_EQ(encode(make({"?", "a"}, {}, options), "xya"), (Ids{0, 0, 1}));
  options.fuse_unk = true;
  EXPECT_EQ(encode(make({"?", "a"}, {}, options), "xyax"), (Ids{0, 1, 0}));
}

TEST(Bpe, FallsBackToBytesWhenAllOfThemAreThere) {
  const BpeOptions options{.unk_token = "?", .byte_fallback = true};
  EXPECT_EQ(encode(make({"?", "<0xC3>", "<0xA9>"}, {}, options), "é"), (Ids{1, 2}));
  EXPECT_EQ(encode(make({"?", "<0xC3>"}, {}, options), "é"), (Ids{0}));
}

TEST(Bpe, TakesWholeWordsWhereMergesAreIgnored) {
  BpeOptions options;
  EXPECT_EQ(encode(make({"a", "b", "ab"}, {}, options), "ab"), (Ids{0, 1}));
  options.ignore_merges = true;
  EXPECT_EQ(encode(make({"a", "b", "ab"}, {}, options), "ab"), (Ids{2}));
}

TEST(Bpe, SpellsPrefixesAndSuffixes) {
  const BpeOptions options{.continuing_subword_prefix = "##", .end_of_word_suffix = "</w>"};
  const Bpe bpe = make({"a", "##b", "##c</w>", "ab", "abc</w>", "a</w>"}, {{"a", "##b"}, {"ab", "##c</w>"}}, options);
  EXPECT_EQ(encode(bpe, "abc"), (Ids{4}));
  EXPECT_EQ(encode(bpe, "a"), (Ids{5}));
}

TEST(Bpe, TakesLongWordsWithoutPatience) {
  const Bpe bpe = make({"a", "aa", "aaaa"}, {{"a", "a"}, {"aa", "aa"}});
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(encode(bpe, std::string(400'000, 'a')).size(), 100'000U);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20)) << "a quadratic loop takes minutes";
}

}  // namespace
}  // namespace assay
