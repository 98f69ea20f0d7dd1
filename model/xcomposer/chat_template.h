#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/vlm.h"

namespace assay {

/// How the XComposer2 family writes a conversation down. The turns are one form, the pictures' places are not.
/// Source: InternLM/InternLM-XComposer 0f70c3e, interleav_wrap_chat of internlm-xcomposer2d5-ol-7b/base/modeling_internlm_xcomposer2.py; for
/// XComposer2 the chat() of the releases, of which PaddleMIX and others hold public copies; "vlmevalkit", "vlmevalkit_2d5": open-compass/VLMEvalKit
/// e8e78f0, vlmeval/vlm/xcomposer, model_gen and message_to_promptimg.
struct XComposerTemplate {
  enum class Pictures {
    kInTurn,      ///< attached pictures at the beginning of the turn's text
    kInFront,     ///< the only picture before all of the text; several as "Image1 <picture>; Image2 <picture>; " before their turn's text
    kAtBegin,     ///< attached ones of the first turn before all of the text
    kNumbered,    ///< the only one at the beginning of the turn's text; several as "Image1: <picture>; Image2: <picture>;"
  };
  std::string_view name;
  Pictures pictures;
  bool begins_every_part;  ///< each text between pictures has a begin token; a prompt without pictures has two
  bool names_options;      ///< "(A)" in a question becomes "A.", to "(J)"
  bool ends_at_turn;       ///< a beam search ends at the turn's mark too, not at the config's end token alone
  std::string_view system_text;
  std::string_view answer_mark = "";  ///< a reply is what stands behind the last of these, before any "<|im_end|>"; empty: all of it
};

[[nodiscard]] std::span<const XComposerTemplate> xcomposer_templates();

/// Throws ConfigError with the nearest name when there is none of that name.
[[nodiscard]] const XComposerTemplate& find_xcomposer_template(std::string_view name);

/// A conversation as text and pictures by turns: a text, a picture, a text, ... The first is a text, as is the last.
struct XComposerDraft {
  std::vector<std::string> texts;
  std::vector<std::size_t> images;  ///< one between each two texts
};

/// The mark behind each turn, which ends a reply.
inline constexpr std::string_view kTurnEnd = "[UNUSED_TOKEN_145]";

/// A turn of the system replaces `system_text`; where both are empty there is none. A bare turn stands as it is;
/// where the conversation ends with one, nothing comes behind it.
[[nodiscard]] XComposerDraft write_xcomposer_conversation(const Prompt& prompt, const XComposerTemplate& chat, const std::string& system_text);

/// What the form's reference reads of a text that was written.
[[nodiscard]] std::string_view reply_in(std::string_view text, const XComposerTemplate& chat);

}  // namespace assay
