#include "benchmarks/family_prompts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "benchmarks/catalog.h"
#include "harness/base/error.h"

namespace assay {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

Sample question() {
  Sample sample;
  sample.id = "1";
  sample.question = "What is it?";
  for (const char* name : {"cat.png", "dog.png"}) {
    ImageRef picture;
    picture.path = name;
    picture.name = name;
    sample.images.push_back(picture);
  }
  return sample;
}

Sample choice() {
  Sample sample = question();
  sample.hint = "Look.";
  sample.options = {{"A", "a cat"}, {"B", "a dog"}};
  return sample;
}

/// Turns with "s:", "u:", "a:", "b:" for their roles, "<0>" for the first picture, "{" and "}" for the marks of XComposer's turns, "~15~" for fifteen spaces.
std::string written(const Prompt& prompt) {
  std::string text;
  for (const auto& turn : prompt.turns) {
    text += turn.role == Role::kSystem ? "s:" : turn.role == Role::kUser ? "u:" : turn.role == Role::kAssistant ? "a:" : "b:";
    for (const auto& part : turn.parts) text += part.is_image() ? "<" + std::to_string(part.image_index) + ">" : part.text;
    text += "|";
  }
  const std::pair<std::string, std::string> marks[] = {{"[UNUSED_TOKEN_146]", "{"}, {"[UNUSED_TOKEN_145]", "}"}, {std::string(26, ' '), "~26~"},
                                                       {std::string(25, ' '), "~25~"}, {std::string(15, ' '), "~15~"}};
  for (const auto& [mark, sign] : marks)
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark)) text.replace(at, mark.size(), sign);
  return text;
}

struct Case {
  const char *profile, *benchmark, *text;
  int max_new_tokens, beams;
  int max_tiles = 0;  ///< 0: none said
  bool is_squared = false;
};
void PrintTo(const Case& c, std::ostream* os) { *os << c.profile << " " << c.benchmark; }

class FamilyPrompt : public ::testing::TestWithParam<Case> {};
TEST_P(FamilyPrompt, IsExactlyTheToolkits) {
  const auto& c = GetParam();
  const std::string benchmark = c.benchmark;
  const bool has_options = std::string_view(c.text).find("a cat") != std::string_view::npos;
  Sample sample = has_options ? choice() : question();
  if (benchmark == "mme") sample.question = "Is it? Please answer yes or no.";
  if (benchmark == "mmmu_val") sample.question = "What is <image 1>?";
  const auto asked = make_benchmark(benchmark)->ask(sample, c.profile);
  EXPECT_EQ(written(asked.prompt), c.text);
  EXPECT_EQ(asked.decoding.max_new_tokens, c.max_new_tokens);
  EXPECT_EQ(asked.decoding.beams, c.beams);
  EXPECT_EQ(asked.decoding.repetition_penalty, 1.0);
  EXPECT_EQ(asked.max_tiles.value_or(0), c.max_tiles);
  EXPECT_EQ(asked.prompt.images.front().is_squared, c.is_squared);
  EXPECT_EQ(asked.prompt.images.front().key == sample.images.front().key(), !c.is_squared) << "a picture set into a square is another one to the caches";
}

constexpr const char* kShortTurn = "u:<0>Answer the question using a single word or phrase.What is it?|";
constexpr const char* kOptionsTurn = "u:<0>Question: What is it?\nContext: Look.\nOptions: A. a cat B. a dog|a:The answer is|";

INSTANTIATE_TEST_SUITE_P(XComposersScripts, FamilyPrompt,
    ::testing::Values(Case{"xcomposer", "mme", "u:<0>Is it? Answer this question briefly|", 5, 5, 0, true},
                      Case{"xcomposer", "hallusion_bench", "u:<0>What is it?|", 500, 3, 0, true},
                      Case{"xcomposer", "mmbench_dev_en", kOptionsTurn, 5, 5}, Case{"xcomposer", "ccbench", kOptionsTurn, 5, 5},
                      Case{"xcomposer", "seed_bench", kOptionsTurn, 5, 5}, Case{"xcomposer", "ai2d_test", kOptionsTurn, 500, 3},
                      Case{"xcomposer", "q_bench_dev", "u:<0>Question: What is it?\nContext: Look.\nOptions: A. a cat B. a dog |a:The answer is|", 500, 3},
                      Case{"xcomposer", "mmmu_val", "u:<0>Question: What is ?\nOptions: (A) a cat\n(B) a dog\n|a:The answer is|", 500, 3},
                      Case{"xcomposer", "realworldqa", kShortTurn, 5, 5}, Case{"xcomposer", "chartqa_test", kShortTurn, 500, 3},
                      Case{"xcomposer", "pope", kShortTurn, 500, 3}, Case{"xcomposer", "mathvista_testmini", "u:<0>What is it?|", 500, 3}));

