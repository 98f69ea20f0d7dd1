#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/tokenizer/white_space.h"

namespace assay {

/// A token that is found in the text before the model sees it. Flags and defaults as in Hugging Face's AddedToken.
struct AddedToken {
  std::int64_t id = -1;
  std::string content;
  bool lstrip = false;       ///< swallows white space before it
  bool rstrip = false;       ///< swallows white space after it
  bool single_word = false;  ///< only where it is a word of its own
  bool normalized = false;   ///< looked for after normalisation, in its own normalised spelling
  bool is_special = false;
};

/// A stretch of text: an added token, or plain text when there is no id.
struct TextSegment {
  std::string_view text;
  std::optional<std::int64_t> id;
};

/// Finds added tokens: leftmost first, the longest where several begin at one place. Time is linear in the text.
class AddedTokenMatcher {
 public:
  AddedTokenMatcher(std::span<const AddedToken> tokens, WhiteSpace white_space);

  /// The segments of `text` in order, none of them empty. Views into `text`.
  [[nodiscard]] std::vector<TextSegment> split(std::string_view text) const;

 private:
  struct Node {
    std::vector<std::pair<char, std::size_t>> next;  ///< sorted by byte
    std::size_t token = kNone;                       ///< that ends here
  };
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  void insert(std::string_view content, std::size_t token);
  [[nodiscard]] std::size_t child(std::size_t node, char byte) const;
  /// The longest token that begins at `begin`, or kNone.
  [[nodiscard]] std::size_t longest_at(std::string_view text, std::size_t begin) const;
  [[nodiscard]] bool stands_alone(std::string_view text, std::size_t begin, std::size_t end) const;

  std::vector<AddedToken> tokens_;
  std::vector<Node> nodes_;
  bool begins_token_[256] = {};  ///< most bytes of a text begin none: one look decides
  WhiteSpace white_space_;
};

}  // namespace assay
