#include "model/llava/chat_template.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"

namespace assay {
namespace {

/// "<0>" in place of the first picture, "|" where a text is tokenised by itself.
std::string written(const Prompt& prompt, std::string_view name, const std::string& system, bool marks_images = false) {
  const auto draft = write_llava_conversation(prompt, find_llava_template(name), system, marks_images);
  std::string text = draft.texts.front();
  for (std::size_t i = 0; i < draft.images.size(); ++i) text += (draft.images[i] == LlavaDraft::kSeam ? "|" : fmt::format("<{}>", draft.images[i])) + draft.texts[i + 1];
  return text;
}

Part text(std::string text) { return {std::move(text), Part::kNoImage}; }
Part image(std::size_t index) { return {"", index}; }

Prompt one_question() { return {{{Role::kUser, {image(0), text("What?")}}}, {}}; }
Prompt two_turns() { return {{{Role::kUser, {image(0), text("What?")}}, {Role::kAssistant, {text("A cat.")}}, {Role::kUser, {text("Where?")}}}, {}}; }

TEST(LlavaTemplate, ByTheRepositorysForms) {
  EXPECT_EQ(written(two_turns(), "vicuna_v1", "S."), "S. USER: <0>\nWhat? ASSISTANT: A cat.</s>USER: Where? ASSISTANT:");
  EXPECT_EQ(written(two_turns(), "llava_v0", "S."), "S.###Human: <0>\nWhat?###Assistant: A cat.###Human: Where?###Assistant:");
  EXPECT_EQ(written(two_turns(), "llava_llama_2", "S."),
            "[INST] <<SYS>>\nS.\n<</SYS>>\n\n<0>\nWhat? [/INST] A cat. </s><s>[INST] Where? [/INST]");
  EXPECT_EQ(written(one_question(), "plain", ""), "<0>\nWhat?\n");
}

TEST(LlavaTemplate, OfTheNextReleases) {
  EXPECT_EQ(written(two_turns(), "mistral_instruct", ""), "[INST] <0>\nWhat? [/INST] A cat. </s>[INST] Where? [/INST]");
  EXPECT_EQ(written(two_turns(), "chatml_direct", "S."),
            "<|im_start|>system\nS.<|im_end|><|im_start|>user\n<0>\nWhat?<|im_end|><|im_start|>assistant\nA cat.<|im_end|><|im_start|>user\n"
            "Where?<|im_end|><|im_start|>assistant\n");
  EXPECT_EQ(written(one_question(), "qwen_1_5", "S."),
            "<|im_start|>system\nS.<|im_end|>\n<|im_start|>user\n<0>\nWhat?<|im_end|>\n<|im_start|>assistant\n");
  EXPECT_EQ(written(one_question(), "llava_llama_3", "S."),
            "<|start_header_id|>system<|end_header_id|>\n\nS.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\n<0>\nWhat?<|eot_id|>"
            "<|start_header_id|>assistant<|end_header_id|>\n\n");
}

TEST(LlavaTemplate, OfChineseLlavaPutsPicturesBehindTheText) {
  EXPECT_EQ(written(one_question(), "chinese_llava", "S.", true), "[INST] <<SYS>>\nS.\n<</SYS>>\n\nWhat?\n<im_start><0><im_end> [/INST] ");
  EXPECT_EQ(written(two_turns(), "chinese_llava", "S.", true),
            "[INST] <<SYS>>\nS.\n<</SYS>>\n\nWhat?\n<im_start><0><im_end> [/INST] |A cat. </s>|<s>[INST] Where? [/INST] ");
  EXPECT_EQ(written(two_turns(), "chinese_llava_baichuan", "S.", true),
            "S.|USER:|What?\n<im_start><0><im_end>|ASSISTANT:|A cat.</s>|USER:|Where?|ASSISTANT:");
}

TEST(LlavaTemplate, GoesOnWithAReplyThatHasBegun) {
  Prompt prompt = one_question();
  prompt.turns.push_back({Role::kAssistant, {text("The answer is")}});
  EXPECT_EQ(written(prompt, "vicuna_v1", "S."), "S. USER: <0>\nWhat? ASSISTANT: The answer is");
  EXPECT_EQ(written(prompt, "mistral_instruct", ""), "[INST] <0>\nWhat? [/INST] The answer is");
  EXPECT_EQ(written(prompt, "chatml_direct", ""), "<|im_start|>user\n<0>\nWhat?<|im_end|><|im_start|>assistant\nThe answer is");
  EXPECT_EQ(written(prompt, "chinese_llava", ""), "[INST] What?\n<0> [/INST] |The answer is");
  EXPECT_EQ(written(prompt, "chinese_llava_baichuan", "S."), "S.|USER:|What?\n<0>|ASSISTANT:|The answer is");
}

TEST(LlavaTemplate, OfTransformersLeavesTheSystemTextOut) {
  EXPECT_EQ(written(two_turns(), "native", "S."), "USER: <0>\nWhat? ASSISTANT: A cat. USER: Where? ASSISTANT:");
}

TEST(LlavaTemplate, OfVlmEvalKitKeepsItsSpaces) { EXPECT_EQ(written(one_question(), "vlmevalkit", "S."), "S. USER:  <0> What? ASSISTANT: "); }

TEST(LlavaTemplate, PutsMarksAroundPictures) {
  EXPECT_EQ(written(one_question(), "vicuna_v1", "S.", true), "S. USER: <im_start><0><im_end>\nWhat? ASSISTANT:");
}

TEST(LlavaTemplate, LeavesPicturesInsideATextWhereTheyAre) {
  const Prompt prompt{{{Role::kUser, {text("Is "), image(0), text(" like "), image(1), text("?")}}}, {}};
  EXPECT_EQ(written(prompt, "vicuna_v1", "S."), "S. USER: Is <0> like <1>? ASSISTANT:");
}

TEST(LlavaTemplate, TakesASystemTurnInPlaceOfItsOwn) {
  Prompt prompt = one_question();
  prompt.turns.insert(prompt.turns.begin(), {Role::kSystem, {text("Mine.")}});
  EXPECT_EQ(written(prompt, "vicuna_v1", "S."), "Mine. USER: <0>\nWhat? ASSISTANT:");
}

TEST(LlavaTemplate, NamesTheNearestForAnUnknownOne) { EXPECT_THROW((void)find_llava_template("vicuna_v2"), ConfigError); }

}  // namespace
}  // namespace assay
