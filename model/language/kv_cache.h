#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace assay {

/// Keys and values of one sequence, all layers. Grows by doubling, so a long limit costs nothing until it is used.
class KvCache {
 public:
  KvCache(std::int64_t layers, std::int64_t key_heads, std::int64_t width, at::TensorOptions options);

  /// Makes room for `count` more tokens. Call once before a forward pass, then append in every layer, then advance.
  void reserve(std::int64_t count);
  /// Writes keys and values of the tokens after the present end.  Shapes  [T, M, K].  Does not move the end.
  void append(std::int64_t layer, const at::Tensor& keys, const at::Tensor& values);
  void advance(std::int64_t count) { length_ += count; }

  /// A copy of its own of the present content, with room for `count` more tokens.
  [[nodiscard]] KvCache fork(std::int64_t count = 0) const;

  [[nodiscard]] std::int64_t length() const noexcept { return length_; }
  [[nodiscard]] std::int64_t capacity() const noexcept { return capacity_; }
  [[nodiscard]] const at::Tensor& keys(std::int64_t layer) const { return keys_[static_cast<std::size_t>(layer)]; }      ///< [M, capacity, K]
  [[nodiscard]] const at::Tensor& values(std::int64_t layer) const { return values_[static_cast<std::size_t>(layer)]; }  ///< [M, capacity, K]
  [[nodiscard]] std::int64_t bytes() const;

 private:
  std::int64_t key_heads_, width_;
  at::TensorOptions options_;
  std::int64_t length_ = 0, capacity_ = 0;
  std::vector<at::Tensor> keys_, values_;
};

}  // namespace assay
