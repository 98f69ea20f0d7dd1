#include "model/xcomposer/chat_template.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/suggestion.h"

namespace assay {
namespace {

using Pictures = XComposerTemplate::Pictures;

constexpr std::string_view kMeta =
    "You are an AI assistant whose name is InternLM-XComposer (浦语·灵笔).\n"
    "- InternLM-XComposer (浦语·灵笔) is a multi-modality conversational language model that is developed by Shanghai AI Laboratory "
    "(上海人工智能实验室). It is designed to be helpful, honest, and harmless.\n"
    "- InternLM-XComposer (浦语·灵笔) can understand and communicate fluently in the language chosen by the user such as English and 中文.\n"
    "- InternLM-XComposer (浦语·灵笔) is capable of comprehending and articulating responses effectively based on the provided image.";

constexpr XComposerTemplate kTemplates[] = {
    {"vlmevalkit", Pictures::kAtBegin, false, false, false, ""},
    {"vlmevalkit_2d5", Pictures::kNumbered, false, true, false, "", "The answer is"},
    {"xcomposer2", Pictures::kInTurn, true, false, true, kMeta},
    {"xcomposer2d5", Pictures::kInFront, false, false, true, ""},
};

constexpr std::string_view kTurnBegin = "[UNUSED_TOKEN_146]";

std::string text_of(const Turn& turn) {
  std::string text;
  for (const auto& part : turn.parts) text += part.text;
  return text;
}

bool has_pictures(const Turn& turn) {
  return std::any_of(turn.parts.begin(), turn.parts.end(), [](const Part& part) { return part.is_image(); });
}

std::size_t count_attached(const Turn& turn) {
  const auto first = std::find_if(turn.parts.begin(), turn.parts.end(), [](const Part& part) { return !part.is_image(); });
  return static_cast<std::size_t>(first - turn.parts.begin());
}

std::string with_named_options(std::string text) {
  for (char letter = 'A'; letter <= 'J'; ++letter) {
    const std::string mark{'(', letter, ')'};
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) text.replace(at, mark.size(), std::string{letter, '.'});
  }
  return text;
}

class Writer {
 public:
  Writer(const Prompt& prompt, const XComposerTemplate& chat) : chat_(chat), has_several_(prompt.images.size() > 1) {
    for (const auto& turn : prompt.turns)
      if (first_with_pictures_ == nullptr && has_pictures(turn)) first_with_pictures_ = &turn;
    draft_.texts.emplace_back();
  }

  void text(std::string_view text) { draft_.texts.back().append(text); }

  /// The pictures that stand before everything else.
  void front() {
    if (first_with_pictures_ == nullptr) return;
    for (std::size_t i = 0; i < count_in_front(*first_with_pictures_); ++i) image(first_with_pictures_->parts[i].image_index);
  }

  void content(const Turn& turn) {
    const auto attached = count_attached(turn);
    const auto in_front = &turn == first_with_pictures_ ? count_in_front(turn) : 0;
    for (auto i = in_front; i < attached; ++i) attach(turn.parts[i].image_index, i + 1 == attached);
    for (auto i = attached; i < turn.parts.size(); ++i) {
      const auto& part = turn.parts[i];
      if (part.is_image()) image(part.image_index);
      else text(chat_.names_options && turn.role == Role::kUser ? with_named_options(part.text) : part.text);
    }
  }

  XComposerDraft take() { return std::move(draft_); }

 private:
  [[nodiscard]] std::size_t count_in_front(const Turn& turn) const {
    const bool goes_there = chat_.pictures == Pictures::kAtBegin || (chat_.pictures == Pictures::kInFront && !has_several_);
    return goes_there ? count_attached(turn) : 0;
  }

  void attach(std::size_t index, bool is_last) {
    const bool is_named = has_several_ && (chat_.pictures == Pictures::kInFront || chat_.pictures == Pictures::kNumbered);
    if (!is_named) return image(index);
    const bool has_colon = chat_.pictures == Pictures::kNumbered;
    text(fmt::format("Image{}{} ", index + 1, has_colon ? ":" : ""));
    image(index);
    text(has_colon && is_last ? ";" : "; ");
  }

  void image(std::size_t index) {
    draft_.images.push_back(index);
    draft_.texts.emplace_back();
  }

  const XComposerTemplate& chat_;
  bool has_several_;
  const Turn* first_with_pictures_ = nullptr;
  XComposerDraft draft_;
};

}  // namespace

std::span<const XComposerTemplate> xcomposer_templates() { return kTemplates; }

const XComposerTemplate& find_xcomposer_template(std::string_view name) {
  std::vector<std::string> known;
  for (const auto& entry : kTemplates) {
    if (entry.name == name) return entry;
    known.emplace_back(entry.name);
  }
  throw ConfigError(fmt::format("no chat template \"{}\"{}", name, suggestion(name, known)));
}

XComposerDraft write_xcomposer_conversation(const Prompt& prompt, const XComposerTemplate& chat, const std::string& system_text) {
  const auto turn_end = fmt::format("{}\n", kTurnEnd);
  const bool brings_system = !prompt.turns.empty() && prompt.turns.front().role == Role::kSystem;
  const std::string system = brings_system ? text_of(prompt.turns.front()) : system_text;
  Writer out(prompt, chat);
  out.front();
  const bool is_bare = !prompt.turns.empty() && prompt.turns.back().role == Role::kBare;
  if (!system.empty() && !is_bare) out.text(kTurnBegin), out.text("system\n"), out.text(system), out.text(turn_end);
  for (const auto& turn : prompt.turns) {
    if (turn.role == Role::kSystem) continue;
    if (turn.role == Role::kBare) {
      out.content(turn);
      continue;
    }
    out.text(kTurnBegin), out.text(turn.role == Role::kUser ? "user\n" : "assistant\n");
    out.content(turn);
    if (turn.role == Role::kAssistant && &turn == &prompt.turns.back()) return out.take();
    out.text(turn_end);
  }
  if (!is_bare) out.text(kTurnBegin), out.text("assistant\n");
  return out.take();
}

std::string_view reply_in(std::string_view text, const XComposerTemplate& chat) {
  if (chat.answer_mark.empty()) return text;
  text = text.substr(0, text.find("<|im_end|>"));
  const auto mark = text.rfind(chat.answer_mark);
  return mark == std::string_view::npos ? text : text.substr(mark + chat.answer_mark.size());
}

}  // namespace assay
