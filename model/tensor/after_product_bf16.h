#pragma once
#include "model/tensor/product_bf16.h"
#include "model/tensor/vectors_bf16.h"

// What is done with a product's sums, for files compiled with AVX-512 BF16 and called only where the machine has it (see panel_bf16.h).
namespace assay {
namespace {

/// What becomes of y, rounded; `other` and `scale` are the product's at these sixteen outputs of a row.
template <AfterBf16 After>
[[gnu::always_inline]] inline __m512 finished(__m512 y, __m512 other, const __m512* scale) {
  switch (After) {
    case AfterBf16::kGelu: return gelu_of(y);
    case AfterBf16::kQuickGelu: return _mm512_mul_ps(y, rounded(sigmoid_of(rounded(_mm512_mul_ps(y, _mm512_set1_ps(1.702F))))));
    case AfterBf16::kMultiplySilu: return _mm512_mul_ps(rounded(silu_of(other)), y);
    case AfterBf16::kAddTo: return _mm512_add_ps(other, scale == nullptr ? y : rounded(_mm512_mul_ps(y, *scale)));
    case AfterBf16::kNothing: break;
  }
  return y;
}

/// Calls use.operator()<After>() with what follows the product.
template <typename Use>
[[gnu::always_inline]] inline void with_after(AfterBf16 after, const Use& use) {
  switch (after) {
    case AfterBf16::kNothing: return use.template operator()<AfterBf16::kNothing>();
    case AfterBf16::kGelu: return use.template operator()<AfterBf16::kGelu>();
    case AfterBf16::kQuickGelu: return use.template operator()<AfterBf16::kQuickGelu>();
    case AfterBf16::kAddTo: return use.template operator()<AfterBf16::kAddTo>();
    case AfterBf16::kMultiplySilu: return use.template operator()<AfterBf16::kMultiplySilu>();
  }
}

/// Whether `other` is looked at.
constexpr bool needs_other(AfterBf16 after) { return after == AfterBf16::kAddTo || after == AfterBf16::kMultiplySilu; }

/// Sixteen outputs of a product, of every row.
class OutputsBf16 {
 public:
  OutputsBf16(const ProductBf16& product, std::int64_t first)
      : product_(product), first_(first), mask_(lanes(product.outputs - first)), bias_(product.bias == nullptr ? _mm512_setzero_ps() : load_bf16(product.bias + first, mask_)) {}

  /// Writes those of a row whose sums are given.
  [[gnu::always_inline]] void finish(std::int64_t row, __m512 sums) const {
    const auto at = row * product_.outputs + first_;
    const __m512 y = _mm512_add_ps(sums, bias_);
    if (product_.after == AfterBf16::kNothing) store_bf16(product_.out + at, mask_, y);
    else with_after(product_.after, [&]<AfterBf16 After> { store_bf16(product_.out + at, mask_, finish_rounded<After>(rounded(y), at)); });
  }

 private:
  template <AfterBf16 After>
  [[gnu::always_inline]] [[nodiscard]] __m512 finish_rounded(__m512 y, std::int64_t at) const {
    const __m512 other = needs_other(After) ? load_bf16(product_.other + at, mask_) : _mm512_setzero_ps();
    if (After != AfterBf16::kAddTo || product_.scale == nullptr) return finished<After>(y, other, nullptr);
    const __m512 scale = load_bf16(product_.scale + first_, mask_);
    return finished<After>(y, other, &scale);
  }

  const ProductBf16& product_;
  std::int64_t first_;
  __mmask16 mask_;
  __m512 bias_;
};

}  // namespace
}  // namespace assay
