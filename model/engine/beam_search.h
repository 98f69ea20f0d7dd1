#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "model/vlm.h"

namespace assay {

/// Beam search over one prompt: which tokens several replies in the making go on with, and which of all replies is the best. Knows no model: whoever
/// drives it hands it logits and keeps a cache for each beam.
///
/// A reply is worth its summed log-probability / length^length_penalty; the length counts the reply's own tokens with the end token. Sums are float32.
/// Source   huggingface/transformers v4.37.2 src/transformers/generation/beam_search.py (BeamSearchScorer, BeamHypotheses) and
///          generation/utils.py, GenerationMixin.beam_search, with the prompt given as embeddings. Differs: the repetition penalty sees the reply's
///          tokens alone, where 4.37 puts a begin token in front of them and penalises that too (later releases do not)
class BeamSearch {
 public:
  BeamSearch(const Decoding& decoding, std::span<const std::int64_t> end_ids);

  /// Takes the next token's logits of each beam, at first of the prompt alone; says for each new beam the old one that it goes on from.
  /// Shapes  one row [V] for each of last_tokens(), at first a single one
  [[nodiscard]] std::vector<std::size_t> extend(std::span<const std::span<const float>> logits);

  /// Of each beam.
  [[nodiscard]] std::vector<std::int64_t> last_tokens() const;
  [[nodiscard]] bool is_finished() const noexcept { return is_finished_; }

  /// The best reply, its end token last where it has one. Only once it is finished.
  [[nodiscard]] const std::vector<std::int64_t>& best() const;
  /// kStop where the best reply has ended, kLength where it was cut off.
  [[nodiscard]] Finish finish() const;

 private:
  struct Beam {
    std::vector<std::int64_t> ids;
    float sum = 0;  ///< of log-probabilities
  };
  struct Candidate {
    float sum;
    std::size_t beam;
    std::int64_t token;
  };
  struct Hypothesis {
    double value;
    std::vector<std::int64_t> ids;
    bool has_ended;
  };

  [[nodiscard]] std::vector<Candidate> best_candidates(std::span<const std::span<const float>> logits) const;
  [[nodiscard]] bool is_end(std::int64_t token) const;
  [[nodiscard]] double value_of(double sum, std::size_t length) const;
  void keep(Hypothesis hypothesis);
  /// True once nothing in the making can be worth more than what is kept.
  [[nodiscard]] bool is_done(double best_sum, std::size_t length) const;
  [[nodiscard]] const Hypothesis& best_hypothesis() const;

  Decoding decoding_;
  std::vector<std::int64_t> end_ids_;
  std::vector<Beam> beams_;
  std::vector<Hypothesis> kept_;  ///< at most decoding_.beams of them, in the order in which they came
  double worst_ = 1e9;            ///< value of the worst one kept
  bool is_finished_ = false;
};

}  // namespace assay
