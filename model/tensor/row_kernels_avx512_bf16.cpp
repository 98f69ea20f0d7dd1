#if defined(__AVX512BF16__)
#include "model/tensor/row_vectors_avx512.h"

namespace assay {
namespace {

/// Products of bfloat16 by pairs, as they lie.
struct Avx512Bf16 : Avx512 {
  using Avx512::factor;
  using Avx512::fma;
  static constexpr std::int64_t step(const float*) { return kRowLanes; }
  static constexpr std::int64_t step(const std::uint16_t*) { return 2 * kRowLanes; }
  static __m512bh factor(const std::uint16_t* from) { return reinterpret_cast<__m512bh>(_mm512_loadu_si512(from)); }
  static Type fma(__m512bh a, __m512bh b, Type c) { return _mm512_dpbf16_ps(c, a, b); }
};

constexpr RowKernels kKernels = kernels_over<Avx512Bf16>();

}  // namespace

const RowKernels* avx512_bf16_row_kernels() { return &kKernels; }

}  // namespace assay
#else
#include "model/tensor/row_kernels.h"

namespace assay {
const RowKernels* avx512_bf16_row_kernels() { return nullptr; }
}  // namespace assay
#endif
