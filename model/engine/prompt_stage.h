#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
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

  /// What is left to run; good as long as the prompt stays where it is.
  [[nodiscard]] Stretch end() { return {rows, &cache, pictures}; }
};

/// Begins prompts: runs them up to the end of their last picture where other questions share it, or finds that one has been run that far. In parts or
/// as a whole, the bits are the same; where they are not (Decoder::is_shape_bound), all are run in parts.
class PromptStage {
 public:
  /// `prefix_bytes`: of keys and values held for the next question on a picture; 0: none.
  PromptStage(const Family& family, std::int64_t prefix_bytes) : family_(family), prefix_bytes_(prefix_bytes), prefixes_(prefix_bytes) {}

  /// Throws   ModelError for a token without an embedding, or a prompt that the model does not reach over
  [[nodiscard]] BegunPrompt begin(const Ready& ready);

 private:
  const Family& family_;
  std::int64_t prefix_bytes_;
  PrefixCache prefixes_;
};

/// Puts the likelihoods of the request's options after one shared prompt, whose last row is `logits` [1, V], into `generation`.
void rank_options(const Family& family, const Request& request, const at::Tensor& logits, KvCache& cache, Generation& generation);

}  // namespace assay
