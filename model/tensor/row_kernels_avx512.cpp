#if defined(__AVX512F__)
#include "model/tensor/row_vectors_avx512.h"

namespace assay {
namespace {

constexpr RowKernels kKernels = kernels_over<Avx512>();

}  // namespace

const RowKernels* avx512_row_kernels() { return &kKernels; }

}  // namespace assay
#else
#include "model/tensor/row_kernels.h"

namespace assay {
const RowKernels* avx512_row_kernels() { return nullptr; }
}  // namespace assay
#endif
