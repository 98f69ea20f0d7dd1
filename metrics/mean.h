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

/// The mean as Python's statistics.mean computes it: the exact sum, divided and rounded once.
///
/// Divides by   the number of values
/// Empty        NaN
/// Source       CPython 3.11 Lib/statistics.py, mean
/// Differs      the sum is held in 64 bits of mantissa: exact where the values share a scale, as thirds do; else the last digit may differ
[[nodiscard]] double exact_mean(std::span<const double> values);

}  // namespace assay