INSTANTIATE_TEST_SUITE_P(KitsXComposer2, FamilyPrompt,
    ::testing::Values(Case{"vlmevalkit-xcomposer2", "mme", "u:<0>Is it? Answer this question briefly|", 500, 5, 0, true},
                      Case{"vlmevalkit-xcomposer2", "hallusion_bench", kShortTurn, 10, 3},
                      Case{"vlmevalkit-xcomposer2", "mmstar", kOptionsTurn, 5, 5}, Case{"vlmevalkit-xcomposer2", "scienceqa_test", kOptionsTurn, 5, 5},
                      Case{"vlmevalkit-xcomposer2", "mmmu_val", "u:<0>Question: What is <image 1>?\nContext: Look.\nOptions: A. a cat B. a dog|a:The answer is|", 5, 5},
                      Case{"vlmevalkit-xcomposer2", "docvqa_val", kShortTurn, 500, 3}, Case{"vlmevalkit-xcomposer2", "mmvet", kShortTurn, 500, 3},
                      Case{"vlmevalkit-xcomposer2", "ocrbench", kShortTurn, 500, 3},
                      Case{"vlmevalkit-xcomposer2", "mathvista_testmini", "u:<0>What is it?|", 500, 3}));

INSTANTIATE_TEST_SUITE_P(Kits4Khd, FamilyPrompt,
    ::testing::Values(Case{"vlmevalkit-xcomposer2-4khd", "mme", "u:<0>Is it? Answer this question briefly|", 500, 5},
                      Case{"vlmevalkit-xcomposer2-4khd", "hallusion_bench", "u:<0>Answer the question using a single word or phrase.What is it?~15~|", 10, 3},
                      Case{"vlmevalkit-xcomposer2-4khd", "mmbench_dev_cn", kOptionsTurn, 5, 5, 16},
                      Case{"vlmevalkit-xcomposer2-4khd", "ccbench", kOptionsTurn, 5, 5},
                      Case{"vlmevalkit-xcomposer2-4khd", "ocrbench", "u:<0>Answer the question using a single word or phrase.~26~What is it?|", 100, 3},
                      Case{"vlmevalkit-xcomposer2-4khd", "docvqa_test", "u:<0>Answer the question using a single word or phrase.~26~What is it?|", 100, 3, 65},
                      Case{"vlmevalkit-xcomposer2-4khd", "infovqa_val", "u:<0>Answer the question using a single word or phrase.~26~What is it?|", 100, 3, 55},
                      Case{"vlmevalkit-xcomposer2-4khd", "mathvista_testmini", "u:<0>What is it?|", 100, 3},
                      Case{"vlmevalkit-xcomposer2-4khd", "pope", "b:<0>What is it?|", 500, 3}));

INSTANTIATE_TEST_SUITE_P(LmmsEvals4Khd, FamilyPrompt,
    ::testing::Values(Case{"lmms-eval-xcomposer2-4khd", "mme", "u:<0><1>Is it? Answer this question briefly|", 16, 1},
                      Case{"lmms-eval-xcomposer2-4khd", "ai2d_test", "u:<0><1>Question: What is it?\nContext: N/A\nA. a cat B. a dog|a:The answer is|", 16, 1}));

INSTANTIATE_TEST_SUITE_P(Kits2d5, FamilyPrompt,
    ::testing::Values(Case{"vlmevalkit-xcomposer2d5", "mme", "u:{user\n<0><1>Is it? Answer this question briefly|", 2048, 3},
                      Case{"vlmevalkit-xcomposer2d5", "pope",
                           "u:Answer the question using a single word or phrase.{user\n<0><1>What is it?}\n{assistant\n~15~|", 10, 3},
                      Case{"vlmevalkit-xcomposer2d5", "hallusion_bench",
                           "u:Answer the question using a single word or phrase.{user\n<0><1>What is it?}\n{assistant\n~15~|", 10, 3},
                      Case{"vlmevalkit-xcomposer2d5", "mmbench_dev_en", "u:<0><1>Question: What is it?\nContext: Look.\nOptions: A. a cat B. a dog|", 5, 3},
                      Case{"vlmevalkit-xcomposer2d5", "realworldqa", "u:<0><1>Answer the question using a single word or phrase.What is it?|", 5, 3},
                      Case{"vlmevalkit-xcomposer2d5", "textvqa_val", "u:<0><1>Answer the question using a single word or phrase.What is it?|", 100, 3},
                      Case{"vlmevalkit-xcomposer2d5", "refcoco_val", "u:<0><1>What is it?|", 500, 3}));

