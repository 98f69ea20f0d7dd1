#include "model/engine/sampler.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <vector>

#include "model/tensor/row_kernels.h"

namespace assay {
namespace {

bool is_banned(std::int64_t token, std::span<const std::int64_t> banned) { return std::find(banned.begin(), banned.end(), token) != banned.end(); }

}  // namespace

Sampler::Sampler(const Decoding& decoding) : decoding_(decoding), generator_(decoding.seed) {}

std::int64_t Sampler::choose(std::span<const float> logits, std::span<const std::int64_t> banned, std::span<const std::int64_t> written) {
  if (decoding_.repetition_penalty == 1.0) return choose_unpenalized(logits, banned);
  std::vector<float> penalized(logits.begin(), logits.end());
  penalize_repetition(penalized, written, decoding_.repetition_penalty);
  return choose_unpenalized(penalized, banned);
}

std::int64_t Sampler::choose_unpenalized(std::span<const float> logits, std::span<const std::int64_t> banned) {
  const auto V = static_cast<std::int64_t>(logits.size());
  if (!decoding_.do_sample && banned.empty()) return row_kernels().argmax(logits.data(), V);
  if (!decoding_.do_sample) {
    std::int64_t best = -1;
    for (std::int64_t i = 0; i < V; ++i) {
      if ((best < 0 || logits[i] > logits[best]) && !is_banned(i, banned)) best = i;
    }
    return best;
  }
  // Temperature, then top-k, then top-p, in the order of transformers' logits processors.
  std::vector<std::int64_t> order(logits.size());
  std::iota(order.begin(), order.end(), 0);
  std::erase_if(order, [&](std::int64_t token) { return is_banned(token, banned); });
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return logits[a] > logits[b]; });
  if (decoding_.top_k > 0 && order.size() > static_cast<std::size_t>(decoding_.top_k)) order.resize(static_cast<std::size_t>(decoding_.top_k));
  std::vector<double> weights;
  for (const auto token : order) weights.push_back(std::exp((logits[token] - logits[order.front()]) / decoding_.temperature));
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  double kept = 0;
  std::size_t count = 0;
  while (count < weights.size() && (count == 0 || kept < decoding_.top_p * total)) kept += weights[count++];
  // A draw of 53 bits by hand: the standard's distributions differ between libraries.
  double draw = static_cast<double>(generator_() >> 11) * 0x1.0p-53 * kept;
  for (std::size_t i = 0; i < count; ++i) {
    draw -= weights[i];
    if (draw < 0) return order[i];
  }
  return order[count - 1];
}

void penalize_repetition(std::span<float> scores, std::span<const std::int64_t> written, double penalty) {
  if (penalty == 1.0) return;
  const auto factor = static_cast<float>(penalty);
  const std::set<std::int64_t> distinct(written.begin(), written.end());
  for (const auto token : distinct) {
    auto& score = scores[static_cast<std::size_t>(token)];
    score = score < 0 ? score * factor : score / factor;
  }
}

double log_sum_exp(std::span<const float> logits) { return row_kernels().log_sum_exp(logits.data(), static_cast<std::int64_t>(logits.size())); }

double log_probability(std::span<const float> logits, std::int64_t token) {
  return static_cast<double>(logits[static_cast<std::size_t>(token)]) - log_sum_exp(logits);
}

}  // namespace assay
