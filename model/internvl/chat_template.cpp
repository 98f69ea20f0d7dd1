#include "model/internvl/chat_template.h"

#include <vector>

#include "harness/base/error.h"
#include "harness/base/suggestion.h"

namespace assay {
namespace {

constexpr std::string_view kInternVl2Text =
    "你是由上海人工智能实验室联合商汤科技开发的书生多模态大模型，英文名叫InternVL, 是一个有用无害的人工智能助手。";
constexpr std::string_view kInternVl25Text =
    "你是书生·万象，英文名是InternVL，是由上海人工智能实验室、清华大学及多家合作单位联合开发的多模态大语言模型。";

constexpr std::string_view kSystem = "<|im_start|>system\n", kUser = "<|im_start|>user\n", kAssistant = "<|im_start|>assistant\n";

constexpr ChatTemplate kTemplates[] = {
    {"Hermes-2", kSystem, kUser, kAssistant, "<|im_end|>", "<|im_end|>", "", false, "<|im_end|>", kInternVl2Text},
    {"internlm2-chat", kSystem, kUser, kAssistant, "<|im_end|>", "<|im_end|>", "", false, "<|im_end|>", kInternVl2Text},
    {"internvl2_5", kSystem, kUser, kAssistant, "<|im_end|>\n", "<|im_end|>\n", "", false, "<|im_end|>", kInternVl25Text},
    {"internvl_zh", "", "<human>:", "<bot>:", " ", "</s>", " ", true, "</s>", ""},
    {"native", kSystem, kUser, kAssistant, "<|im_end|>\n", "<|im_end|>\n", "", false, "<|im_end|>", ""},
    {"phi3-chat", "<|system|>\n", "<|user|>\n", "<|assistant|>\n", "<|end|>", "<|end|>", "", false, "<|end|>", kInternVl2Text},
};

/// The Python string literal that starts at `at`, single or double quoted, unescaped for \n, \\ and quotes.
std::string string_literal_at(std::string_view text, std::size_t at) {
  const char quote = text[at];
  std::string value;
  for (std::size_t i = at + 1; i < text.size() && text[i] != quote && text[i] != '\n'; ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      ++i;
      value += text[i] == 'n' ? '\n' : text[i];
    } else {
      value += text[i];
    }
  }
  return value;
}

/// `key='...'` at the start of a line of `block` (so that commented lines do not count); npos when there is none.
std::size_t find_argument(std::string_view block, std::string_view key) {
  for (std::size_t line = 0; line < block.size();) {
    const auto end = std::min(block.find('\n', line), block.size());
    const auto first = block.find_first_not_of(" \t", line);
    if (first < end && block.substr(first, key.size()) == key) {
      const auto value = first + key.size();
      if (value < end && (block[value] == '\'' || block[value] == '"')) return value;
    }
    line = end + 1;
  }
  return std::string_view::npos;
}

}  // namespace

std::span<const ChatTemplate> chat_templates() { return kTemplates; }

const ChatTemplate& find_chat_template(std::string_view name) {
  std::vector<std::string> known;
  for (const auto& entry : kTemplates) {
    if (entry.name == name) return entry;
    known.emplace_back(entry.name);
  }
  throw ConfigError(fmt::format("no chat template \"{}\"{}", name, suggestion(name, known)));
}

std::string system_text_in(std::string_view source, std::string_view name) {
  constexpr std::string_view kCall = "register_conv_template(";
  for (auto at = source.find(kCall); at != std::string_view::npos; at = source.find(kCall, at + 1)) {
    const auto block = source.substr(at, source.find(kCall, at + 1) - at);
    const auto name_at = find_argument(block, "name=");
    if (name_at == std::string_view::npos || string_literal_at(block, name_at) != name) continue;
    const auto text_at = find_argument(block, "system_message=");
    return text_at == std::string_view::npos ? "" : string_literal_at(block, text_at);
  }
  return "";
}

}  // namespace assay
