#pragma once
#include <cstdint>

namespace assay {

/// Something happened `hits` times out of `count`.
struct Occurrences {
  std::int64_t hits = 0;
  std::int64_t count = 0;
};

/// Fisher's exact one-sided test of "it happens no more often in the second than in the first".
///
/// Range    [0, 1]
/// Empty    1
/// Throws   DataError for hits outside [0, count]
/// Source   Fisher 1935, Journal of the Royal Statistical Society 98:39; the hypergeometric tail: Agresti, Categorical Data Analysis, on 2 x 2 tables
[[nodiscard]] double fisher_more_often_p(const Occurrences& first, const Occurrences& second);

}  // namespace assay
