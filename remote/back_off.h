#pragma once
#include <cstdint>
#include <string_view>

namespace assay {

/// How long a request waits before it is tried again. Pure: the jitter comes from the seed, the request and the attempt.
struct BackOff {
  double first_ms = 500;      ///< before the second attempt; doubled for each further one
  double longest_ms = 60'000;
  std::uint64_t seed = 0;

  /// After `attempt` attempts (1 or more): between half and all of the doubled wait. An endpoint that said how long to wait (`retry_after_ms`, 0 or
  /// more) gets that and up to `first_ms` on top, so that not all come back at once.
  [[nodiscard]] double delay_ms(std::string_view request, int attempt, double retry_after_ms = -1) const;
};

}  // namespace assay
