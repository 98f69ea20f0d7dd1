#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>

#include "model/engine/picture_stage.h"
#include "model/engine/prefix_cache.h"
#include "model/family.h"

namespace assay {

/// Runs prompts through the language model, from the end of their last picture where an earlier question has run them that far.
class PromptStage {
 public:
  /// `prefix_bytes`: of keys and values held for the next question on a picture; 0: none.
  PromptStage(const Family& family, std::int64_t prefix_bytes) : family_(family), prefix_bytes_(prefix_bytes), prefixes_(prefix_bytes) {}

  /// In parts or as a whole: the bits are the same. `reused`: tokens that an earlier question had run.  -> logits [1, V]
  /// Throws   ModelError for a token without an embedding, or a prompt that the model does not reach over
  [[nodiscard]] at::Tensor prefill(const Ready& ready, KvCache& cache, std::int64_t& reused);

 private:
  const Family& family_;
  std::int64_t prefix_bytes_;
  PrefixCache prefixes_;
};

/// Puts the likelihoods of the request's options after one shared prompt, whose last row is `logits` [1, V], into `generation`.
void rank_options(const Family& family, const Request& request, const at::Tensor& logits, KvCache& cache, Generation& generation);

}  // namespace assay
