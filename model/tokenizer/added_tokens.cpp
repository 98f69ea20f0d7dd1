#include "model/tokenizer/added_tokens.h"

#include <unicode/uchar.h>

#include <algorithm>

#include "model/tokenizer/utf8_letter.h"

namespace assay {
namespace {

/// Rust's `\w`: Alphabetic, marks, decimal digits, connector punctuation, join controls (Unicode TR18, annex C).
bool is_word_letter(char32_t letter) {
  const auto c = static_cast<UChar32>(letter);
  const auto category = U_GET_GC_MASK(c);
  return u_hasBinaryProperty(c, UCHAR_ALPHABETIC) || (category & (U_GC_M_MASK | U_GC_ND_MASK | U_GC_PC_MASK)) != 0 ||
         u_hasBinaryProperty(c, UCHAR_JOIN_CONTROL);
}

}  // namespace

AddedTokenMatcher::AddedTokenMatcher(std::span<const AddedToken> tokens, WhiteSpace white_space)
    : tokens_(tokens.begin(), tokens.end()), nodes_(1), white_space_(white_space) {
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    if (!tokens_[i].content.empty()) insert(tokens_[i].content, i);
  }
}

void AddedTokenMatcher::insert(std::string_view content, std::size_t token) {
  begins_token_[static_cast<std::uint8_t>(content[0])] = true;
  std::size_t node = 0;
  for (const char byte : content) {
    std::size_t next = child(node, byte);
    if (next == kNone) {
      next = nodes_.size();
      nodes_.emplace_back();
      auto& edges = nodes_[node].next;
      edges.insert(std::upper_bound(edges.begin(), edges.end(), std::pair(byte, next)), {byte, next});
    }
    node = next;
  }
  nodes_[node].token = token;
}

std::size_t AddedTokenMatcher::child(std::size_t node, char byte) const {
  const auto& edges = nodes_[node].next;
  const auto edge = std::lower_bound(edges.begin(), edges.end(), byte, [](const auto& e, char b) { return e.first < b; });
  return edge != edges.end() && edge->first == byte ? edge->second : kNone;
}

std::size_t AddedTokenMatcher::longest_at(std::string_view text, std::size_t begin) const {
  std::size_t found = kNone;
  std::size_t node = 0;
  for (std::size_t i = begin; i < text.size(); ++i) {
    node = child(node, text[i]);
    if (node == kNone) break;
    if (nodes_[node].token != kNone) found = nodes_[node].token;
  }
  return found;
}

bool AddedTokenMatcher::stands_alone(std::string_view text, std::size_t begin, std::size_t end) const {
  if (white_space_ == WhiteSpace::kPython) {  // transformers' slow tokenizers ask for a plain space
    return (begin == 0 || text[begin - 1] == ' ') && (end == text.size() || text[end] == ' ');
  }
  return (begin == 0 || !is_word_letter(first_letter(last_letter_bytes(text.substr(0, begin))))) &&
         (end == text.size() || !is_word_letter(first_letter(text.substr(end))));
}

std::vector<TextSegment> AddedTokenMatcher::split(std::string_view text) const {
  std::vector<TextSegment> segments;
  std::size_t done = 0;  // text before this is in a segment
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t found = begins_token_[static_cast<std::uint8_t>(text[i])] ? longest_at(text, i) : kNone;
    if (found == kNone) {
      ++i;
      continue;
    }
    const AddedToken& token = tokens_[found];
    std::size_t begin = i, end = i + token.content.size();
    i = end;
    if (token.single_word && !stands_alone(text, begin, end)) continue;
    begin = std::max(begin, done);  // an earlier token's rstrip may have taken this one's first letters
    if (token.lstrip) begin -= trailing_white_space(text.substr(done, begin - done), white_space_);
    if (token.rstrip) end += leading_white_space(text.substr(end), white_space_);
    if (done < begin) segments.push_back({text.substr(done, begin - done), std::nullopt});
    segments.push_back({text.substr(begin, std::max(begin, end) - begin), token.id});
    done = std::max(done, end);
  }
  if (done < text.size()) segments.push_back({text.substr(done), std::nullopt});
  return segments;
}

}  // namespace assay
