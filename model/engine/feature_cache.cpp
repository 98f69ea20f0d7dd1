#include "model/engine/feature_cache.h"

#include <ATen/ATen.h>

namespace assay {
namespace {

std::int64_t bytes_of(const at::Tensor& tensor) { return static_cast<std::int64_t>(tensor.nbytes()); }

}  // namespace

std::shared_ptr<const FeatureCache::Entry> FeatureCache::touch(Slots::iterator slot) {
  slots_.splice(slots_.begin(), slots_, slot);
  return slot->entry;
}

std::shared_ptr<const FeatureCache::Entry> FeatureCache::find_by_key(const std::string& key) {
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? nullptr : touch(found->second);
}

std::shared_ptr<const FeatureCache::Entry> FeatureCache::find_by_digest(const std::string& digest, const std::string& key) {
  const auto found = by_digest_.find(digest);
  if (found == by_digest_.end()) return nullptr;
  if (by_key_.emplace(key, found->second).second) found->second->keys.push_back(key);
  return touch(found->second);
}

std::shared_ptr<const FeatureCache::Entry> FeatureCache::insert(const std::string& digest, const std::string& key, Entry entry) {
  bytes_ += bytes_of(entry.features);
  slots_.push_front({digest, {key}, std::make_shared<const Entry>(std::move(entry))});
  by_digest_[digest] = slots_.begin();
  by_key_[key] = slots_.begin();
  while (bytes_ > max_bytes_ && slots_.size() > 1) {
    const auto& last = slots_.back();
    bytes_ -= bytes_of(last.entry->features);
    by_digest_.erase(last.digest);
    for (const auto& k : last.keys) by_key_.erase(k);
    slots_.pop_back();
  }
  return slots_.front().entry;
}

}  // namespace assay
