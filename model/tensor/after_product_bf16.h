#pragma once
#include "model/tensor/product_bf16.h"
#include "model/tensor/vectors_bf16.h"

// What is done with a product's sums, for files compiled with AVX-512 BF16 and called only where the machine has it (see panel_bf16.h).
namespace assay {
namespace {

/// y, rounded, of sixteen outputs of a row that begin at `at` of it and at `output` of the outputs.
inline __m512 finished(const ProductBf16& product, __m512 y, std::int64_t at, std::int64_t output, __mmask16 mask) {
  switch (product.after) {
    case AfterBf16::kGelu: return gelu_of(y);
    case AfterBf16::kQuickGelu: return _mm512_mul_ps(y, rounded(sigmoid_of(rounded(_mm512_mul_ps(y, _mm512_set1_ps(1.702F))))));
    case AfterBf16::kMultiplySilu: return _mm512_mul_ps(rounded(silu_of(load_bf16(product.other + at, mask))), y);
    case AfterBf16::kAddTo:
      if (product.scale != nullptr) y = rounded(_mm512_mul_ps(y, load_bf16(product.scale + output, mask)));
      return _mm512_add_ps(load_bf16(product.other + at, mask), y);
    case AfterBf16::kNothing: break;
  }
  return y;
}

/// Sixteen outputs of a product, of every row.
class OutputsBf16 {
 public:
  OutputsBf16(const ProductBf16& product, std::int64_t first)
      : product_(product), first_(first), mask_(lanes(product.outputs - first)), bias_(product.bias == nullptr ? _mm512_setzero_ps() : load_bf16(product.bias + first, mask_)) {}

  /// Writes those of a row whose sums are given.
  [[gnu::always_inline]] void finish(std::int64_t row, __m512 sums) const {
    const auto at = row * product_.outputs + first_;
    const __m512 y = _mm512_add_ps(sums, bias_);
    store_bf16(product_.out + at, mask_, product_.after == AfterBf16::kNothing ? y : finished(product_, rounded(y), at, first_, mask_));
  }

 private:
  const ProductBf16& product_;
  std::int64_t first_;
  __mmask16 mask_;
  __m512 bias_;
};

}  // namespace
}  // namespace assay
