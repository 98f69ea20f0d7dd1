#pragma once
#include <array>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/tokenizer/vocabulary.h"

namespace assay {

/// Remembers the ids of words. Bounded: once a shard is full it takes no more, which keeps the first, most common words.
/// Safe to use from any thread.
class WordCache {
 public:
  /// Appends the ids of `word` if they are known.
  bool append(std::string_view word, std::vector<std::int64_t>& ids) {
    Shard& shard = shard_of(word);
    const std::lock_guard lock(shard.mutex);
    const auto it = shard.words.find(word);
    if (it == shard.words.end()) return false;
    ids.insert(ids.end(), it->second.begin(), it->second.end());
    return true;
  }

  void remember(std::string_view word, std::vector<std::int32_t> ids) {
    Shard& shard = shard_of(word);
    const std::lock_guard lock(shard.mutex);
    if (shard.words.size() < kWordsPerShard) shard.words.emplace(word, std::move(ids));
  }

 private:
  static constexpr std::size_t kShards = 16;
  static constexpr std::size_t kWordsPerShard = 4096;  ///< 65,536 words in all, a few MiB
  struct Shard {
    std::mutex mutex;
    std::unordered_map<std::string, std::vector<std::int32_t>, StringHash, std::equal_to<>> words;
  };

  Shard& shard_of(std::string_view word) { return shards_[(StringHash{}(word) >> 7) % kShards]; }

  std::array<Shard, kShards> shards_;
};

}  // namespace assay
