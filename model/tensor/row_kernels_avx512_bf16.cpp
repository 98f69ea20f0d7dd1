#if defined(__AVX512BF16__)
#include "model/tensor/row_vectors_avx512.h"

namespace assay {
namespace {

/// Products of bfloat16 by pairs, as they lie.
struct Avx512Bf16 : Avx512 {
  using Avx512::factor;
  using Avx512::fma;
  using Avx512::store;
  static constexpr std::int64_t step(const float*) { return kRowLanes; }
  static constexpr std::int64_t step(const HalfBits*) { return kRowLanes; }
  static constexpr std::int64_t step(const std::uint16_t*) { return 2 * kRowLanes; }
  static __m512bh factor(const std::uint16_t* from) { return reinterpret_cast<__m512bh>(_mm512_loadu_si512(from)); }
  static Type fma(__m512bh a, __m512bh b, Type c) { return _mm512_dpbf16_ps(c, a, b); }
  static void store(Type value, std::uint16_t* to) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(value))); }
};

/// Two vectors rounded by one instruction.
void widen_pairs(const std::int8_t* values, std::int64_t count, float scale, std::uint16_t* wide) {
  constexpr std::int64_t kPair = 2 * kRowLanes, kAhead = 2048;  // bytes: the processor's own prefetching ends with each page
  const auto factor = Avx512Bf16::all(scale), zero = Avx512Bf16::zero();
  const auto whole = count / kPair * kPair;
  for (std::int64_t i = 0; i < whole; i += kPair) {
    __builtin_prefetch(values + i + kAhead);
    const auto low = Avx512Bf16::fma(Avx512Bf16::load(values + i), factor, zero), high = Avx512Bf16::fma(Avx512Bf16::load(values + i + kRowLanes), factor, zero);
    _mm512_storeu_si512(wide + i, reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(high, low)));
  }
  widen<Avx512Bf16>(values + whole, count - whole, scale, wide + whole);
}

constexpr RowKernels kernels() {
  auto all = kernels_over<Avx512Bf16>();
  all.widen_bf16 = widen_pairs;
  return all;
}

constexpr RowKernels kKernels = kernels();

}  // namespace

const RowKernels* avx512_bf16_row_kernels() { return &kKernels; }

}  // namespace assay
#else
#include "model/tensor/row_kernels.h"

namespace assay {
const RowKernels* avx512_bf16_row_kernels() { return nullptr; }
}  // namespace assay
#endif
