#pragma once
#include <span>
#include <string>
#include <vector>

#include "model/family.h"
#include "model/llava/config.h"

namespace assay {

/// Writes a conversation in the template in force and turns it into tokens, each picture as its features' places.
///
/// Original layout: the text is parted at the pictures and each part tokenised by itself, as tokenizer_image_token does; native: as one, with the
/// token "<image>" in it.
/// Source   haotian-liu/LLaVA llava/mm_utils.py, tokenizer_image_token, at c121f04; transformers models/llava/processing_llava.py
class LlavaPrompter {
 public:
  /// Throws ModelError when the tokenizer lacks a token that the checkpoint needs, or no token ends a reply.
  LlavaPrompter(const LlavaConfig& config, const Tokenizer& tokenizer);

  [[nodiscard]] Result<RenderedPrompt> render(const Prompt& prompt, std::span<const ImageView> images) const;

  [[nodiscard]] std::span<const std::int64_t> end_ids() const { return end_ids_; }
  /// "###" of the oldest template; the others end by a token.
  [[nodiscard]] const std::string& end_text() const { return end_text_; }

 private:
  const LlavaConfig& config_;
  const Tokenizer& tokenizer_;
  std::vector<std::int64_t> end_ids_;
  std::string end_text_;
};

}  // namespace assay
