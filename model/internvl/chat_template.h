#pragma once
#include <span>
#include <string>
#include <string_view>

namespace assay {

/// How a conversation is written down. Every turn is `role + gap + text + separator`; the reply follows the assistant's role. A turn
/// without text is its bare role, as in the source.
/// Source: OpenGVLab/InternVL internvl_chat/internvl/conversation.py (styles MPT and INTERNVL_ZH) at 2410d1d.
struct ChatTemplate {
  std::string_view name;
  std::string_view system_role;  ///< stands before the system text
  std::string_view user_role;
  std::string_view assistant_role;
  std::string_view user_separator;       ///< after a system or user turn
  std::string_view assistant_separator;  ///< after an assistant turn
  std::string_view gap;                  ///< between a role and its text
  bool leads_with_separator;             ///< a separator stands in front even where there is no system text
  std::string_view stop;                 ///< text of the token that ends a reply
  std::string_view system_text;          ///< what the repository's newest version of this template says
};

/// All templates, sorted by name.
[[nodiscard]] std::span<const ChatTemplate> chat_templates();

/// Throws ConfigError with the nearest name when there is none of that name.
[[nodiscard]] const ChatTemplate& find_chat_template(std::string_view name);

/// The system text that a checkpoint's own conversation.py gives the template `name`, read as text and never run; empty when the
/// file does not say.
[[nodiscard]] std::string system_text_in(std::string_view conversation_py, std::string_view name);

}  // namespace assay
