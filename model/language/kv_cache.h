#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "model/tensor/attention.h"

namespace assay {

/// Keys and values of one sequence, all layers. Grows by doubling, so a long limit costs nothing until it is used. Forks share what was there when they
/// parted, and nothing shared is written again.
class KvCache {
 public:
  KvCache(std::int64_t layers, std::int64_t key_heads, std::int64_t width, at::TensorOptions options);

  /// Makes room for `count` more tokens. Call once before a forward pass, then append in every layer, then advance.
  void reserve(std::int64_t count);
  /// Writes keys and values of the tokens after the present end.  Shapes  [T, M, K].  Does not move the end.
  void append(std::int64_t layer, const at::Tensor& keys, const at::Tensor& values);
  void advance(std::int64_t count) { own_.length += count; }

  /// One with the same content that goes on by itself. What is longer than a few tokens is shared from now on, not copied.
  [[nodiscard]] KvCache fork();

  [[nodiscard]] std::int64_t length() const noexcept { return shared_length_ + own_.length; }
  /// The first `count` tokens of a layer, in one piece: a view, or a copy where forks share a part.  Shapes  [M, count, K]
  [[nodiscard]] at::Tensor keys(std::int64_t layer, std::int64_t count) const;
  [[nodiscard]] at::Tensor values(std::int64_t layer, std::int64_t count) const;
  /// The first `count` tokens of a layer where they lie.
  [[nodiscard]] CacheView view(std::int64_t layer, std::int64_t count) const;
  /// Of all that it refers to, shared or not.
  [[nodiscard]] std::int64_t bytes() const;

 private:
  struct Segment {
    std::int64_t length = 0, capacity = 0;
    std::vector<at::Tensor> keys, values;  ///< one a layer, [M, capacity, K]
  };

  [[nodiscard]] Segment empty_segment() const;
  [[nodiscard]] at::Tensor joined(std::vector<at::Tensor> Segment::*side, std::int64_t layer, std::int64_t count) const;
  void share_own();

  std::int64_t layers_, key_heads_, width_;
  at::TensorOptions options_;
  std::vector<std::shared_ptr<const Segment>> shared_;  ///< one after the other, before own_
  std::int64_t shared_length_ = 0;
  Segment own_;
};

}  // namespace assay
