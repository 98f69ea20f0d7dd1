#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "model/tokenizer/vocabulary.h"
#include "model/tokenizer/word_cache.h"

namespace assay {

/// How the letters of a word become its first symbols; names as in tokenizer.json's "model".
struct BpeOptions {
  std::optional<std::string> unk_token = std::nullopt;
  std::string continuing_subword_prefix = {};
  std::string end_of_word_suffix = {};
  bool fuse_unk = false;       ///< neighbouring unknown letters become one unknown token
  bool byte_fallback = false;  ///< an unknown letter becomes its bytes' tokens, "<0xE4>"
  bool ignore_merges = false;  ///< a word that is itself a token is that token, whatever the merges say
};

/// Byte-pair encoding: a word's symbols are merged pair by pair, the pair of lowest rank first, the leftmost of equals first.
///
/// Source   Sennrich et al. 2016, arXiv:1508.07909, section 3.2; details as in Hugging Face tokenizers' models::bpe
class Bpe {
 public:
  using Merge = std::pair<std::string, std::string>;

  /// Throws ModelError for a merge whose parts or result are no tokens, or for an unk_token that is none.
  Bpe(Vocabulary vocabulary, std::span<const Merge> merges, BpeOptions options);

  /// Appends the ids of `word`. Time n log n in its letters; words up to 256 bytes are remembered.
  void encode(std::string_view word, std::vector<std::int64_t>& ids) const;

  [[nodiscard]] const Vocabulary& vocabulary() const { return vocabulary_; }

 private:
  struct MergeResult {
    std::int32_t rank;
    std::int32_t id;
  };
  struct PairHash {
    std::size_t operator()(std::uint64_t pair) const noexcept { return pair * 0x9E3779B97F4A7C15ULL >> 16; }
  };

  void add_merge(const Merge& merge, std::int32_t rank);
  [[nodiscard]] const MergeResult* find_merge(std::int32_t left, std::int32_t right) const;
  [[nodiscard]] std::vector<std::int32_t> first_symbols(std::string_view word) const;
  [[nodiscard]] bool append_byte_tokens(std::string_view letter, std::vector<std::int32_t>& symbols) const;
  void merge_all(std::vector<std::int32_t>& symbols) const;

  Vocabulary vocabulary_;
  BpeOptions options_;
  std::optional<std::int32_t> unk_id_;
  std::vector<std::int32_t> byte_ids_;  ///< of "<0x00>" to "<0xFF>", -1 where there is none
  std::unordered_map<std::uint64_t, MergeResult, PairHash> merges_;
  std::unique_ptr<WordCache> cache_ = std::make_unique<WordCache>();
};

}  // namespace assay
