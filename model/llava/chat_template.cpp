#include "model/llava/chat_template.h"

#include <algorithm>

#include "harness/base/error.h"
#include "harness/base/suggestion.h"
#include "harness/base/utf8.h"

namespace assay {
namespace {

using Style = LlavaTemplate::Style;

constexpr std::string_view kToUser =
    "A chat between a curious user and an artificial intelligence assistant. The assistant gives helpful, detailed, and polite answers to the user's "
    "questions.";
constexpr std::string_view kToHuman =
    "A chat between a curious human and an artificial intelligence assistant. The assistant gives helpful, detailed, and polite answers to the human's "
    "questions.";
constexpr std::string_view kLlama2System =
    "You are a helpful language and vision assistant. You are able to understand the visual content that the user provides, and assist the user with a "
    "variety of tasks using natural language.";

constexpr LlavaTemplate kTemplates[] = {
    {"chatml_direct", Style::kMarkedRoles, "<|im_start|>user\n", "<|im_start|>assistant\n", "<|im_end|>", "<|im_end|>", "<|im_end|>",
     "Answer the questions.", "<|im_start|>system\n"},
    {"chinese_llava", Style::kChineseLlama2, "USER", "ASSISTANT", "<s>", "</s>", "</s>", kLlama2System},
    {"chinese_llava_baichuan", Style::kChineseBaichuan, "USER", "ASSISTANT", "", "</s>", "</s>", kLlama2System},
    {"llava_llama_2", Style::kLlama2, "USER", "ASSISTANT", "<s>", "</s>", "</s>", kLlama2System},
    {"llava_llama_3", Style::kMarkedRoles, "<|start_header_id|>user<|end_header_id|>\n\n", "<|start_header_id|>assistant<|end_header_id|>\n\n",
     "<|eot_id|>", "<|eot_id|>", "<|eot_id|>", kLlama2System, "<|start_header_id|>system<|end_header_id|>\n\n"},
    {"llava_v0", Style::kSingle, "Human", "Assistant", "###", "###", "###", kToHuman},
    {"llava_v1", Style::kTwo, "USER", "ASSISTANT", " ", "</s>", "</s>", kToHuman},
    {"mistral_instruct", Style::kLlama2, "USER", "ASSISTANT", "", "</s>", "</s>", ""},
    {"native", Style::kNative, "USER", "ASSISTANT", " ", " ", "</s>", ""},
    {"plain", Style::kPlain, "", "", "\n", "\n", "</s>", ""},
    {"qwen_1_5", Style::kMarkedRoles, "<|im_start|>user\n", "<|im_start|>assistant\n", "<|im_end|>\n", "<|im_end|>\n", "<|im_end|>",
     "You are a helpful assistant.", "<|im_start|>system\n"},
    {"vicuna_v1", Style::kTwo, "USER", "ASSISTANT", " ", "</s>", "</s>", kToUser},
    {"vlmevalkit", Style::kVlmEvalKit, "USER", "ASSISTANT", " ", "</s>", "</s>", kToHuman},
};

/// Text and pictures in their order, joined as they come.
class Writer {
 public:
  explicit Writer(bool marks_images) : marks_images_(marks_images) { draft_.texts.emplace_back(); }
  void text(std::string_view text) { draft_.texts.back().append(text); }
  void image(std::size_t index) {
    if (marks_images_) text("<im_start>");
    draft_.images.push_back(index);
    draft_.texts.emplace_back(marks_images_ ? "<im_end>" : "");
  }
  /// What comes next is tokenised by itself.
  void seam() { draft_.images.push_back(LlavaDraft::kSeam), draft_.texts.emplace_back(); }
  LlavaDraft take() { return std::move(draft_); }

