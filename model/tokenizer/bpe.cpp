#include "model/tokenizer/bpe.h"

#include <algorithm>
#include <queue>

#include "harness/base/error.h"
#include "model/tokenizer/utf8_letter.h"

namespace assay {
namespace {

constexpr std::size_t kLongestCachedWord = 256;  // bytes; longer ones hardly come twice

std::uint64_t pair_key(std::int32_t left, std::int32_t right) {
  return static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32 | static_cast<std::uint32_t>(right);
}

/// A merge that may be done at `place`, and what it would give.
struct Candidate {
  std::int32_t rank;
  std::int32_t place;
  std::int32_t id;
  bool operator>(const Candidate& other) const { return rank != other.rank ? rank > other.rank : place > other.place; }
};

}  // namespace

Bpe::Bpe(Vocabulary vocabulary, std::span<const Merge> merges, BpeOptions options)
    : vocabulary_(std::move(vocabulary)), options_(std::move(options)), byte_ids_(256, -1) {
  if (options_.unk_token) {
    unk_id_ = vocabulary_.find(*options_.unk_token);
    if (!unk_id_) throw ModelError(fmt::format("unk_token \"{}\" is not in the vocabulary", *options_.unk_token));
  }
  if (options_.byte_fallback) {
    for (std::size_t byte = 0; byte < 256; ++byte) byte_ids_[byte] = vocabulary_.find(fmt::format("<0x{:02X}>", byte)).value_or(-1);
  }
  merges_.reserve(merges.size());
  for (std::size_t rank = 0; rank < merges.size(); ++rank) add_merge(merges[rank], static_cast<std::int32_t>(rank));
}

void Bpe::add_merge(const Merge& merge, std::int32_t rank) {
  const auto& [left, right] = merge;
  const auto id_of = [&](std::string_view token) {
    const auto id = vocabulary_.find(token);
    if (!id) throw ModelError(fmt::format("merge {} (\"{}\" + \"{}\"): \"{}\" is not in the vocabulary", rank, left, right, token));
    return *id;
  };
  const std::size_t prefix = options_.continuing_subword_prefix.size();
  if (right.size() < prefix) throw ModelError(fmt::format("merge {}: \"{}\" lacks the prefix of a continued word", rank, right));
  const auto left_id = id_of(left), right_id = id_of(right), whole_id = id_of(left + right.substr(prefix));  // in this order: the first that is missing is named
  merges_[pair_key(left_id, right_id)] = {rank, whole_id};
}

const Bpe::MergeResult* Bpe::find_merge(std::int32_t left, std::int32_t right) const {
  const auto it = merges_.find(pair_key(left, right));
  return it == merges_.end() ? nullptr : &it->second;
}

void Bpe::encode(std::string_view word, std::vector<std::int64_t>& ids) const {
  if (word.empty()) return;
  if (options_.ignore_merges) {
    if (const auto id = vocabulary_.find(word)) return ids.push_back(*id);
  }
  const bool is_cached = word.size() <= kLongestCachedWord;
  if (is_cached && cache_->append(word, ids)) return;
  std::vector<std::int32_t> symbols = first_symbols(word);
  merge_all(symbols);
  ids.insert(ids.end(), symbols.begin(), symbols.end());
  if (is_cached) cache_->remember(word, std::move(symbols));
}

std::vector<std::int32_t> Bpe::first_symbols(std::string_view word) const {
  std::vector<std::int32_t> symbols;
  symbols.reserve(word.size());
  bool unk_waits = false;  // one unknown symbol is held back, so that the next may fuse with it
  std::string spelled;
  for (std::size_t i = 0, length; i < word.size(); i += length) {
    length = std::min(letter_length(word[i]), word.size() - i);
    std::string_view letter = word.substr(i, length);
    const bool is_last = i + length == word.size();
    if ((i > 0 && !options_.continuing_subword_prefix.empty()) || (is_last && !options_.end_of_word_suffix.empty())) {
      spelled = fmt::format("{}{}{}", i > 0 ? options_.continuing_subword_prefix : "", letter, is_last ? options_.end_of_word_suffix : "");
      letter = spelled;
    }
    if (const auto id = vocabulary_.find(letter)) {
      if (unk_waits) symbols.push_back(*unk_id_);
      unk_waits = false;
      symbols.push_back(*id);
    } else if (!(options_.byte_fallback && append_byte_tokens(letter, symbols)) && unk_id_) {
      if (unk_waits && !options_.fuse_unk) symbols.push_back(*unk_id_);
      unk_waits = true;
    }
  }
  if (unk_waits) symbols.push_back(*unk_id_);
  return symbols;
}

bool Bpe::append_byte_tokens(std::string_view letter, std::vector<std::int32_t>& symbols) const {
  const auto id_of = [&](char byte) { return byte_ids_[static_cast<std::uint8_t>(byte)]; };
  if (std::any_of(letter.begin(), letter.end(), [&](char byte) { return id_of(byte) < 0; })) return false;
  for (const char byte : letter) symbols.push_back(id_of(byte));
  return true;
}

/// Symbols form a linked list over the array; a merge keeps the left place and unlinks the right one. Candidates go stale when a
/// neighbour changes: one is done only if the pair now at its place still gives the same token.
void Bpe::merge_all(std::vector<std::int32_t>& symbols) const {
  constexpr std::int32_t kEnd = -1;
  const auto count = static_cast<std::int32_t>(symbols.size());
  std::vector<std::int32_t> next(symbols.size()), previous(symbols.size());
  std::vector<bool> is_gone(symbols.size());
  std::vector<Candidate> heap;
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> queue(std::greater<>{}, std::move(heap));
  const auto consider = [&](std::int32_t place) {
    if (place == kEnd || next[place] == kEnd) return;
    if (const auto* merge = find_merge(symbols[place], symbols[next[place]])) queue.push({merge->rank, place, merge->id});
  };
  for (std::int32_t i = 0; i < count; ++i) next[i] = i + 1 < count ? i + 1 : kEnd, previous[i] = i - 1;
  for (std::int32_t i = 0; i < count; ++i) consider(i);
  while (!queue.empty()) {
    const Candidate best = queue.top();
    queue.pop();
    const std::int32_t right = is_gone[best.place] ? kEnd : next[best.place];
    if (right == kEnd) continue;
    const auto* merge = find_merge(symbols[best.place], symbols[right]);
    if (merge == nullptr || merge->id != best.id) continue;
    symbols[best.place] = best.id;
    is_gone[right] = true;
    next[best.place] = next[right];
    if (next[right] != kEnd) previous[next[right]] = best.place;
    consider(previous[best.place]);
    consider(best.place);
  }
  std::int32_t kept = 0;
  for (std::int32_t i = 0; i < count; ++i) {
    if (!is_gone[i]) symbols[kept++] = symbols[i];
  }
  symbols.resize(kept);
}

}  // namespace assay