INSTANTIATE_TEST_SUITE_P(KitsLlava, FamilyPrompt,
    ::testing::Values(Case{"vlmevalkit-llava", "mme", "u:<0><1>Is it? Please answer yes or no.|", 2048, 1},
                      Case{"vlmevalkit-llava", "mmbench_dev_en",
                           "u:<0><1>Look.\nWhat is it?\nA. a cat\nB. a dog\nAnswer with the option's letter from the given choices directly.|", 2048, 1},
                      Case{"vlmevalkit-llava", "chartqa_test", "u:<0><1>What is it?\nAnswer the question using a single word or phrase.|", 2048, 1},
                      Case{"vlmevalkit-llava", "ocrbench", "u:<0><1>What is it?|", 2048, 1},
                      Case{"llava", "mme", "u:<0><1>Is it?\nAnswer the question using a single word or phrase.|", 128, 1},
                      Case{"llava", "mmbench_dev_cn", "u:<0><1>Look.\nWhat is it?\nA. a cat\nB. a dog\n请直接回答选项字母。|", 1024, 1}));

TEST(FamilyPrompts, BringASystemTurnWhereADetailedAnswerIsWanted) {
  const auto asked = [](const char* benchmark, const char* profile) { return written(make_benchmark(benchmark)->ask(question(), profile).prompt); };
  EXPECT_THAT(asked("mmvet", "xcomposer"), HasSubstr("developed by Shanghai AI Laboratory"));
  EXPECT_THAT(asked("mmvet", "xcomposer"), HasSubstr("based on the provided image.|u:<0>What is it?Answer this question in detail.|"));
  EXPECT_THAT(asked("pope", "vlmevalkit-xcomposer2"), HasSubstr("s:\nYou are an AI assistant whose name is InternLM-XComposer"));
  EXPECT_THAT(asked("pope", "vlmevalkit-xcomposer2"), HasSubstr("developed by\nShanghai AI Laboratory"));
  EXPECT_THAT(asked("pope", "vlmevalkit-xcomposer2"), HasSubstr("based on the provided image.\n|u:<0>What is it?Answer this question in detail.|"));
  EXPECT_THAT(asked("llava_bench_wild", "vlmevalkit-xcomposer2"),
              HasSubstr("|u:<0>{user\nAnswer the question using a single word or phrase.What is it?}\n{assistant\nAnswer this question in detail.|"));
  EXPECT_THAT(asked("mmvet", "vlmevalkit-xcomposer2-4khd"), HasSubstr("b:<0>{system\nYou are an AI assistant"));
  EXPECT_THAT(asked("mmvet", "vlmevalkit-xcomposer2-4khd"), HasSubstr("image.}\n{user\nWhat is it?~25~Answer this question in detail.}\n{~25~assistant\n|"));
}

TEST(FamilyPrompts, AskTheWholeQuestionWhereNothingIsToBeCut) {
  Sample sample = question();
  EXPECT_THAT(written(make_benchmark("mme")->ask(sample, "xcomposer").prompt), "u:<0>What is it? Answer this question briefly|");
  sample.options.clear();
  EXPECT_THAT(written(make_benchmark("mmbench_dev_en")->ask(sample, "xcomposer").prompt), kShortTurn);
}

TEST(FamilyPrompts, AreOfferedWhereTheirOwnersAskSomething) {
  const auto profiles = [](const char* benchmark) { return make_benchmark(benchmark)->prompt_profiles(); };
  for (const auto& entry : benchmark_catalog()) {
    if (entry.name == "convbench" || entry.name == "mmdu") continue;  // dialogues, which their own benchmarks alone ask
    for (const auto& profile : profiles(std::string(entry.name).c_str())) EXPECT_NO_THROW((void)entry.make()->ask(choice(), profile)) << entry.name << " " << profile;
    EXPECT_THAT(profiles(std::string(entry.name).c_str()), Contains("vlmevalkit-llava")) << entry.name;
    EXPECT_THAT(profiles(std::string(entry.name).c_str()), Contains("vlmevalkit-xcomposer2")) << entry.name;
  }
  EXPECT_THAT(profiles("mmvet"), Not(Contains("vlmevalkit-xcomposer2d5"))) << "there VLMEvalKit's wrapper stops";
  EXPECT_THAT(profiles("refcoco_val"), Not(Contains("xcomposer")));
  EXPECT_THROW((void)make_benchmark("mmvet")->ask(question(), "vlmevalkit-xcomposer2d5"), ConfigError);
}

}  // namespace
}  // namespace assay
