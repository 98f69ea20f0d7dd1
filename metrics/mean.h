#pragma once
#include <span>

namespace assay {

/// The mean as a Python loop computes it: values added from left to right, then divided.
///
/// Divides by   the number of values
/// Empty        NaN
[[nodiscard]] double running_mean(std::span<const double> values);

/// The mean as numpy.mean computes it: pairwise summation in blocks of 128 with eight partial sums. The last digit of a long mean differs.
///
/// Divides by   the number of values
/// Empty        NaN
/// Source       numpy/numpy v1.26 numpy/core/src/umath/loops_utils.h.src, DOUBLE_pairwise_sum
[[nodiscard]] double numpy_mean(std::span<const double> values);

}  // namespace assay
