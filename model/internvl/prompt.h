#pragma once
#include <span>

#include "model/family.h"
#include "model/internvl/config.h"

namespace assay {

/// Writes a conversation in the checkpoint's template and turns it into tokens, each picture as `<img>`, its tokens, `</img>`.
/// Source: InternVLChatModel.chat, OpenGVLab/InternVL internvl_chat/internvl/model/internvl_chat/modeling_internvl_chat.py at 2410d1d.
class InternVlPrompter {
 public:
  /// Throws ModelError when the tokenizer lacks a token that the family needs.
  InternVlPrompter(const InternVlConfig& config, const Tokenizer& tokenizer);

  [[nodiscard]] Result<RenderedPrompt> render(const Prompt& prompt, std::span<const ImageView> images) const;

  /// The end tokens of the config files and of the template.
  [[nodiscard]] std::span<const std::int64_t> end_ids() const { return end_ids_; }
  [[nodiscard]] const std::string& end_text() const { return end_text_; }

 private:
  const InternVlConfig& config_;
  const Tokenizer& tokenizer_;
  std::int64_t context_id_ = -1;
  std::vector<std::int64_t> end_ids_;
  std::string end_text_;
};

}  // namespace assay
