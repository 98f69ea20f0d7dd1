#include "model/engine/prefix_cache.h"

#include <algorithm>
#include <utility>

namespace assay {

std::shared_ptr<KvCache> PrefixCache::find(const std::string& key) {
  const auto found = std::ranges::find(slots_, key, &Slot::key);
  if (found == slots_.end()) return nullptr;
  slots_.splice(slots_.begin(), slots_, found);
  return slots_.front().prefix;
}

void PrefixCache::insert(const std::string& key, KvCache prefix) {
  if (prefix.bytes() > max_bytes_) return;
  bytes_ += prefix.bytes();
  slots_.push_front({key, std::make_shared<KvCache>(std::move(prefix))});
  while (bytes_ > max_bytes_) {
    bytes_ -= slots_.back().prefix->bytes();
    slots_.pop_back();
  }
}

}  // namespace assay
