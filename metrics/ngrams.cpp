#include "metrics/ngrams.h"

#include "metrics/python_text.h"

namespace assay {

std::size_t NgramIndex::Hash::operator()(const Key& key) const noexcept {
  std::uint64_t hash = 0x9E3779B97F4A7C15u;
  for (const auto word : key) {
    hash ^= word;
    hash *= 0xFF51AFD7ED558CCDu;
    hash ^= hash >> 32;
  }
  return static_cast<std::size_t>(hash);
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
      const auto number = number_of_.try_emplace(key, static_cast<std::uint32_t>(number_of_.size())).first->second;
      if (number >= seen_at_.size()) seen_at_.resize(number_of_.size() * 2, 0);
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
