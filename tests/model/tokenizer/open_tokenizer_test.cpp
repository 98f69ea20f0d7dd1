#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <time.h>

#include <atomic>
#include <thread>

#include "harness/base/error.h"
#include "model/tokenizer/tokenizer.h"
#include "tests/model/tokenizer/tiny_data.h"

namespace assay {
namespace {

using ::testing::HasSubstr;

/// What open_tokenizer says about a folder with these files; "" when it opens.
std::string complaint(std::initializer_list<std::pair<const char*, const char*>> files) {
  const testing::TemporaryFolder folder;
  for (const auto& [name, content] : files) folder.write(name, content);
  try {
    static_cast<void>(open_tokenizer(folder.path()));
  } catch (const ModelError& error) {
    return error.what();
  }
  return "";
}

TEST(OpenTokenizer, ListsWhatItLookedFor) {
  const testing::TemporaryFolder folder;
  try {
    static_cast<void>(open_tokenizer(folder.path()));
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("tokenizer.json, tokenizer.model, and vocab.json with merges.txt"));
    EXPECT_THAT(error.what(), HasSubstr(folder.path().string()));
  }
}

TEST(OpenTokenizer, RefusesHostileFilesWithAReason) {
  const auto of_json = [](const char* content) { return complaint({{"tokenizer.json", content}}); };
  EXPECT_THAT(of_json("{"), HasSubstr("not JSON"));
  EXPECT_THAT(of_json("[]"), HasSubstr("tokenizer.json"));
  EXPECT_THAT(of_json("{}"), HasSubstr("\"model\""));
  EXPECT_THAT(of_json(R"({"model": {"type": "Unigram", "vocab": []}})"), HasSubstr("model type \"Unigram\" is not supported"));
  EXPECT_THAT(of_json(R"({"model": {"type": "BPE", "vocab": {"a": 99999999999}, "merges": []}})"), HasSubstr("id 99999999999"));
  EXPECT_THAT(of_json(R"({"model": {"type": "BPE", "vocab": {"a": -1}, "merges": []}})"), HasSubstr("id -1"));
  EXPECT_THAT(of_json(R"({"model": {"type": "BPE", "vocab": {"a": "x"}, "merges": []}})"), HasSubstr("id of \"a\""));
  EXPECT_THAT(of_json(R"({"model": {"type": "BPE", "vocab": {"a": 0, "b": 0}, "merges": []}})"), HasSubstr("both have id 0"));
  EXPECT_THAT(of_json(R"({"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a b"]}})"), HasSubstr("\"b\" is not in the vocabulary"));
  EXPECT_THAT(of_json(R"({"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a"]}})"), HasSubstr("must be two tokens"));
  EXPECT_THAT(of_json(R"({"model": {"type": "BPE", "vocab": {}, "merges": [], "unk_token": "?"}})"), HasSubstr("unk_token \"?\""));
  EXPECT_THAT(of_json(R"({"model": {"type": "BPE", "vocab": {}, "merges": []}, "normalizer": {"type": "Precompiled"}})"),
              HasSubstr("normalizer: type \"Precompiled\" is not supported"));
  EXPECT_THAT(of_json(R"({"model": {"type": "BPE", "vocab": {}, "merges": []},
                          "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "(["}, "behavior": "Isolated"}})"),
              HasSubstr("[ without ]"));
  EXPECT_THAT(of_json(R"({"model": {"type": "BPE", "vocab": {}, "merges": []}, "added_tokens": [{"id": 1e12, "content": "x"}]})"),
              HasSubstr("\"id\""));
  EXPECT_THAT(complaint({{"tokenizer.model", "no protocol buffer"}}), HasSubstr("not a sentencepiece model"));
  EXPECT_THAT(complaint({{"tokenizer.model", ""}}), HasSubstr("tokenizer.model"));
  EXPECT_THAT(complaint({{"vocab.json", "{}"}, {"merges.txt", "a b c\n"}}), HasSubstr("merges.txt: line 1"));
  EXPECT_THAT(complaint({{"vocab.json", "{\"a\": 0}"}, {"merges.txt", "a b\n"}}), HasSubstr("\"b\" is not in the vocabulary"));
  EXPECT_THAT(complaint({{"vocab.json", "{}"}, {"merges.txt", ""}, {"tokenizer_config.json", R"({"added_tokens_decoder": {"x": {"content": "y"}}})"}}),
              HasSubstr("token id \"x\""));
}

TEST(OpenTokenizer, SurvivesMergesThatRunInACircle) {
  const testing::TemporaryFolder folder;
  folder.write("tokenizer.json", R"({"model": {"type": "BPE", "vocab": {"a": 0, "aa": 1, "aaa": 2, "aaaa": 3},
                                     "merges": ["a a", "aa a", "a aa", "aa aa", "aaa a"]}})");
  EXPECT_EQ(open_tokenizer(folder.path())->encode("aaaaa"), (std::vector<std::int64_t>{1, 2}));
}

TEST(OpenTokenizer, TakesFlagsOfAddedTokensFromTheConfig) {
  const testing::TemporaryFolder folder;
  folder.write("tokenizer.json", R"({"model": {"type": "BPE", "vocab": {"a": 0, " ": 1, "<x>": 2}, "merges": []},
                                     "added_tokens": [{"id": 2, "content": "<x>"}]})");
  EXPECT_EQ(open_tokenizer(folder.path())->encode("a<x> a"), (std::vector<std::int64_t>{0, 2, 1, 0}));
  folder.write("tokenizer_config.json", R"({"added_tokens_decoder": {"2": {"content": "<x>", "rstrip": true, "special": true}}})");
  const auto tokenizer = open_tokenizer(folder.path());
  EXPECT_EQ(tokenizer->encode("a<x> a"), (std::vector<std::int64_t>{0, 2, 0}));
  EXPECT_TRUE(tokenizer->is_special(2));
}

