#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "metrics/caption.h"

namespace assay {

/// Gives each different run of 1 to 4 words a number, so that captions can be compared without texts.
class NgramIndex {
 public:
  struct Counted {
    std::uint32_t ngram;
    std::uint32_t count;
  };
  /// A caption's n-grams with their counts, by n, in the order in which they first come: sums follow it.
  struct Counts {
    std::array<std::vector<Counted>, kLongestNgram> of_length;
    std::size_t words = 0;
  };

  /// Words are parted as Python's str.split does.
  [[nodiscard]] Counts count(std::string_view caption);
  /// How many different ones there are so far.
  [[nodiscard]] std::size_t size() const noexcept { return keys_.size(); }

 private:
  using Key = std::array<std::uint32_t, kLongestNgram>;
  [[nodiscard]] std::uint32_t number_of(const Key& key);
  void grow();
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>()(text); }
  };

  std::unordered_map<std::string, std::uint32_t, TextHash, std::equal_to<>> word_;
  std::vector<Key> keys_;             ///< by number
  std::vector<std::uint32_t> slots_;  ///< open addressing: 1 + the number, 0 for none; the size is a power of two
  std::vector<std::uint32_t> seen_at_;  ///< by n-gram: 1 + where it stands in the counts being made, 0 outside
};

}  // namespace assay
