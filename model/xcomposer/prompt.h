#pragma once
#include <span>
#include <string>
#include <vector>

#include "model/family.h"
#include "model/xcomposer/config.h"

namespace assay {

/// Writes a conversation in the template in force and turns it into tokens, part by part: each text between two pictures by itself.
/// Source   InternLM/InternLM-XComposer 0f70c3e, interleav_wrap_chat; VLMEvalKit e8e78f0 vlmeval/vlm/xcomposer, model_gen
class XComposerPrompter {
 public:
  /// Throws ModelError when no token ends a reply.
  XComposerPrompter(const XComposerConfig& config, const Tokenizer& tokenizer);

  [[nodiscard]] Result<RenderedPrompt> render(const Prompt& prompt, std::span<const ImageView> images) const;

  [[nodiscard]] std::span<const std::int64_t> end_ids() const { return end_ids_; }
  /// The config's own alone, where the reference goes on past the end of a turn.
  [[nodiscard]] std::span<const std::int64_t> beam_end_ids() const { return beam_end_ids_; }
  [[nodiscard]] const std::string& end_text() const { return end_text_; }

 private:
  const XComposerConfig& config_;
  const Tokenizer& tokenizer_;
  std::vector<std::int64_t> end_ids_, beam_end_ids_;
  std::string end_text_;
};

}  // namespace assay
