#include "model/language/kv_cache.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace assay {
namespace {

constexpr std::int64_t kFirstRoom = 32;  // tokens written after a prompt before the first doubling

}  // namespace

KvCache::KvCache(std::int64_t layers, std::int64_t key_heads, std::int64_t width, at::TensorOptions options)
    : key_heads_(key_heads), width_(width), options_(options), keys_(static_cast<std::size_t>(layers)), values_(static_cast<std::size_t>(layers)) {
  for (auto* side : {&keys_, &values_}) {
    for (auto& tensor : *side) tensor = at::empty({key_heads_, 0, width_}, options_);
  }
}

void KvCache::reserve(std::int64_t count) {
  const auto needed = length_ + count;
  if (needed <= capacity_) return;
  const auto capacity = length_ == 0 ? needed + kFirstRoom : std::max(needed, capacity_ + std::max(kFirstRoom, capacity_ / 2));
  for (auto* side : {&keys_, &values_}) {
    for (auto& tensor : *side) {
      auto larger = at::empty({key_heads_, capacity, width_}, options_);
      larger.narrow(1, 0, length_).copy_(tensor.narrow(1, 0, length_));
      tensor = larger;
    }
  }
  capacity_ = capacity;
}

void KvCache::append(std::int64_t layer, const at::Tensor& keys, const at::Tensor& values) {
  const auto count = keys.size(0);
  keys_[static_cast<std::size_t>(layer)].narrow(1, length_, count).copy_(keys.transpose(0, 1));
  values_[static_cast<std::size_t>(layer)].narrow(1, length_, count).copy_(values.transpose(0, 1));
}

KvCache KvCache::fork(std::int64_t count) const {
  KvCache copy(static_cast<std::int64_t>(keys_.size()), key_heads_, width_, options_);
  copy.reserve(length_ + count);
  for (std::size_t layer = 0; layer < keys_.size(); ++layer) {
    copy.keys_[layer].narrow(1, 0, length_).copy_(keys_[layer].narrow(1, 0, length_));
    copy.values_[layer].narrow(1, 0, length_).copy_(values_[layer].narrow(1, 0, length_));
  }
  copy.length_ = length_;
  return copy;
}

std::int64_t KvCache::bytes() const {
  return 2 * static_cast<std::int64_t>(keys_.size()) * key_heads_ * capacity_ * width_ * static_cast<std::int64_t>(options_.dtype().itemsize());
}

}  // namespace assay
