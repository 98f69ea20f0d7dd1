#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/engine/beam_search.h"
#include "model/engine/reply.h"
#include "model/language/kv_cache.h"
#include "model/vlm.h"

namespace assay {

/// Row `row` of logits [R, V].
[[nodiscard]] std::span<const float> row_of(const at::Tensor& logits, std::int64_t row);

/// A request whose reply is being written, in one row of a step or in one for each beam.
struct ActiveReply {
  /// With the prompt in `cache`, and nothing written yet.
  ActiveReply(const Family& family, const Request& request, KvCache cache, Generation begun);

  std::string id;
  std::vector<KvCache> caches;
  Reply reply;
  std::optional<BeamSearch> search;
  Generation generation;
  std::int64_t kv_bytes = 0;  ///< that it may come to need of its own

  [[nodiscard]] std::vector<std::int64_t> last_tokens() const;

  /// Takes the next token's logits of its rows, which begin at `first_row`; nothing, where the reply is finished (room for no token at all).
  void extend(const at::Tensor& logits, std::int64_t first_row);

 private:
  void follow(std::span<const std::size_t> parents);
};

}  // namespace assay
