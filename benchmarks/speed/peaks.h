#pragma once
#include <ATen/core/ScalarType.h>

#include "benchmarks/speed/work.h"

namespace assay {

/// Bytes a second that all compute threads together read of an array far larger than the caches: the median of several passes.
[[nodiscard]] double read_rate();
/// Of a[i] = b[i] + s·c[i]: two reads and a write an element, as STREAM counts.
/// Source   McCalpin 1995, STREAM
[[nodiscard]] double triad_rate();
/// Floating-point operations a second of LibTorch's matrix product at a size that suits it: the best of several shapes' medians.
[[nodiscard]] double product_rate(at::ScalarType dtype);

/// Measured once a process and dtype.
[[nodiscard]] const Peaks& peaks_of(at::ScalarType dtype);

}  // namespace assay
