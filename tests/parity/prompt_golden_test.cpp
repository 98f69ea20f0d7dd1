#include <gtest/gtest.h>

#include <map>

#include "golden_case.h"
#include "harness/base/json.h"
#include "model/internvl/prompt.h"

/// Every template of the reference over pictures, turns and odd inputs, against what its own chat() wrote.
namespace assay::testing {
namespace {

/// What our door has no way to say, and why.
const std::map<std::string, std::string> kNotSayable = {
    {"two pictures, one mark", "the reference loses the second picture; our prompts place every picture"},
    {"a mark in an answer", "our text is literal: a \"<image>\" written by a model is no picture"},
    {"empty system text", "an empty system text means no system turn here"},
};

TEST(PromptGoldens, AreWrittenAlike) {
  const auto tokenizer = open_tokenizer(parity_root() / "qwen2/checkpoint");
  const auto document = json::parse_file(parity_root() / "prompts.json");
  const auto tokens_per_tile = json::require_int(document, "tokens_per_tile", "prompts.json");
  int compared = 0;
  for (const auto& golden : json::require_array(document, "prompts", "prompts.json").GetArray()) {
    const auto what = json::require_string(golden, "what", "prompts.json");
    if (kNotSayable.contains(what) || json::require_string(golden, "release", what) != "2410d1d") continue;
    InternVlConfig config;
    config.chat_template = json::require_string(golden, "template", what);
    config.system_text = json::require_string(golden, "system", what);
    config.end_ids = {0};
    std::vector<ImageView> views;
    Prompt prompt;
    for (const auto& tiles : json::require_array(golden, "tiles", what).GetArray()) {
      auto& view = views.emplace_back();
      view.tile_count = tiles.GetInt();
      view.token_count = tiles.GetInt() * tokens_per_tile;
      prompt.images.emplace_back();
    }
    std::size_t next_image = 0;
    const auto& history = json::require(golden, "history", what);
    if (history.IsArray()) {
      for (const auto& turn : history.GetArray()) {
        prompt.turns.push_back(user_turn(turn[0].GetString(), next_image, 0));
        prompt.turns.push_back({Role::kAssistant, {{turn[1].GetString(), Part::kNoImage}}});
      }
    }
    const auto question = json::require_string(golden, "question", what);
    const bool has_marks = question.find("<image>") != std::string::npos;
    prompt.turns.push_back(user_turn(question, next_image, has_marks || !history.IsNull() ? 0 : views.size()));
    const auto rendered = InternVlPrompter(config, *tokenizer).render(prompt, views);
    ASSERT_TRUE(rendered) << what << ": " << rendered.error().message;
    EXPECT_EQ(rendered->text, with_counts(json::require_string(golden, "prompt", what))) << config.chat_template << ": " << what;
    ++compared;
  }
  EXPECT_GE(compared, 40);
}

}  // namespace
}  // namespace assay::testing
