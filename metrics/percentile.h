#pragma once
#include <span>

namespace assay {

/// The value below which a `share` in [0, 1] of the sorted values lies, linear between neighbours.
///
/// Source   numpy.percentile's default; Hyndman & Fan 1996, The American Statistician 50:361, definition 7
[[nodiscard]] double percentile(std::span<const double> sorted, double share);

}  // namespace assay
