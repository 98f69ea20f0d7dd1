#include <algorithm>
#include <cmath>
#include <numbers>

#include "metrics/caption.h"
#include "metrics/mean.h"
#include "metrics/ngrams.h"

namespace assay {
namespace {

constexpr double kSigma = 6;

/// A caption's n-grams, each weighted by its rarity.
struct Weighted {
  struct One {
    std::uint32_t ngram;
    double weight;
  };
  std::array<std::vector<One>, kLongestNgram> of_length;
  std::array<double, kLongestNgram> norm{};
  double bigrams = 0;  ///< what the original takes for the length
};

class Rarity {
 public:
  /// `pictures_with`: by n-gram, how many pictures have it in a reference.
  Rarity(std::span<const std::uint32_t> pictures_with, std::size_t pictures) {
    const double log_pictures = std::log(static_cast<double>(pictures));
    std::vector<double> of_count(pictures + 1);  // few counts, many n-grams
    for (std::size_t count = 0; count <= pictures; ++count) of_count[count] = log_pictures - std::log(std::max(1.0, static_cast<double>(count)));
    for (const auto count : pictures_with) rarity_.push_back(of_count[count]);
  }

  [[nodiscard]] Weighted weigh(const NgramIndex::Counts& counts) const {
    Weighted weighted;
    for (std::size_t k = 0; k < kLongestNgram; ++k) {
      double squares = 0;
      for (const auto& [ngram, count] : counts.of_length[k]) {
        const double weight = static_cast<double>(count) * rarity_[ngram];
        weighted.of_length[k].push_back({ngram, weight});
        squares += weight * weight;
        if (k == 1) weighted.bigrams += count;
      }
      weighted.norm[k] = std::sqrt(squares);
    }
    return weighted;
  }

 private:
  std::vector<double> rarity_;
};

/// One number by n-gram, of which few are not zero at a time.
class Scratch {
 public:
  explicit Scratch(std::size_t size) : values_(size, 0) {}
  void set(const std::vector<Weighted::One>& ones) {
    for (const auto& one : ones) values_[one.ngram] = one.weight;
  }
  void clear(const std::vector<Weighted::One>& ones) {
    for (const auto& one : ones) values_[one.ngram] = 0;
  }
  [[nodiscard]] double operator[](std::uint32_t ngram) const { return values_[ngram]; }

 private:
  std::vector<double> values_;
};

/// Adds the likeness of both in n-grams of each length.
void add_likeness(std::array<double, kLongestNgram>& sums, const Weighted& candidate, const Weighted& reference, CiderKind kind, Scratch& scratch) {
  const double difference = candidate.bigrams - reference.bigrams;
  for (std::size_t k = 0; k < kLongestNgram; ++k) {
    double value = 0;
    scratch.set(reference.of_length[k]);
    for (const auto& [ngram, weight] : candidate.of_length[k]) {
      const double other = scratch[ngram];
      value += (kind == CiderKind::kCiderD ? std::min(weight, other) : weight) * other;
    }
    scratch.clear(reference.of_length[k]);
    if (candidate.norm[k] != 0 && reference.norm[k] != 0) value /= candidate.norm[k] * reference.norm[k];
    if (kind == CiderKind::kCiderD) value *= std::pow(std::numbers::e, -(difference * difference) / (2 * kSigma * kSigma));
    sums[k] += value;
  }
}

}  // namespace

CaptionScores cider(std::span<const Caption> captions, CiderKind kind) {
  NgramIndex index;
  std::vector<std::vector<NgramIndex::Counts>> references(captions.size());
  std::vector<std::uint32_t> pictures_with, last_seen;
  for (std::size_t i = 0; i < captions.size(); ++i) {
    for (const auto& reference : captions[i].references) {
      references[i].push_back(index.count(reference));
      pictures_with.resize(index.size(), 0), last_seen.resize(index.size(), 0);
      for (const auto& of_length : references[i].back().of_length) {
        for (const auto& [ngram, count] : of_length) {
          if (last_seen[ngram] != i + 1) ++pictures_with[ngram];
          last_seen[ngram] = static_cast<std::uint32_t>(i + 1);
        }
      }
    }
  }
  std::vector<NgramIndex::Counts> candidates;
  for (const auto& caption : captions) candidates.push_back(index.count(caption.candidate));
  pictures_with.resize(index.size(), 0);

  const Rarity rarity(pictures_with, captions.size());
  Scratch scratch(index.size());
  CaptionScores scores;
  for (std::size_t i = 0; i < captions.size(); ++i) {
    const auto candidate = rarity.weigh(candidates[i]);
    std::array<double, kLongestNgram> sums{};
    for (const auto& reference : references[i]) add_likeness(sums, candidate, rarity.weigh(reference), kind, scratch);
    const double mean = numpy_mean(sums) / static_cast<double>(references[i].size());
    scores.each.push_back(mean * kHighestCider);
  }
  scores.corpus = numpy_mean(scores.each);
  return scores;
}

}  // namespace assay
