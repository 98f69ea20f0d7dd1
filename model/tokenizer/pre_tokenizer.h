#pragma once
#include <functional>
#include <string>
#include <vector>

#include "model/tokenizer/text_pattern.h"

namespace assay {

/// A stretch of text on its way to becoming words.
struct Piece {
  std::string text;
  bool is_at_start = false;  ///< begins where the whole input begins
};

/// One step: cuts a piece, or rewrites it, and appends what comes of it; the piece itself is used up. Empty pieces are dropped.
using PreTokenizerStep = std::function<void(Piece&, std::vector<Piece>&)>;

/// What becomes of the matches of a split pattern; names as in tokenizer.json.
enum class SplitBehavior { kRemoved, kIsolated, kMergedWithPrevious, kMergedWithNext, kContiguous };

/// With `invert`, matches and the text between them change roles.
[[nodiscard]] PreTokenizerStep split(TextPattern pattern, SplitBehavior behavior, bool invert);

/// GPT-2's: splits by its pattern if `use_regex`, then spells bytes as letters (byte_letters.h).
[[nodiscard]] PreTokenizerStep byte_level(bool add_prefix_space, bool use_regex);

enum class PrependScheme { kAlways, kFirst, kNever };

/// Spaces become `replacement` ("▁"), one is put in front as the scheme says, and with `do_split` each begins a new piece.
[[nodiscard]] PreTokenizerStep metaspace(std::string replacement, PrependScheme scheme, bool do_split);

class PreTokenizer {
 public:
  void add(PreTokenizerStep step) { steps_.push_back(std::move(step)); }
  /// The words of `piece`, none of them empty.
  [[nodiscard]] std::vector<Piece> apply(Piece piece) const;

 private:
  std::vector<PreTokenizerStep> steps_;
};

/// The patterns of the tokenizers that come without a tokenizer.json.
inline constexpr std::string_view kGpt2Pattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
inline constexpr std::string_view kQwen2Pattern =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

}  // namespace assay
