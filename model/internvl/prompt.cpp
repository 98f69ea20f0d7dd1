#include "model/internvl/prompt.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/error.h"
#include "model/family_parts.h"
#include "model/internvl/chat_template.h"

namespace assay {
namespace {

constexpr std::string_view kImageStart = "<img>", kContext = "<IMG_CONTEXT>", kImageEnd = "</img>";

/// The text of a conversation in which every picture is one context token, and the pictures in the order of their tokens.
struct Draft {
  std::string text;
  std::vector<std::vector<std::size_t>> blocks;  ///< pictures behind each context token; one, or all of a turn's in the first V1-5 release

  void add_block(std::vector<std::size_t> images) {
    text.append(kImageStart).append(kContext).append(kImageEnd);
    blocks.push_back(std::move(images));
  }
};

/// Pictures before the first text of a turn, as model.chat and VLMEvalKit's wrapper place them.
std::size_t add_attached(const Turn& turn, AttachedImages form, Draft& draft) {
  std::vector<std::size_t> attached;
  for (const auto& part : turn.parts) {
    if (!part.is_image()) break;
    attached.push_back(part.image_index);
  }
  if (attached.size() > 1 && form == AttachedImages::kJoined) {
    draft.add_block(attached);
    draft.text += '\n';
    return attached.size();
  }
  for (const auto index : attached) {
    if (attached.size() > 1 && form == AttachedImages::kNumbered) draft.text += fmt::format("Image-{}: ", index + 1);
    draft.add_block({index});
    draft.text += '\n';
  }
  return attached.size();
}

void add_turn(const Turn& turn, AttachedImages form, Draft& draft) {
  for (auto i = add_attached(turn, form, draft); i < turn.parts.size(); ++i) {
    if (turn.parts[i].is_image()) draft.add_block({turn.parts[i].image_index});
    else draft.text += turn.parts[i].text;
  }
}

std::string text_of(const Turn& turn) {
  std::string text;
  for (const auto& part : turn.parts) text += part.text;
  return text;
}

bool is_empty(const Turn& turn) {
  return std::all_of(turn.parts.begin(), turn.parts.end(), [](const Part& part) { return !part.is_image() && part.text.empty(); });
}

Draft write_conversation(const Prompt& prompt, const InternVlConfig& config) {
  const auto& chat = find_chat_template(config.chat_template);
  Draft draft;
  const bool brings_system = !prompt.turns.empty() && prompt.turns.front().role == Role::kSystem;
  const auto system = brings_system ? text_of(prompt.turns.front()) : config.system_text;
  if (!system.empty() || chat.leads_with_separator) draft.text.append(chat.system_role).append(system).append(chat.user_separator);
  for (const auto& turn : prompt.turns) {
    if (turn.role == Role::kSystem) continue;
    const bool is_user = turn.role == Role::kUser;
    draft.text += is_user ? chat.user_role : chat.assistant_role;
    if (is_empty(turn)) continue;
    draft.text += chat.gap;
    add_turn(turn, config.attached, draft);
    if (!is_user && &turn == &prompt.turns.back()) return draft;
    draft.text += is_user ? chat.user_separator : chat.assistant_separator;
  }
  draft.text += chat.assistant_role;
  return draft;
}

/// The draft's text with the run behind each context token spelled as a count.
std::string text_with_counts(const Draft& draft, std::span<const std::int64_t> counts) {
  std::string text;
  std::size_t from = 0;
  for (const auto count : counts) {
    const auto at = draft.text.find(kContext, from);
    text += draft.text.substr(from, at - from);
    text += fmt::format("{}*{}", kContext, count);
    from = at + kContext.size();
  }
  return text + draft.text.substr(from);
}

}  // namespace

InternVlPrompter::InternVlPrompter(const InternVlConfig& config, const Tokenizer& tokenizer)
    : config_(config), tokenizer_(tokenizer), end_ids_(config.end_ids) {
  const auto context = tokenizer.id_of(kContext);
  if (!context) throw ModelError(fmt::format("the tokenizer has no token \"{}\"; are its added tokens missing from the folder?", kContext));
  context_id_ = *context;
  end_text_ = find_chat_template(config.chat_template).stop;
  const auto stop = tokenizer.id_of(end_text_);
  if (stop && std::find(end_ids_.begin(), end_ids_.end(), *stop) == end_ids_.end()) end_ids_.push_back(*stop);
  if (end_ids_.empty()) {
    throw ModelError(fmt::format("no token ends a reply: the tokenizer has no \"{}\" and no config names an eos_token_id", end_text_));
  }
}

Result<RenderedPrompt> InternVlPrompter::render(const Prompt& prompt, std::span<const ImageView> images) const {
  if (auto refused = refuse_bare_turns(prompt, "InternVL")) return std::move(*refused);
  const auto draft = write_conversation(prompt, config_);
  std::vector<std::int64_t> counts;
  for (const auto& block : draft.blocks) {
    counts.push_back(0);
    for (const auto index : block) counts.back() += images[index].token_count;
  }
  RenderedPrompt rendered;
  rendered.token_ids = tokenizer_.prefix_ids();
  std::size_t next = 0;
  for (const auto id : tokenizer_.encode(draft.text)) {
    if (id != context_id_) {
      rendered.token_ids.push_back(id);
      continue;
    }
    if (next < draft.blocks.size()) {
      for (const auto index : draft.blocks[next]) {
        const auto count = images[index].token_count;
        rendered.slots.push_back({static_cast<std::int64_t>(rendered.token_ids.size()), count, index, 0});
        rendered.token_ids.insert(rendered.token_ids.end(), static_cast<std::size_t>(count), context_id_);
      }
    }
    ++next;
  }
  if (next != draft.blocks.size()) {
    return SampleFailure{"", "preprocess",
                         fmt::format("the prompt has {} picture places for {} pictures; does a text contain \"{}\"?", next, draft.blocks.size(), kContext)};
  }
  rendered.text = text_with_counts(draft, counts);
  return rendered;
}

}  // namespace assay