TEST(OpenTokenizer, CleansUpSpacesOnlyWhenTheConfigSaysSo) {
  const testing::TemporaryFolder folder;
  folder.link(testing::tiny_data() / "tiny-byte-level/tokenizer.json");
  const auto round_trip = [&] {
    const auto tokenizer = open_tokenizer(folder.path());
    return tokenizer->decode(tokenizer->encode("it 's so , is n't it ?"), true);
  };
  EXPECT_EQ(round_trip(), "it 's so , is n't it ?");
  folder.write("tokenizer_config.json", R"({"clean_up_tokenization_spaces": true})");
  EXPECT_EQ(round_trip(), "it's so, isn't it?");
}

/// Milliseconds of this thread's own work, whatever else the machine does.
double thread_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return 1e3 * static_cast<double>(now.tv_sec) + 1e-6 * static_cast<double>(now.tv_nsec);
}

/// Milliseconds to encode a prompt with this many picture tokens.
double encode_ms(const Tokenizer& tokenizer, std::size_t picture_tokens) {
  std::string prompt = "<|im_start|>user\n<img>";
  for (std::size_t i = 0; i < picture_tokens; ++i) prompt += "<IMG_CONTEXT>";
  prompt += "</img>\nHow many boats?<|im_end|>\n";
  const double begin = thread_ms();
  const auto ids = tokenizer.encode(prompt);
  const double took = thread_ms() - begin;
  EXPECT_GT(ids.size(), picture_tokens);
  return took;
}

TEST(Tokenizer, EncodesPictureTokensInLinearTime) {
  for (const char* name : {"tiny-byte-level", "tiny-sentencepiece"}) {
    const auto tokenizer = open_tokenizer(testing::tiny_data() / name);
    double small = 1e9, large = 1e9;
    for (int i = 0; i < 5; ++i) {
      small = std::min(small, encode_ms(*tokenizer, 256 * 13));
      large = std::min(large, encode_ms(*tokenizer, 256 * 13 * 20));
    }
    // 20 times the tokens: quadratic work would take 400 times as long; the factor of 5 is for caches.
    EXPECT_LT(large, small * 20 * 5) << name;
  }
}

TEST(Tokenizer, EncodesFromManyThreads) {
  const auto tokenizer = open_tokenizer(testing::tiny_data() / "tiny-byte-level");
  const auto expected = tokenizer->encode("How many boats are there? 这张图片");
  std::vector<std::thread> threads;
  std::atomic<int> equal = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) equal += tokenizer->encode("How many boats are there? 这张图片") == expected;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(equal, 800);
}

TEST(Tokenizer, ReadsBrokenBytesAsReplacementLetters) {
  const auto tokenizer = open_tokenizer(testing::tiny_data() / "tiny-byte-level");
  EXPECT_EQ(tokenizer->encode("a\xFF"), tokenizer->encode("a\xEF\xBF\xBD"));
}

}  // namespace
}  // namespace assay
