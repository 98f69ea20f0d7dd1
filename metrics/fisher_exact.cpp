#include "metrics/fisher_exact.h"

#include <fmt/format.h>

#include <boost/math/distributions/hypergeometric.hpp>
#include <limits>

#include "harness/base/error.h"

namespace assay {

double fisher_more_often_p(const Occurrences& first, const Occurrences& second) {
  for (const auto& side : {first, second})
    if (side.hits < 0 || side.hits > side.count) throw DataError(fmt::format("cannot have happened {} times out of {}", side.hits, side.count));
  const std::int64_t hits = first.hits + second.hits, count = first.count + second.count;
  if (count > std::numeric_limits<unsigned>::max()) throw DataError(fmt::format("cannot compare {} samples", count));
  if (second.hits == 0 || first.count == 0 || hits == count) return 1;
  const std::int64_t least = hits - first.count;  // of the second's hits, when the first took as many as it can
  if (second.hits - 1 < least) return 1;
  const auto whole = [](std::int64_t value) { return static_cast<unsigned>(value); };  // Boost counts in unsigned
  const boost::math::hypergeometric_distribution<> among(whole(hits), whole(second.count), whole(count));
  return boost::math::cdf(boost::math::complement(among, whole(second.hits - 1)));
}

}  // namespace assay
