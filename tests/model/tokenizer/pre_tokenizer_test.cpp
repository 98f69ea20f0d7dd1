#include "model/tokenizer/pre_tokenizer.h"

#include <gtest/gtest.h>

#include "model/tokenizer/byte_letters.h"
#include "model/tokenizer/normalizer.h"

namespace assay {
namespace {

std::string words(const PreTokenizerStep& step, std::string_view text, bool is_at_start = true) {
  PreTokenizer pre_tokenizer;
  pre_tokenizer.add(step);
  std::string out;
  for (const auto& piece : pre_tokenizer.apply({std::string(text), is_at_start})) out += (out.empty() ? "" : "|") + piece.text;
  return out;
}

TEST(Split, DoesWithMatchesWhatItsBehaviorSays) {
  const std::string dash = "-";
  const std::string text = "the-final--countdown";  // the example of the tokenizers library's documentation
  EXPECT_EQ(words(split(dash, SplitBehavior::kRemoved, false), text), "the|final|countdown");
  EXPECT_EQ(words(split(dash, SplitBehavior::kIsolated, false), text), "the|-|final|-|-|countdown");
  EXPECT_EQ(words(split(dash, SplitBehavior::kMergedWithPrevious, false), text), "the-|final-|-|countdown");
  EXPECT_EQ(words(split(dash, SplitBehavior::kMergedWithNext, false), text), "the|-final|-|-countdown");
  EXPECT_EQ(words(split(dash, SplitBehavior::kContiguous, false), text), "the|-|final|--|countdown");
  EXPECT_EQ(words(split(UnicodeRegex("[a-z]+"), SplitBehavior::kRemoved, true), text), "the|final|countdown");
}

TEST(ByteLevel, SpellsBytesAsLetters) {
  EXPECT_EQ(words(byte_level(false, true), "Hello my  friend\n"), "Hello|Ġmy|Ġ|Ġfriend|Ċ");
  EXPECT_EQ(words(byte_level(true, false), "é"), "ĠÃ©");
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  EXPECT_EQ(bytes_of_letters(letters_of_bytes(all)), all);
  EXPECT_EQ(bytes_of_letters("▁"), std::nullopt);
}

TEST(Metaspace, PrependsAsItsSchemeSays) {
  EXPECT_EQ(words(metaspace("▁", PrependScheme::kAlways, true), "a b  c"), "▁a|▁b|▁|▁c");
  EXPECT_EQ(words(metaspace("▁", PrependScheme::kFirst, false), "a b"), "▁a▁b");
  EXPECT_EQ(words(metaspace("▁", PrependScheme::kFirst, false), "a b", false), "a▁b");
  EXPECT_EQ(words(metaspace("▁", PrependScheme::kNever, true), " a"), "▁a");
}

TEST(Normalizer, DoesEachStep) {
  EXPECT_EQ(unicode_form(NormalForm::kNfc)("e\u0301"), "é");
  EXPECT_EQ(unicode_form(NormalForm::kNfd)("é"), "e\u0301");
  EXPECT_EQ(unicode_form(NormalForm::kNfkc)("ﬁ①"), "fi1");
  EXPECT_EQ(unicode_form(NormalForm::kNfkd)("é①"), "e\u03011");
  EXPECT_EQ(lowercase()("ÀB"), "àb");
  EXPECT_EQ(strip(true, false)("\u3000 a "), "a ");
  EXPECT_EQ(strip_accents()("e\u0301"), "e");
  EXPECT_EQ(prepend("▁")(""), "");
  EXPECT_EQ(prepend("▁")("a"), "▁a");
  EXPECT_EQ(replace(std::string(" "), "▁")("a  b"), "a▁▁b");
  EXPECT_EQ(replace(UnicodeRegex(" +"), "_")("a  b"), "a_b");
}

}  // namespace
}  // namespace assay
