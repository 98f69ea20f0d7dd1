#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/engine/sampler.h"
#include "model/family.h"

namespace assay {

/// One reply as it grows: which token comes next, and when it ends.
class Reply {
 public:
  Reply(const Family& family, const Decoding& decoding);

  /// Takes the next token's logits.  Shapes  [V]
  void extend(std::span<const float> logits);
  /// A reply that was found as a whole, its end token last where it has one.
  void take(std::vector<std::int64_t> token_ids, Finish finish);

  [[nodiscard]] bool is_finished() const noexcept { return finish_.has_value(); }
  [[nodiscard]] std::int64_t last_token() const { return token_ids_.back(); }
  [[nodiscard]] const std::vector<std::int64_t>& token_ids() const noexcept { return token_ids_; }
  [[nodiscard]] Finish finish() const { return *finish_; }
  /// Decoded without end token and special tokens, cut at a stop text, stripped.
  [[nodiscard]] std::string text() const;

 private:
  [[nodiscard]] bool is_end(std::int64_t token) const;
  [[nodiscard]] std::string decoded() const;
  [[nodiscard]] std::size_t stop_position(std::string_view text) const;

  const Family* family_;
  Decoding decoding_;
  Sampler sampler_;
  std::vector<std::int64_t> token_ids_;
  std::optional<Finish> finish_;
};

}  // namespace assay
