#include "model/xcomposer/chat_template.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"

namespace assay {
namespace {

/// "<0>" in place of the first picture, "{" and "}" of the turns' marks.
std::string written(const Prompt& prompt, std::string_view name, const std::string& system = "") {
  const auto draft = write_xcomposer_conversation(prompt, find_xcomposer_template(name), system);
  std::string text = draft.texts.front();
  for (std::size_t i = 0; i < draft.images.size(); ++i) text += fmt::format("<{}>{}", draft.images[i], draft.texts[i + 1]);
  for (const auto& [mark, letter] : {std::pair<std::string, char>{"[UNUSED_TOKEN_146]", '{'}, {"[UNUSED_TOKEN_145]", '}'}})
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark)) text.replace(at, mark.size(), 1, letter);
  return text;
}

Part text(std::string text) { return {std::move(text), Part::kNoImage}; }
Part image(std::size_t index) { return {"", index}; }
Turn user(std::vector<Part> parts) { return {Role::kUser, std::move(parts)}; }
Turn assistant(std::string reply) { return {Role::kAssistant, {text(std::move(reply))}}; }

Prompt with_images(std::size_t count, std::vector<Turn> turns) { return {std::move(turns), std::vector<ImageInput>(count)}; }

Prompt two_turns() { return with_images(1, {user({image(0), text("What?")}), assistant("A cat."), user({text("Where?")})}); }
Prompt two_pictures() { return with_images(2, {user({image(0), image(1), text("Which?")})}); }

TEST(XComposerTemplate, PutsPicturesWhereEachFormHasThem) {
  EXPECT_EQ(written(two_turns(), "xcomposer2"), "{user\n<0>What?}\n{assistant\nA cat.}\n{user\nWhere?}\n{assistant\n");
  EXPECT_EQ(written(two_turns(), "xcomposer2d5"), "<0>{user\nWhat?}\n{assistant\nA cat.}\n{user\nWhere?}\n{assistant\n");
  EXPECT_EQ(written(two_turns(), "vlmevalkit"), "<0>{user\nWhat?}\n{assistant\nA cat.}\n{user\nWhere?}\n{assistant\n");
  EXPECT_EQ(written(two_turns(), "vlmevalkit_2d5"), "{user\n<0>What?}\n{assistant\nA cat.}\n{user\nWhere?}\n{assistant\n");
}

TEST(XComposerTemplate, NumbersSeveralPictures) {
  EXPECT_EQ(written(two_pictures(), "xcomposer2"), "{user\n<0><1>Which?}\n{assistant\n");
  EXPECT_EQ(written(two_pictures(), "xcomposer2d5"), "{user\nImage1 <0>; Image2 <1>; Which?}\n{assistant\n");
  EXPECT_EQ(written(two_pictures(), "vlmevalkit"), "<0><1>{user\nWhich?}\n{assistant\n");
  EXPECT_EQ(written(two_pictures(), "vlmevalkit_2d5"), "{user\nImage1: <0>; Image2: <1>;Which?}\n{assistant\n");
}

TEST(XComposerTemplate, LeavesPicturesInsideATextWhereTheyAre) {
  const auto prompt = with_images(2, {user({text("Is "), image(0), text(" like "), image(1), text("?")})});
  for (const auto& entry : xcomposer_templates()) EXPECT_EQ(written(prompt, entry.name), "{user\nIs <0> like <1>?}\n{assistant\n") << entry.name;
}

TEST(XComposerTemplate, PutsThePictureOfALaterTurnInFrontToo) {
  const auto prompt = with_images(1, {user({text("Hello.")}), assistant("Yes?"), user({image(0), text("What?")})});
  EXPECT_EQ(written(prompt, "xcomposer2d5"), "<0>{user\nHello.}\n{assistant\nYes?}\n{user\nWhat?}\n{assistant\n");
}

TEST(XComposerTemplate, HasASystemTurnOnlyWhereThereIsAText) {
  EXPECT_EQ(written(two_pictures(), "xcomposer2d5", "S."), "{system\nS.}\n{user\nImage1 <0>; Image2 <1>; Which?}\n{assistant\n");
  EXPECT_THAT(find_xcomposer_template("xcomposer2").system_text, ::testing::StartsWith("You are an AI assistant whose name is InternLM-XComposer"));
  EXPECT_EQ(find_xcomposer_template("xcomposer2d5").system_text, "");
  const auto own = with_images(0, {{Role::kSystem, {text("Mine.")}}, user({text("Who?")})});
  EXPECT_EQ(written(own, "xcomposer2", "S."), "{system\nMine.}\n{user\nWho?}\n{assistant\n");
}

TEST(XComposerTemplate, NamesOptionsAsTheWrapperOf2d5Does) {
  const auto prompt = with_images(0, {user({text("(A) red (J) blue (K) green")})});
  EXPECT_EQ(written(prompt, "vlmevalkit_2d5"), "{user\nA. red J. blue (K) green}\n{assistant\n");
  EXPECT_EQ(written(prompt, "vlmevalkit"), "{user\n(A) red (J) blue (K) green}\n{assistant\n");
}

TEST(XComposerTemplate, GoesOnWithAReplyThatHasBegun) {
  const auto prompt = with_images(0, {user({text("Which?")}), assistant("The answer is")});
  EXPECT_EQ(written(prompt, "vlmevalkit"), "{user\nWhich?}\n{assistant\nThe answer is");
}

TEST(XComposerTemplate, LeavesABareTurnAsItIs) {
  const auto prompt = with_images(1, {{Role::kSystem, {text("S.")}}, {Role::kBare, {image(0), text("[UNUSED_TOKEN_146]user\nWhat?")}}});
  EXPECT_EQ(written(prompt, "vlmevalkit"), "<0>{user\nWhat?");
  EXPECT_EQ(written(prompt, "xcomposer2", "T."), "<0>{user\nWhat?");
}

TEST(XComposerTemplate, ReadsWhatStandsBehindTheAnswersMark) {
  const auto read = [](std::string_view text, const char* name) { return std::string(reply_in(text, find_xcomposer_template(name))); };
  EXPECT_EQ(read("The answer is B", "vlmevalkit_2d5"), " B");
  EXPECT_EQ(read("The answer is A. The answer is C.<|im_end|> The answer is D", "vlmevalkit_2d5"), " C.");
  EXPECT_EQ(read("B", "vlmevalkit_2d5"), "B");
  EXPECT_EQ(read("The answer is B", "vlmevalkit"), "The answer is B");
  EXPECT_EQ(read("The answer is B", "xcomposer2d5"), "The answer is B");
}

TEST(XComposerTemplate, AreSortedAndSuggested) {
  const auto templates = xcomposer_templates();
  EXPECT_TRUE(std::is_sorted(templates.begin(), templates.end(), [](const auto& a, const auto& b) { return a.name < b.name; }));
  try {
    (void)find_xcomposer_template("xcomposer");
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("xcomposer2"));
  }
}

}  // namespace
}  // namespace assay
