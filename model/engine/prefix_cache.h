#pragma once
#include <cstdint>
#include <list>
#include <memory>
#include <string>

#include "model/language/kv_cache.h"

namespace assay {

/// Keys and values of the beginnings of prompts, up to the end of their last picture, so that the next question on the same picture goes on from
/// there. Held under a digest of the tokens and the pictures' features; the least recently used ones go first.
class PrefixCache {
 public:
  explicit PrefixCache(std::int64_t max_bytes) : max_bytes_(max_bytes) {}

  /// Null when it is not held.
  [[nodiscard]] std::shared_ptr<KvCache> find(const std::string& key);
  /// Larger ones than all room are not kept.
  void insert(const std::string& key, KvCache prefix);

 private:
  struct Slot {
    std::string key;
    std::shared_ptr<KvCache> prefix;
  };

  std::int64_t max_bytes_, bytes_ = 0;
  std::list<Slot> slots_;  // most recently used first; there are few
};

}  // namespace assay
