#pragma once
#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include "metrics/ptb_letters.h"
#include "metrics/ptb_rules.h"

/// Steps through a text, of which the rules of ptb_rules.cpp are made.
namespace assay::ptb {

/// Behind the text there is a line's end, as at the end of a file.
inline char32_t at(Text text, std::size_t i) { return i < text.size() ? text[i] : U'\n'; }

/// Behind the letters from there on that `is` allows.
template <typename Is>
std::size_t run(Text text, std::size_t from, Is is) {
  while (from < text.size() && is(text[from])) ++from;
  return from;
}

/// All places that a pattern can reach, grown part by part; the furthest counts in the end.
class Ends {
 public:
  explicit Ends(Text text) : text_(text) {}

  template <typename Is>
  Ends& some(Is is, std::size_t fewest, std::size_t most) {
    std::vector<std::size_t> next;
    for (const auto start : ends_) {
      for (std::size_t count = 0; count <= most; ++count) {
        if (count >= fewest) next.push_back(start + count);
        if (start + count >= text_.size() || !is(text_[start + count])) break;
      }
    }
    ends_ = std::move(next);
    return *this;
  }
  Ends& digits(std::size_t fewest, std::size_t most) { return some(is_ascii_digit, fewest, most); }
  Ends& one_of(std::u32string_view set, std::size_t fewest = 1, std::size_t most = 1) {
    return some([set](char32_t letter) { return is_in(letter, set); }, fewest, most);
  }
  /// The part that `grow` adds, or nothing.
  template <typename Grow>
  Ends& maybe(Grow grow) {
    Ends grown = *this;
    grow(grown);
    ends_.insert(ends_.end(), grown.ends_.begin(), grown.ends_.end());
    return *this;
  }
  Ends& join(const Ends& other) {
    ends_.insert(ends_.end(), other.ends_.begin(), other.ends_.end());
    return *this;
  }
  [[nodiscard]] std::size_t furthest() const { return ends_.empty() ? 0 : *std::ranges::max_element(ends_); }

 private:
  Text text_;
  std::vector<std::size_t> ends_ = {0};
};

}  // namespace assay::ptb
