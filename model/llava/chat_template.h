#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/vlm.h"

namespace assay {

/// How LLaVA writes a conversation down.
/// Source: haotian-liu/LLaVA llava/conversation.py, Conversation.get_prompt, at c121f04; "llava_llama_3" and "qwen_1_5": LLaVA-VL/LLaVA-NeXT
/// llava/conversation.py; "chinese_llava" (Cllama2), "chinese_llava_baichuan":
/// LinkSoul-AI/Chinese-LLaVA 98889ab, infer.py and infer_tokenize.py; "native": the chat template of llava-hf's 1.5 checkpoints;
/// "vlmevalkit": VLMEvalKit's vlmeval/vlm/llava/llava.py, concat_tilist and chat_inner.
struct LlavaTemplate {
  enum class Style {
    kSingle,      ///< one separator behind every turn
    kTwo,         ///< one behind a user's turn, another behind a reply
    kLlama2,      ///< [INST] ... [/INST]
    kChineseLlama2,  ///< the same with the pictures on lines behind the text, and a space behind [/INST]; every turn is tokenised by itself
    kChineseBaichuan,  ///< so are the system text, each role and each turn
    kPlain,       ///< texts alone
    kMarkedRoles,  ///< each turn between a role's own opening and the separator ("MPT" in the source)
    kNative,      ///< no system text; a space behind every turn
    kVlmEvalKit,  ///< pictures as " <image> ", and a space behind "ASSISTANT:"
  };
  std::string_view name;
  Style style;
  std::string_view user_role, assistant_role;
  std::string_view separator, reply_separator;
  std::string_view stop;  ///< text that ends a reply
  std::string_view system_text;
  std::string_view system_role = "";  ///< kMarkedRoles: the system text's opening
};

[[nodiscard]] std::span<const LlavaTemplate> llava_templates();

/// Throws ConfigError with the nearest name when there is none of that name.
[[nodiscard]] const LlavaTemplate& find_llava_template(std::string_view name);

/// A conversation as text and pictures by turns: a text, a picture, a text, ... The first is a text, as is the last.
struct LlavaDraft {
  static constexpr std::size_t kSeam = static_cast<std::size_t>(-1);  ///< no picture: the text behind is tokenised by itself all the same
  std::vector<std::string> texts;
  std::vector<std::size_t> images;  ///< one between each two texts, or a seam
};

/// Pictures before the first text of a turn stand on a line each before it, any other one where it stands. With `marks_images`, "<im_start>" and
/// "<im_end>" stand around each. A turn of the system replaces `system_text`.
[[nodiscard]] LlavaDraft write_llava_conversation(const Prompt& prompt, const LlavaTemplate& chat, const std::string& system_text, bool marks_images);

}  // namespace assay