 private:
  bool marks_images_;
  LlavaDraft draft_;
};

/// An assistant's turn at the end, which the reply goes on from.
bool begins_reply(const Turn& turn, std::span<const Turn> turns) { return turn.role == Role::kAssistant && &turn == &turns.back(); }

bool is_empty(const Turn& turn) {
  return std::all_of(turn.parts.begin(), turn.parts.end(), [](const Part& part) { return !part.is_image() && part.text.empty(); });
}

/// Pictures that stand before the text come on lines of their own.
void add_content(const Turn& turn, Style style, Writer& out) {
  bool is_attached = true;
  for (const auto& part : turn.parts) {
    is_attached = is_attached && part.is_image();
    if (!part.is_image()) {
      out.text(part.text);
    } else if (style == Style::kVlmEvalKit) {
      out.text(" "), out.image(part.image_index), out.text(" ");
    } else {
      out.image(part.image_index);
      if (is_attached) out.text("\n");
    }
  }
}

std::string text_of(const Turn& turn) {
  std::string text;
  for (const auto& part : turn.parts) text += part.text;
  return text;
}

/// Without white space at both ends, the pictures on lines of their own behind.
void add_content_pictures_last(const Turn& turn, Writer& out) {
  const std::string text = text_of(turn);
  const bool has_pictures = std::any_of(turn.parts.begin(), turn.parts.end(), [](const Part& part) { return part.is_image(); });
  const auto stripped = strip_white_space(text);
  out.text(has_pictures ? std::string_view(text).substr(static_cast<std::size_t>(stripped.data() - text.data())) : stripped);
  for (const auto& part : turn.parts)
    if (part.is_image()) out.text("\n"), out.image(part.image_index);
}

/// Every exchange begins with a begin token, the first with the tokenizer's own.
void write_chinese_llama2(std::span<const Turn> turns, const LlavaTemplate& chat, const std::string& system, Writer& out) {
  bool is_first = true;
  for (const auto& turn : turns) {
    if (turn.role == Role::kSystem || is_empty(turn)) continue;
    if (!is_first) out.seam();
    if (turn.role == Role::kAssistant) {
      add_content_pictures_last(turn, out);
      if (!begins_reply(turn, turns)) out.text(" "), out.text(chat.reply_separator);
      continue;
    }
    if (!is_first) out.text(chat.separator);
    out.text("[INST] ");
    if (is_first && !system.empty()) out.text("<<SYS>>\n"), out.text(system), out.text("\n<</SYS>>\n\n");
    add_content_pictures_last(turn, out);
    out.text(" [/INST] ");
    is_first = false;
  }
}

void write_chinese_baichuan(std::span<const Turn> turns, const LlavaTemplate& chat, const std::string& system, Writer& out) {
  const auto role = [&](std::string_view name) { out.seam(), out.text(name), out.text(":"); };
  out.text(system);
  for (const auto& turn : turns) {
    if (turn.role == Role::kSystem || is_empty(turn)) continue;
    role(turn.role == Role::kUser ? chat.user_role : chat.assistant_role);
    out.seam(), add_content_pictures_last(turn, out);
    if (begins_reply(turn, turns)) return;
    if (turn.role == Role::kAssistant) out.text(chat.reply_separator);
  }
  role(chat.assistant_role);
}

/// "[INST] <<SYS>>...", replies behind, each exchange between the begin and the end token; the first begin token is the tokenizer's.
void write_llama2(std::span<const Turn> turns, const LlavaTemplate& chat, const std::string& system, Writer& out) {
  bool is_first = true;
  for (const auto& turn : turns) {
    if (turn.role == Role::kSystem || is_empty(turn)) continue;
    if (turn.role == Role::kAssistant) {
      out.text(" "), add_content(turn, chat.style, out);
      if (!begins_reply(turn, turns)) out.text(" "), out.text(chat.reply_separator);
      continue;
    }
    if (!is_first) out.text(chat.separator);
    out.text("[INST] ");
    if (is_first && !system.empty()) out.text("<<SYS>>\n"), out.text(system), out.text("\n<</SYS>>\n\n");
    add_content(turn, chat.style, out);
    out.text(" [/INST]");
    is_first = false;
  }
}

void write_marked_roles(std::span<const Turn> turns, const LlavaTemplate& chat, const std::string& system, Writer& out) {
  if (!system.empty()) out.text(chat.system_role), out.text(system), out.text(chat.separator);
  for (const auto& turn : turns) {
    if (turn.role == Role::kSystem || is_empty(turn)) continue;
    out.text(turn.role == Role::kUser ? chat.user_role : chat.assistant_role);
    add_content(turn, chat.style, out);
    if (begins_reply(turn, turns)) return;
    out.text(chat.separator);
  }
  out.text(chat.assistant_role);
}

void write_roles(std::span<const Turn> turns, const LlavaTemplate& chat, const std::string& system, Writer& out) {
  const bool has_system = chat.style != Style::kNative && chat.style != Style::kPlain;
  if (has_system && !system.empty()) out.text(system), out.text(chat.separator);
  for (const auto& turn : turns) {
    if (turn.role == Role::kSystem || is_empty(turn)) continue;
    const bool is_user = turn.role == Role::kUser;
    if (chat.style != Style::kPlain) out.text(is_user ? chat.user_role : chat.assistant_role), out.text(": ");
    add_content(turn, chat.style, out);
    if (begins_reply(turn, turns)) return;
    out.text(is_user ? chat.separator : chat.reply_separator);
  }
  if (chat.style != Style::kPlain) out.text(chat.assistant_role), out.text(chat.style == Style::kVlmEvalKit ? ": " : ":");
}

}  // namespace

std::span<const LlavaTemplate> llava_templates() { return kTemplates; }

const LlavaTemplate& find_llava_template(std::string_view name) {
  std::vector<std::string> known;
  for (const auto& entry : kTemplates) {
    if (entry.name == name) return entry;
    known.emplace_back(entry.name);
  }
  throw ConfigError(fmt::format("no chat template \"{}\"{}", name, suggestion(name, known)));
}

LlavaDraft write_llava_conversation(const Prompt& prompt, const LlavaTemplate& chat, const std::string& system_text, bool marks_images) {
  const bool brings_system = !prompt.turns.empty() && prompt.turns.front().role == Role::kSystem;
  const std::string system = brings_system ? text_of(prompt.turns.front()) : system_text;
  Writer out(marks_images);
  if (chat.style == Style::kLlama2) write_llama2(prompt.turns, chat, system, out);
  else if (chat.style == Style::kChineseLlama2) write_chinese_llama2(prompt.turns, chat, system, out);
  else if (chat.style == Style::kChineseBaichuan) write_chinese_baichuan(prompt.turns, chat, system, out);
  else if (chat.style == Style::kMarkedRoles) write_marked_roles(prompt.turns, chat, system, out);
  else write_roles(prompt.turns, chat, system, out);
  return out.take();
}

}  // namespace assay
