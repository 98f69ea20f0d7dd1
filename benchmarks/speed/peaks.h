#pragma once
#include <ATen/core/ScalarType.h>

#include "benchmarks/speed/work.h"

namespace assay {

/// Bytes a second of a[i] = b[i] + s·c[i]: two reads and a write an element, as STREAM counts.
/// Source   McCalpin 1995, STREAM
[[nodiscard]] double triad_rate();
/// Floating-point operations a second of LibTorch's matrix product at a size that suits it: the best of several shapes' medians.
[[nodiscard]] double product_rate(at::ScalarType dtype);

/// Of LibTorch's matrix product, and of reading with all compute threads. Measured once a process, the products once a dtype.
[[nodiscard]] const Peaks& peaks_of(at::ScalarType dtype);

}  // namespace assay
