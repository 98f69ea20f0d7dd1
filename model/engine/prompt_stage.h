#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

#include "model/engine/picture_stage.h"
#include "model/engine/prefix_cache.h"
#include "model/family.h"
#include "model/language/decoder.h"

namespace assay {

/// A prompt that has been run but for its last stretch.
struct BegunPrompt {
  at::Tensor rows;                 ///< of that stretch, [T, D]
  std::vector<RowRange> pictures;  ///< of these rows
  KvCache cache;
  std::int64_t reused_token_count = 0;  ///< that an earlier question had run
};

/// Runs prompts through the language model, from the end of their last picture where an earlier question has run them that far. In parts or as a whole,
/// alone or beside others: the bits are the same.
class PromptStage {
 public:
  /// `prefix_bytes`: of keys and values held for the next question on a picture; 0: none.
  PromptStage(const Family& family, std::int64_t prefix_bytes) : family_(family), prefix_bytes_(prefix_bytes), prefixes_(prefix_bytes) {}

  /// Throws   ModelError for a token without an embedding, or a prompt that the model does not reach over
  [[nodiscard]] BegunPrompt begin(const Ready& ready);
  /// Runs what is left of several prompts together.  -> logits [B, V]
  [[nodiscard]] at::Tensor finish(std::span<BegunPrompt> prompts) const;

 private:
  const Family& family_;
  std::int64_t prefix_bytes_;
  PrefixCache prefixes_;
};

/// Puts the likelihoods of the request's options after one shared prompt, whose last row is `logits` [1, V], into `generation`.
void rank_options(const Family& family, const Request& request, const at::Tensor& logits, KvCache& cache, Generation& generation);

}  // namespace assay
