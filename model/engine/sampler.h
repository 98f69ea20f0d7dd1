#pragma once
#include <cstdint>
#include <random>
#include <span>

#include "model/vlm.h"

namespace assay {

/// Chooses the next token of one sequence. Greedy takes the first of the highest logits; sampling draws from its own generator, so a
/// reply does not depend on what else is in the batch.
class Sampler {
 public:
  explicit Sampler(const Decoding& decoding);

  /// `banned` tokens are not chosen (end tokens before min_new_tokens); those already `written` pay the repetition penalty.  Shapes  logits [V]
  [[nodiscard]] std::int64_t choose(std::span<const float> logits, std::span<const std::int64_t> banned, std::span<const std::int64_t> written = {});

 private:
  [[nodiscard]] std::int64_t choose_unpenalized(std::span<const float> logits, std::span<const std::int64_t> banned);

  Decoding decoding_;
  std::mt19937_64 generator_;
};

/// Makes the tokens already `written` less likely, each once: scores above zero are divided by `penalty`, others multiplied.  Shapes  scores [V]
/// Source   huggingface/transformers v4.37.2 src/transformers/generation/logits_process.py, RepetitionPenaltyLogitsProcessor
void penalize_repetition(std::span<float> scores, std::span<const std::int64_t> written, double penalty);

/// ln of the sum of e to the power of each logit, of which there is one or more; the sum taken in double.
[[nodiscard]] double log_sum_exp(std::span<const float> logits);
/// Natural logarithm of softmax(logits)[token].
[[nodiscard]] double log_probability(std::span<const float> logits, std::int64_t token);

}  // namespace assay
