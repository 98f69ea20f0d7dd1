#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

/// Scores of captions against several references each. Captions come as their tokens with spaces between (ptb_tokenizer.h). Numbers agree with
/// the originals to the last digits: sums run in their order.
namespace assay {

/// One picture: what was said of it, and what people said.
struct Caption {
  std::string candidate;
  std::vector<std::string> references;
};

/// A score over all pictures, and each picture's own.
struct CaptionScores {
  double corpus = 0;
  std::vector<double> each;
};

constexpr std::size_t kLongestNgram = 4;

/// What BLEU counts of one picture; counts of several add up.
struct BleuCounts {
  std::int64_t length = 0;            ///< of the candidate, in tokens
  std::int64_t reference_length = 0;  ///< of the reference nearest in length, the shorter of two
  std::array<std::int64_t, kLongestNgram> guesses{};
  std::array<std::int64_t, kLongestNgram> correct{};  ///< clipped by the most that any reference has

  BleuCounts& operator+=(const BleuCounts& other);
};
[[nodiscard]] BleuCounts count_for_bleu(const Caption& caption);

/// The same counts as a row of columns: correct n-grams of 1 to 4 words, guesses of 1 to 4, length, reference length.
constexpr std::size_t kBleuColumns = 2 * kLongestNgram + 2;
[[nodiscard]] std::array<double, kBleuColumns> bleu_columns(const BleuCounts& counts);

/// BLEU-1 to BLEU-4 of counts, those of one picture or of all: geometric means of the shares of n-grams that references have, and a penalty
/// where the whole is shorter than the references.
///
/// Range        [0, 1], higher is better
/// Divides by   n-grams of the candidates
/// Source       Papineni et al. 2002, ACL, section 2.3; tylin/coco-caption 3a9afb26 pycocoevalcap/bleu/bleu_scorer.py, compute_score
/// Differs      from the paper by its terms against zero: 1e-15 over 1e-9
[[nodiscard]] std::array<double, kLongestNgram> bleu(const BleuCounts& counts);
/// The same of columns.
[[nodiscard]] std::array<double, kLongestNgram> bleu(std::span<const double, kBleuColumns> columns);

/// ROUGE-L of one picture: the longest common subsequence with a reference, over its length and over the candidate's, the best of each by
/// itself, joined with beta 1.2. Tokens are parted at each single space: two spaces make an empty token.
///
/// Range        [0, 1], higher is better
/// Source       Lin 2004, ACL Workshop, section 3.1; tylin/coco-caption 3a9afb26 pycocoevalcap/rouge/rouge.py, calc_score
[[nodiscard]] double rouge_l(const Caption& caption);

/// kCiderD is what the COCO tools call CIDEr: counts clipped by the reference's, and a Gaussian penalty for lengths that differ. kCider is the
/// same without both.
enum class CiderKind { kCiderD, kCider };
constexpr double kHighestCider = 10;

/// CIDEr: the cosine of candidate and reference in n-grams weighted by how rare they are among the pictures' references, the mean over
/// references and over n = 1 to 4, times 10.
///
/// Range        [0, 10], higher is better; with a single picture all weights are 0, and so is the score
/// Divides by   pictures
/// Empty        NaN
/// Source       Vedantam et al. 2015, arXiv:1411.5726, sections 4 and 7; tylin/coco-caption 3a9afb26 pycocoevalcap/cider/cider_scorer.py;
///              vrama91/cider f281464c pyciderevalcap/cider
[[nodiscard]] CaptionScores cider(std::span<const Caption> captions, CiderKind kind);

}  // namespace assay
