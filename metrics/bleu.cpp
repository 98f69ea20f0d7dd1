#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "metrics/caption.h"
#include "metrics/ngrams.h"

namespace assay {

BleuCounts& BleuCounts::operator+=(const BleuCounts& other) {
  length += other.length;
  reference_length += other.reference_length;
  for (std::size_t k = 0; k < kLongestNgram; ++k) guesses[k] += other.guesses[k], correct[k] += other.correct[k];
  return *this;
}

BleuCounts count_for_bleu(const Caption& caption) {
  NgramIndex index;
  std::unordered_map<std::uint32_t, std::uint32_t> most;
  std::vector<std::int64_t> lengths;
  for (const auto& reference : caption.references) {
    const auto counts = index.count(reference);
    lengths.push_back(static_cast<std::int64_t>(counts.words));
    for (const auto& of_length : counts.of_length) {
      for (const auto& [ngram, count] : of_length) most[ngram] = std::max(most[ngram], count);
    }
  }
  const auto counts = index.count(caption.candidate);
  BleuCounts out;
  out.length = static_cast<std::int64_t>(counts.words);
  for (std::size_t k = 0; k < kLongestNgram; ++k) {
    out.guesses[k] = std::max<std::int64_t>(0, out.length - static_cast<std::int64_t>(k));
    for (const auto& [ngram, count] : counts.of_length[k]) {
      const auto found = most.find(ngram);
      if (found != most.end()) out.correct[k] += std::min(found->second, count);
    }
  }
  const auto is_nearer = [&](std::int64_t a, std::int64_t b) {
    return std::pair(std::abs(a - out.length), a) < std::pair(std::abs(b - out.length), b);
  };
  if (!lengths.empty()) out.reference_length = *std::ranges::min_element(lengths, is_nearer);
  return out;
}

std::array<double, kBleuColumns> bleu_columns(const BleuCounts& counts) {
  std::array<double, kBleuColumns> columns{};
  std::ranges::copy(counts.correct, columns.begin());
  std::ranges::copy(counts.guesses, columns.begin() + kLongestNgram);
  columns[2 * kLongestNgram] = static_cast<double>(counts.length);
  columns[2 * kLongestNgram + 1] = static_cast<double>(counts.reference_length);
  return columns;
}

std::array<double, kLongestNgram> bleu(const BleuCounts& counts) { return bleu(bleu_columns(counts)); }

std::array<double, kLongestNgram> bleu(std::span<const double, kBleuColumns> columns) {
  constexpr double kSmall = 1e-9, kTiny = 1e-15;
  std::array<double, kLongestNgram> scores{};
  double product = 1;
  for (std::size_t k = 0; k < kLongestNgram; ++k) {
    product *= (columns[k] + kTiny) / (columns[kLongestNgram + k] + kSmall);
    scores[k] = std::pow(product, 1.0 / static_cast<double>(k + 1));
  }
  const double ratio = (columns[2 * kLongestNgram] + kTiny) / (columns[2 * kLongestNgram + 1] + kSmall);
  if (ratio < 1) {
    for (double& score : scores) score *= std::exp(1 - 1 / ratio);
  }
  return scores;
}

}  // namespace assay
