#include "model/language/kv_cache.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <utility>

namespace assay {
namespace {

constexpr std::int64_t kFirstRoom = 32;    // tokens written after a prompt before the first doubling
constexpr std::int64_t kCopiedAtMost = 64;  // tokens that a fork copies, so that beams do not leave a chain of short segments behind

}  // namespace

KvCache::KvCache(std::int64_t layers, std::int64_t key_heads, std::int64_t width, at::TensorOptions options)
    : layers_(layers), key_heads_(key_heads), width_(width), options_(options), own_(empty_segment()) {}

KvCache::Segment KvCache::empty_segment() const {
  Segment segment;
  for (auto* side : {&segment.keys, &segment.values}) side->assign(static_cast<std::size_t>(layers_), at::empty({key_heads_, 0, width_}, options_));
  return segment;
}

void KvCache::reserve(std::int64_t count) {
  const auto needed = own_.length + count;
  if (needed <= own_.capacity) return;
  const auto capacity = own_.length == 0 ? needed + kFirstRoom : std::max(needed, own_.capacity + std::max(kFirstRoom, own_.capacity / 2));
  for (auto* side : {&own_.keys, &own_.values}) {
    for (auto& tensor : *side) {
      auto larger = at::empty({key_heads_, capacity, width_}, options_);
      larger.narrow(1, 0, own_.length).copy_(tensor.narrow(1, 0, own_.length));
      tensor = larger;
    }
  }
  own_.capacity = capacity;
}

void KvCache::append(std::int64_t layer, const at::Tensor& keys, const at::Tensor& values) {
  const auto count = keys.size(0);
  own_.keys[static_cast<std::size_t>(layer)].narrow(1, own_.length, count).copy_(keys.transpose(0, 1));
  own_.values[static_cast<std::size_t>(layer)].narrow(1, own_.length, count).copy_(values.transpose(0, 1));
}

void KvCache::share_own() {
  shared_length_ += own_.length;
  shared_.push_back(std::make_shared<const Segment>(std::exchange(own_, empty_segment())));
}

KvCache KvCache::fork() {
  if (own_.length > kCopiedAtMost) share_own();
  KvCache other(*this);
  for (auto* side : {&other.own_.keys, &other.own_.values})
    for (auto& tensor : *side) tensor = tensor.clone();
  return other;
}

at::Tensor KvCache::joined(std::vector<at::Tensor> Segment::*side, std::int64_t layer, std::int64_t count) const {
  const auto at_layer = static_cast<std::size_t>(layer);
  const auto own = (own_.*side)[at_layer].narrow(1, 0, count - shared_length_);
  if (shared_.empty()) return own;
  std::vector<at::Tensor> parts;
  for (const auto& segment : shared_) parts.push_back(((*segment).*side)[at_layer].narrow(1, 0, segment->length));
  parts.push_back(own);
  return at::cat(parts, 1);
}

at::Tensor KvCache::keys(std::int64_t layer, std::int64_t count) const { return joined(&Segment::keys, layer, count); }
at::Tensor KvCache::values(std::int64_t layer, std::int64_t count) const { return joined(&Segment::values, layer, count); }

CacheView KvCache::view(std::int64_t layer, std::int64_t count) const {
  const auto at_layer = static_cast<std::size_t>(layer);
  CacheView view;
  for (const auto& segment : shared_)
    view.push_back({segment->keys[at_layer].data_ptr(), segment->values[at_layer].data_ptr(), segment->capacity, segment->length});
  view.push_back({own_.keys[at_layer].data_ptr(), own_.values[at_layer].data_ptr(), own_.capacity, count - shared_length_});
  return view;
}

std::int64_t KvCache::bytes() const {
  auto tokens = own_.capacity;
  for (const auto& segment : shared_) tokens += segment->capacity;
  return 2 * layers_ * key_heads_ * tokens * width_ * static_cast<std::int64_t>(options_.dtype().itemsize());
}

}  // namespace assay
