#include "benchmarks/prompt.h"

#include <gtest/gtest.h>

#include "benchmarks/catalog.h"
#include "tests/benchmarks/scoring.h"

namespace assay {
namespace {

using testing::text_of;

Sample cat_question() {
  Sample sample;
  sample.id = "1";
  sample.question = "What is it?";
  sample.hint = "Look.";
  sample.options = {{"A", "a cat"}, {"B", "a dog"}};
  ImageRef picture;
  picture.path = "cat.png";
  picture.name = "cat.png";
  sample.images = {picture};
  return sample;
}

Question ask(std::string_view benchmark, const Sample& sample, std::string_view profile = "") { return make_benchmark(benchmark)->ask(sample, profile); }

struct Case {
  const char *benchmark, *profile, *text;
  int max_new_tokens;
  int max_tiles;  ///< 0: none said
};
void PrintTo(const Case& c, std::ostream* os) { *os << c.benchmark << " " << c.profile; }
class PromptText : public ::testing::TestWithParam<Case> {};
TEST_P(PromptText, IsExactlyTheToolkits) {
  const auto& c = GetParam();
  const Question question = ask(c.benchmark, cat_question(), c.profile);
  EXPECT_EQ(text_of(question), c.text);
  EXPECT_EQ(question.decoding.max_new_tokens, c.max_new_tokens);
  EXPECT_EQ(question.max_tiles.value_or(0), c.max_tiles);
  EXPECT_FALSE(question.decoding.do_sample);
}
TEST(Prompts, SearchWithThreeBeamsWhereXComposersOwnScriptsDo) {
  for (const char* benchmark : {"pope", "hallusion_bench", "mathvista_testmini", "mmvet", "llava_bench_wild", "ocrbench", "vqav2_val", "gqa_testdev"}) {
    EXPECT_EQ(ask(benchmark, cat_question(), "xcomposer").decoding.beams, 3) << benchmark;
    EXPECT_EQ(ask(benchmark, cat_question(), "vlmevalkit").decoding.beams, 1) << benchmark;
  }
}

constexpr const char* kShort = "What is it?\nAnswer the question using a single word or phrase.";
constexpr const char* kShortOnOneLine = "What is it? Answer the question using a single word or phrase.";
constexpr const char* kLetter = "Look.\nWhat is it?\nA. a cat\nB. a dog\nAnswer with the option's letter from the given choices directly.";
constexpr const char* kSelect =
    "Hint: Look.\nQuestion: What is it?\nOptions:\nA. a cat\nB. a dog\nPlease select the correct answer from the options above. \n";
INSTANTIATE_TEST_SUITE_P(Profiles, PromptText,
    ::testing::Values(Case{"chartqa_test", "", kShort, 4096, 12}, Case{"chartqa_test", "internvl", kShortOnOneLine, 100, 12},
                      Case{"chartqa_test", "lmms-eval", "What is it?\nAnswer the question with a single word.", 16, 0},
                      Case{"chartqa_test", "plain", kShort, 1024, 0}, Case{"docvqa_val", "vlmevalkit", kShort, 4096, 18},
                      Case{"docvqa_test", "internvl", kShortOnOneLine, 100, 18}, Case{"docvqa_val", "lmms-eval", kShort, 32, 0},
                      Case{"mme", "vlmevalkit", kShortOnOneLine, 4096, 6}, Case{"mme", "internvl", kShortOnOneLine, 20, 12},
                      Case{"mme", "lmms-eval", kShort, 16, 0}, Case{"mme", "plain", "What is it?", 1024, 0},
                      Case{"mmbench_dev_en", "", kLetter, 4096, 6}, Case{"mmbench_dev_en", "plain", kSelect, 1024, 0},
                      Case{"mmbench_dev_en", "lmms-eval",
                           "Look. What is it? There are several options:\nA. a cat\nB. a dog\n\nAnswer with the option's letter from the given choices directly.", 1024, 0},
                      Case{"ccbench", "lmms-eval", "What is it? There are several options:\nA. a cat\nB. a dog\n\n请直接使用所提供的选项字母作为答案回答。", 256, 0},
                      Case{"mmbench_dev_cn", "internvl", "Look.\nWhat is it?\nA. a cat\nB. a dog\n请直接回答选项字母。", 100, 6},
                      Case{"pope", "", "What is it?", 4096, 6}, Case{"pope", "internvl", kShort, 100, 6}, Case{"pope", "lmms-eval", kShort, 128, 0},
                      Case{"pope", "llava", kShort, 128, 0}, Case{"pope", "plain", "What is it?", 1024, 0},
                      Case{"pope", "xcomposer", "Answer the question using a single word or phrase.What is it?", 500, 0},
                      Case{"hallusion_bench", "", "What is it? Please answer yes or no. Answer the question using a single word or phrase.", 4096, 6},
                      Case{"hallusion_bench", "lmms-eval", "What is it?", 128, 0}, Case{"hallusion_bench", "xcomposer", "What is it?", 500, 0},
                      Case{"seed_bench_all", "llava", kLetter, 128, 0},
                      Case{"seed_bench", "qwen", "\nQuestion: What is it?\nOptions: A. a cat\nB. a dog\nAnswer:", 10, 0},
                      Case{"scienceqa_test", "qwen", "Context: Look.\nQuestion: What is it?\nOptions: A. a cat\nB. a dog\nAnswer:", 10, 0},
                      Case{"seed_bench", "", kLetter, 4096, 6}, Case{"seed_bench", "internvl", kLetter, 100, 6}));

TEST(Prompt, AttachesPicturesBeforeTheText) {
  auto sample = cat_question();
  sample.images.push_back(sample.images.front());
  const auto prompt = attached_prompt(sample, "text");
  ASSERT_EQ(prompt.turns.size(), 1u);
  const auto& parts = prompt.turns.front().parts;
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_EQ(parts[0].image_index, 0u);
  EXPECT_EQ(parts[1].image_index, 1u);
  EXPECT_FALSE(parts[2].is_image());
  EXPECT_EQ(prompt.images[0].key, sample.images[0].key());
  EXPECT_FALSE(prompt.images[0].read_bytes().has_value());  // a missing picture is a failure of its sample, told when it is read
}
TEST(Prompt, AsksInChineseWhereTheQuestionIs) {
  auto sample = cat_question();
  sample.options[1].text = "狗";
  EXPECT_EQ(text_of(ask("mmbench_dev_en", sample)), "Look.\nWhat is it?\nA. a cat\nB. 狗\n请直接回答选项字母。");
  sample.options.clear();
  EXPECT_EQ(text_of(ask("mmbench_dev_en", sample)), "Look.\nWhat is it?\nAnswer the question directly.");
  EXPECT_EQ(text_of(ask("mmbench_dev_en", sample, "plain")), "Hint: Look.\nQuestion: What is it?\n");
}
TEST(Prompt, CutsMmesRequestForLmmsEval) {
  auto sample = cat_question();
  sample.question = "Is it a cat? Please answer yes or no.";
  EXPECT_EQ(text_of(ask("mme", sample, "lmms-eval")), "Is it a cat?\nAnswer the question using a single word or phrase.");
  EXPECT_EQ(text_of(ask("mme", sample)), "Is it a cat? Please answer yes or no. Answer the question using a single word or phrase.");
}
TEST(HasChinese, KnowsItsRange) {
  EXPECT_TRUE(has_chinese("a 猫"));
  EXPECT_FALSE(has_chinese("a ねこ。"));
}

}  // namespace
}  // namespace assay
