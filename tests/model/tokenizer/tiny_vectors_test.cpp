// Ids and texts that the reference gives for our own tiny tokenizers. The vectors were made by tokenizers 0.23.3 (tiny-byte-level) and by
// transformers 4.37.2 with sentencepiece 0.2.3: LlamaTokenizer, and InternLM2's own class for tiny-internlm2.
#include <gtest/gtest.h>

#include "harness/base/json.h"
#include "harness/base/utf8.h"
#include "model/tokenizer/stream_decoder.h"
#include "tests/model/tokenizer/tiny_data.h"

namespace assay {
namespace {

using Ids = std::vector<std::int64_t>;

Ids ids_of(const json::Value& value) {
  Ids ids;
  for (const auto& id : value["ids"].GetArray()) ids.push_back(id.GetInt64());
  return ids;
}

class TinyVectors : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const auto folder = testing::tiny_data() / GetParam();
    vectors_ = json::parse_file(folder / "vectors.json");
    for (const auto& file : std::filesystem::directory_iterator(folder)) folder_.link(file.path());
    // Two kinds differ from tiny-sentencepiece in their config only.
    const bool has_own = std::filesystem::exists(folder / "tokenizer.model") || std::filesystem::exists(folder / "tokenizer.json");
    if (!has_own) folder_.link(testing::tiny_data() / "tiny-sentencepiece/tokenizer.model");
    tokenizer_ = open_tokenizer(folder_.path());
  }

  testing::TemporaryFolder folder_;
  json::Document vectors_;
  std::unique_ptr<Tokenizer> tokenizer_;
};

TEST_P(TinyVectors, EncodesAsTheReference) {
  ASSERT_GT(vectors_["encode"].Size(), 20U);
  for (const auto& row : vectors_["encode"].GetArray()) {
    EXPECT_EQ(tokenizer_->encode(json::text_of(row["text"])), ids_of(row)) << json::text_of(row["text"]);
  }
}

TEST_P(TinyVectors, DecodesAsTheReference) {
  ASSERT_GT(vectors_["decode"].Size(), 60U);
  for (const auto& row : vectors_["decode"].GetArray()) {
    EXPECT_EQ(tokenizer_->decode(ids_of(row), false), json::text_of(row["text"])) << json::dump(row);
    EXPECT_EQ(tokenizer_->decode(ids_of(row), true), json::text_of(row["text_without_special"])) << json::dump(row);
  }
}

TEST_P(TinyVectors, StreamsWholeLettersOnly) {
  for (const auto& row : vectors_["decode"].GetArray()) {
    StreamDecoder decoder(*tokenizer_, true);
    std::string text;
    for (const auto id : ids_of(row)) {
      const std::string part = decoder.push(id);
      EXPECT_EQ(replace_invalid_utf8(part), part);
      text += part;
    }
    EXPECT_EQ(text + decoder.finish(), json::text_of(row["text_without_special"]));
  }
}

INSTANTIATE_TEST_SUITE_P(Tokenizers, TinyVectors,
                         ::testing::Values("tiny-byte-level", "tiny-sentencepiece", "tiny-nonlegacy", "tiny-internlm2", "tiny-unigram"),
                         [](const auto& kind) {
                           std::string name = kind.param;
                           for (char& c : name) c = c == '-' ? '_' : c;
                           return name;
                         });

TEST(StreamDecoder, GivesTextBeforeTheEnd) {
  const auto tokenizer = open_tokenizer(testing::tiny_data() / "tiny-byte-level");
  StreamDecoder decoder(*tokenizer, true);
  std::string text;
  for (const auto id : tokenizer->encode("How many boats 🚀")) text += decoder.push(id);
  EXPECT_EQ(text, "How many boats 🚀");
  EXPECT_EQ(decoder.finish(), "");
}

TEST(StreamDecoder, HoldsBackAnIncompleteLetter) {
  const auto tokenizer = open_tokenizer(testing::tiny_data() / "tiny-byte-level");
  const auto ids = tokenizer->encode("🚀");  // four byte tokens
  ASSERT_EQ(ids.size(), 4U);
  StreamDecoder decoder(*tokenizer, true);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(decoder.push(ids[i]), "");
  EXPECT_EQ(decoder.finish(), "\xEF\xBF\xBD");
}

TEST(Tokenizer, KnowsItsTokens) {
  const auto tokenizer = open_tokenizer(testing::tiny_data() / "tiny-byte-level");
  const auto image = tokenizer->id_of("<IMG_CONTEXT>");
  ASSERT_TRUE(image.has_value());
  EXPECT_TRUE(tokenizer->is_special(*image));
  EXPECT_EQ(tokenizer->token_of(*image), "<IMG_CONTEXT>");
  EXPECT_EQ(tokenizer->vocabulary_size(), 368);
  EXPECT_EQ(tokenizer->prefix_ids(), Ids{*tokenizer->id_of("<|endoftext|>")});
  EXPECT_EQ(tokenizer->id_of("no such token"), std::nullopt);
  EXPECT_EQ(tokenizer->token_of(1'000'000), "");
  EXPECT_EQ(tokenizer->decode(Ids{1'000'000, -1}, false), "");
}

}  // namespace
}  // namespace assay
