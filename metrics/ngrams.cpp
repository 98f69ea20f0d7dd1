#include "metrics/ngrams.h"

#include <algorithm>

#include "metrics/python_text.h"

namespace assay {

namespace {

std::size_t hash_of(const std::array<std::uint32_t, kLongestNgram>& key) {
  std::uint64_t hash = 0x9E3779B97F4A7C15u;
  for (const auto word : key) {
    hash ^= word;
    hash *= 0xFF51AFD7ED558CCDu;
    hash ^= hash >> 32;
  }
  return static_cast<std::size_t>(hash);
}

}  // namespace

void NgramIndex::grow() {
  slots_.assign(std::max<std::size_t>(1024, slots_.size() * 2), 0);
  for (std::size_t number = 0; number < keys_.size(); ++number) {
    auto slot = hash_of(keys_[number]) & (slots_.size() - 1);
    while (slots_[slot] != 0) slot = (slot + 1) & (slots_.size() - 1);
    slots_[slot] = static_cast<std::uint32_t>(number + 1);
  }
}

std::uint32_t NgramIndex::number_of(const Key& key) {
  if (keys_.size() * 2 >= slots_.size()) grow();
  auto slot = hash_of(key) & (slots_.size() - 1);
  for (; slots_[slot] != 0; slot = (slot + 1) & (slots_.size() - 1)) {
    if (keys_[slots_[slot] - 1] == key) return slots_[slot] - 1;
  }
  keys_.push_back(key);
  slots_[slot] = static_cast<std::uint32_t>(keys_.size());
  return static_cast<std::uint32_t>(keys_.size() - 1);
}

NgramIndex::Counts NgramIndex::count(std::string_view caption) {
  std::vector<std::uint32_t> words;
  for (const auto text : python::split(caption)) {
    auto found = word_.find(text);
    if (found == word_.end()) found = word_.emplace(std::string(text), static_cast<std::uint32_t>(word_.size() + 1)).first;
    words.push_back(found->second);
  }
  Counts counts;
  counts.words = words.size();
  for (std::size_t n = 1; n <= kLongestNgram; ++n) {
    auto& counted = counts.of_length[n - 1];
    for (std::size_t i = 0; i + n <= words.size(); ++i) {
      Key key{};
      for (std::size_t k = 0; k < n; ++k) key[k] = words[i + k];
      const auto number = number_of(key);
      if (number >= seen_at_.size()) seen_at_.resize(keys_.size() * 2, 0);
      auto& place = seen_at_[number];
      if (place == 0) {
        counted.push_back({number, 0});
        place = static_cast<std::uint32_t>(counted.size());
      }
      ++counted[place - 1].count;
    }
    for (const auto& one : counted) seen_at_[one.ngram] = 0;
  }
  return counts;
}

}  // namespace assay
