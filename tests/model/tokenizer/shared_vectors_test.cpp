// Ids of the real tokenizers beside the project, against the vectors that lie with them and those of spec/models.md, section 4.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <iterator>
#include <sstream>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "model/tokenizer/tokenizer.h"
#include "tests/model/tokenizer/tiny_data.h"
#include "tests/shared_files.h"

namespace assay {
namespace {

using Ids = std::vector<std::int64_t>;

std::filesystem::path tokenizers() { return testing::shared_root() / "tokenizers"; }

Ids parse_ids(const std::string& line) {
  std::istringstream in(line);
  return Ids(std::istream_iterator<std::int64_t>(in), {});
}

/// The folder's tokenizer must give the ids of ggml-vocab-NAME.gguf.out for every text of its .inp.
void expect_ggml_vectors(const Tokenizer& tokenizer, const std::string& name) {
  const auto base = tokenizers() / "ggml-vocab" / ("ggml-vocab-" + name + ".gguf");
  const std::string texts = read_file(base.string() + ".inp");
  std::istringstream lines(read_file(base.string() + ".out"));
  const std::string separator = "\n__ggml_vocab_test__\n";
  std::size_t count = 0;
  for (std::size_t begin = 0, end; begin < texts.size(); begin = end + separator.size(), ++count) {
    end = std::min(texts.find(separator, begin), texts.size());
    const std::string text = texts.substr(begin, end - begin);
    std::string line;
    ASSERT_TRUE(std::getline(lines, line));
    EXPECT_EQ(tokenizer.encode(text), parse_ids(line)) << text;
  }
  EXPECT_GE(count, 46U);
}

/// A folder as InternVL's InternLM2 checkpoints are: the model, and a config with the picture tokens.
void make_internlm2(const testing::TemporaryFolder& folder) {
  folder.link(tokenizers() / "internlm2/tokenizer.model");
  std::string decoder, names;
  const std::pair<int, const char*> added[] = {{92542, "<|im_end|>"}, {92543, "<|im_start|>"}, {92544, "<img>"}, {92545, "</img>"},
                                               {92546, "<IMG_CONTEXT>"}};
  for (const auto& [id, name] : added) {
    decoder += fmt::format(R"({}"{}": {{"content": "{}", "special": true}})", decoder.empty() ? "" : ", ", id, name);
    names += fmt::format(R"({}"{}")", names.empty() ? "" : ", ", name);
  }
  folder.write("tokenizer_config.json",
               fmt::format(R"({{"tokenizer_class": "InternLM2Tokenizer", "added_tokens_decoder": {{{}}}, "additional_special_tokens": [{}]}})",
                           decoder, names));
}

/// Qwen2's vocab.json is not beside the project; its ids are the bytes in GPT-2's order, then one per merge.
void make_qwen2(const testing::TemporaryFolder& folder) {
  folder.link(tokenizers() / "qwen2/merges.txt");
  json::Document gpt2 = json::parse_file(tokenizers() / "gpt2/vocab.json");
  json::Document vocab(rapidjson::kObjectType);
  auto& allocator = vocab.GetAllocator();
  std::vector<std::string> letters(256);  // GPT-2's first 256 tokens are the same letters in the same order
  for (const auto& entry : gpt2.GetObject()) {
    if (entry.value.GetInt64() < 256) letters[entry.value.GetUint64()] = json::text_of(entry.name);
  }
  std::int64_t next = 0;
  for (const auto& letter : letters) vocab.AddMember(json::string_value(letter, allocator), json::Value(next++), allocator);
  std::istringstream lines(read_file(tokenizers() / "qwen2/merges.txt"));
  for (std::string line; std::getline(lines, line);) {
    const auto space = line.find(' ');
    if (line.starts_with("#version") || space == std::string::npos) continue;
    vocab.AddMember(json::string_value(line.substr(0, space) + line.substr(space + 1), allocator), json::Value(next++), allocator);
  }
  folder.write("vocab.json", json::dump(vocab));
  folder.write("tokenizer_config.json", R"({"tokenizer_class": "Qwen2Tokenizer", "bos_token": null})");
}

TEST(SharedVectors, Gpt2) {
  ASSAY_NEEDS_SHARED("tokenizers/gpt2");
  expect_ggml_vectors(*open_tokenizer(tokenizers() / "gpt2"), "gpt-2");
}

TEST(SharedVectors, LlamaSentencePiece) {
  ASSAY_NEEDS_SHARED("tokenizers/llama");
  const testing::TemporaryFolder folder;
  folder.link(tokenizers() / "llama/tokenizer.model");
  expect_ggml_vectors(*open_tokenizer(folder.path()), "llama-spm");
}

TEST(SharedVectors, Phi3) {
  ASSAY_NEEDS_SHARED("tokenizers/phi3-mini");
  expect_ggml_vectors(*open_tokenizer(tokenizers() / "phi3-mini"), "phi-3");
}

TEST(SharedVectors, Qwen2) {
  ASSAY_NEEDS_SHARED("tokenizers/qwen2");
  const testing::TemporaryFolder folder;
  make_qwen2(folder);
  const auto tokenizer = open_tokenizer(folder.path());
  expect_ggml_vectors(*tokenizer, "qwen2");
  EXPECT_EQ(tokenizer->id_of("<|endoftext|>"), 151643);
  EXPECT_TRUE(tokenizer->prefix_ids().empty());
}

TEST(SharedVectors, Phi3SwallowsTheLineFeedAfterARole) {
  ASSAY_NEEDS_SHARED("tokenizers/phi3-mini");
  const auto tokenizer = open_tokenizer(tokenizers() / "phi3-mini");
  EXPECT_EQ(tokenizer->encode("<|user|>\n<|end|>\n<|assistant|>\n"), (Ids{32010, 32007, 32001}));
}

struct Case {
  const char* text;
  Ids ids;
};

TEST(SharedVectors, LlamaOfTheSpecification) {
  ASSAY_NEEDS_SHARED("tokenizers/llama");
  const testing::TemporaryFolder folder;
  folder.link(tokenizers() / "llama/tokenizer.model");
  const auto tokenizer = open_tokenizer(folder.path());
  const Case cases[] = {{"\n", {29871, 13}},
                        {"ASSISTANT:", {319, 1799, 9047, 13566, 29901}},
                        {"ASSISTANT: ", {319, 1799, 9047, 13566, 29901, 29871}},
                        {"###", {835}},
                        {"1234 56", {29871, 29896, 29906, 29941, 29946, 29871, 29945, 29953}},
                        {"你好，世界", {29871, 30919, 31076, 30214, 30793, 30967}},
                        {"🚀", {29871, 243, 162, 157, 131}},
                        {"\nWhat is shown in this image? ASSISTANT:",
                         {29871, 13, 5618, 338, 4318, 297, 445, 1967, 29973, 319, 1799, 9047, 13566, 29901}},
                        {"</s>\n", {2, 29871, 13}}};
  for (const auto& [text, ids] : cases) EXPECT_EQ(tokenizer->encode(text), ids) << text;
  EXPECT_EQ(tokenizer->prefix_ids(), Ids{1});
}

TEST(SharedVectors, InternLm2OfTheSpecification) {
  ASSAY_NEEDS_SHARED("tokenizers/internlm2");
  const testing::TemporaryFolder folder;
  make_internlm2(folder);
  const auto tokenizer = open_tokenizer(folder.path());
  const Case cases[] = {
      {"\n", {364}},
      {"user\n", {1008, 364}},
      {"assistant\n", {525, 11353, 364}},
      {"Please describe the image shortly.", {5658, 7654, 410, 2321, 19789, 281}},
      {"1234 56", {845, 2069, 262, 3567}},
      {"你好，世界", {77230, 60353, 68339}},
      {"🚀", {243, 162, 157, 131}},
      {"[UNUSED_TOKEN_146]user\n", {92543, 1008, 364}},
      {"<|im_start|>user\n<img><IMG_CONTEXT></img>\n", {92543, 1008, 364, 92544, 92546, 92545, 364}},
      {"system\nYou are an AI assistant whose name is InternLM (书生·浦语).",
       {9081, 364, 2770, 657, 589, 15358, 17993, 6843, 963, 505, 4576, 11146, 451, 60628, 60384, 60721, 62442, 60752, 699}},
      {"system\n你是由上海人工智能实验室联合商汤科技开发的书生多模态大模型，英文名叫InternVL, 是一个有用无害的人工智能助手。",
       {9081,  364,   60403, 69643, 68589, 76659, 71581, 69504, 60731, 61325, 68636, 68640, 74302, 60384, 60393, 60838, 60921, 60368,
        70218, 60353, 69430, 78131, 1214,  1070,  30924, 328,   262,   68625, 71042, 90861, 91468, 68925, 72018, 60355}}};
  for (const auto& [text, ids] : cases) EXPECT_EQ(tokenizer->encode(text), ids) << text;
  EXPECT_EQ(tokenizer->prefix_ids(), Ids{1});
  EXPECT_EQ(tokenizer->token_of(92543), "<|im_start|>");
}

TEST(SharedVectors, InternLm1OfTheSpecification) {
  ASSAY_NEEDS_SHARED("tokenizers/internlm1-xcomposer");
  const auto tokenizer = open_tokenizer(tokenizers() / "internlm1-xcomposer");
  const Case cases[] = {{" <|User|>:", {497, 352, 1621, 352, 27232}},
                        {" <|Bot|>:", {497, 352, 23845, 352, 27232}},
                        {"\n", {364}},
                        {"Describe this image in detail.", {5054, 3280, 550, 2321, 435, 7856, 281}},
                        {"你好，世界", {76379, 98899, 67488}},
                        {"<ITG_TOKEN>", {103168}},
                        {"<TOKENS_UNUSED_1>", {103028}}};
  for (const auto& [text, ids] : cases) EXPECT_EQ(tokenizer->encode(text), ids) << text;
}

TEST(SharedVectors, EveryReadableModelOpensAndGivesItsTextBack) {
  ASSAY_NEEDS_SHARED("tokenizers/sentencepiece-tests");
  int opened = 0;
  for (const char* name : {"test_sentencepiece_with_bytefallback", "test_sentencepiece_bpe", "test_model", "test_ja_model"}) {
    const testing::TemporaryFolder folder;
    std::filesystem::create_symlink(tokenizers() / "sentencepiece-tests" / (std::string(name) + ".model"), folder.path() / "tokenizer.model");
    const auto tokenizer = open_tokenizer(folder.path());
    EXPECT_EQ(tokenizer->decode(tokenizer->encode("this is a test"), true), "this is a test") << name;
    ++opened;
  }
  EXPECT_EQ(opened, 4);
}

}  // namespace
}  // namespace assay
