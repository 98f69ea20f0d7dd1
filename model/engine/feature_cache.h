#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "model/tensor/side_stream.h"
#include "model/vlm.h"

namespace assay {

/// Features of the pictures seen last, so that several questions on one picture encode it once. Features are kept under the digest of
/// the decoded pixels and the tiling; a picture's key (equal keys promise equal bytes) finds them without decoding again.
class FeatureCache {
 public:
  struct Entry {
    ImageView view;
    at::Tensor features;  ///< [tokens, D]
    std::shared_ptr<const Underway> encoding = nullptr;  ///< to be waited for before `features` are read; null where they are there
  };

  explicit FeatureCache(std::int64_t max_bytes) : max_bytes_(max_bytes) {}

  /// By the picture's key and tiling limit. Null when it is not known or no longer held.
  [[nodiscard]] std::shared_ptr<const Entry> find_by_key(const std::string& key);
  /// By pixel digest and tiling; remembers `key` for the next time.
  [[nodiscard]] std::shared_ptr<const Entry> find_by_digest(const std::string& digest, const std::string& key);
  std::shared_ptr<const Entry> insert(const std::string& digest, const std::string& key, Entry entry);

 private:
  struct Slot {
    std::string digest;
    std::vector<std::string> keys;
    std::shared_ptr<const Entry> entry;
  };
  using Slots = std::list<Slot>;

  std::shared_ptr<const Entry> touch(Slots::iterator slot);

  std::int64_t max_bytes_, bytes_ = 0;
  Slots slots_;  // most recently used first
  std::unordered_map<std::string, Slots::iterator> by_digest_, by_key_;
};

}  // namespace assay
