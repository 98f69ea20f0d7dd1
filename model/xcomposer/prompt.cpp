#include "model/xcomposer/prompt.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/error.h"
#include "model/xcomposer/chat_template.h"

namespace assay {
namespace {

constexpr std::string_view kPicture = "<ImageHere>";
constexpr std::int64_t kStandIn = 0;  // an id that every vocabulary has; its embedding is replaced

void append(const std::vector<std::int64_t>& ids, RenderedPrompt& out) { out.token_ids.insert(out.token_ids.end(), ids.begin(), ids.end()); }

}  // namespace

XComposerPrompter::XComposerPrompter(const XComposerConfig& config, const Tokenizer& tokenizer)
    : config_(config), tokenizer_(tokenizer), end_ids_(config.end_ids), end_text_(kTurnEnd) {
  const auto end = tokenizer.id_of(kTurnEnd);
  if (end && std::find(end_ids_.begin(), end_ids_.end(), *end) == end_ids_.end()) end_ids_.push_back(*end);
  const bool goes_on = !find_xcomposer_template(config.chat_template).ends_at_turn && !config.end_ids.empty();
  beam_end_ids_ = goes_on ? config.end_ids : end_ids_;
  if (end_ids_.empty()) throw ModelError(fmt::format("no token ends a reply: the tokenizer has no \"{}\" and no config names an eos_token_id", kTurnEnd));
}

Result<RenderedPrompt> XComposerPrompter::render(const Prompt& prompt, std::span<const ImageView> images) const {
  const auto& chat = find_xcomposer_template(config_.chat_template);
  const auto draft = write_xcomposer_conversation(prompt, chat, config_.system_text);
  RenderedPrompt rendered;
  if (chat.begins_every_part && draft.images.empty()) append(tokenizer_.prefix_ids(), rendered);
  for (std::size_t i = 0; i < draft.texts.size(); ++i) {
    if (i > 0) {
      const auto index = draft.images[i - 1];
      const auto count = images[index].token_count;
      rendered.text += fmt::format("{}*{}", kPicture, count);
      rendered.slots.push_back({static_cast<std::int64_t>(rendered.token_ids.size()), count, index, 0});
      rendered.token_ids.insert(rendered.token_ids.end(), static_cast<std::size_t>(count), kStandIn);
    }
    const auto& text = draft.texts[i];
    const bool needs_begin = chat.begins_every_part ? !text.empty() : i == 0;
    if (needs_begin) append(tokenizer_.prefix_ids(), rendered);
    append(tokenizer_.encode(text), rendered);
    rendered.text += text;
  }
  const auto length = static_cast<std::int64_t>(rendered.token_ids.size());
  if (config_.most_positions > 0 && length > config_.most_positions)
    return SampleFailure{"", "preprocess", fmt::format("the prompt has {} tokens; the model's chat() cuts it off at {}, and the question with it; use --max-tiles",
                                                       length, config_.most_positions)};
  return rendered;
}

}  // namespace assay
