#pragma once
#include <ATen/core/Tensor.h>

#include "model/language/config.h"

namespace assay {

/// Cosines and sines of rotary angles, one row a token.
struct RopeTable {
  at::Tensor cos;  ///< [T, 1, K/2], in the activations' dtype
  at::Tensor sin;  ///< [T, 1, K/2]
};

/// Rotary position embedding in the half-split form: pairs are (i, i + K/2).
class Rope {
 public:
  explicit Rope(const LanguageConfig& config);

  /// Whether a sequence's first `part` tokens are turned alike alone and as the beginning of one of `total` tokens.
  [[nodiscard]] bool is_alike(std::int64_t part, std::int64_t total) const;

  /// Angles in float32, then in the dtype and on the device of `options`.  Shapes  positions [T] int64, lengths [T] int64.
  /// `lengths` is the sequence's length at the time of each row; only scaled forms look at it.
  [[nodiscard]] RopeTable table(const at::Tensor& positions, const at::Tensor& lengths, const at::TensorOptions& options) const;

 private:
  [[nodiscard]] at::Tensor frequencies(const at::Tensor& lengths) const;  // [T or 1, K/2]

  LanguageConfig config_;
  at::Tensor frequencies_;       // [K/2] float32
  at::Tensor short_, long_;      // [K/2] float32; kLongRope
  double magnitude_ = 1.0;       // kLongRope
};

/// Turns each pair by its row's angle.  Shapes  x [T, N, K] -> [T, N, K]
[[nodiscard]] at::Tensor rotate(const at::Tensor& x, const RopeTable& table);

}  // namespace assay
