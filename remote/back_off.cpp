#include "remote/back_off.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>

#include "harness/base/digest.h"

namespace assay {
namespace {

/// In [0, 1).
double draw(std::uint64_t seed, std::string_view request, int attempt) {
  constexpr std::size_t kDigits = 13;  // 52 bits
  const std::string digits = digest_of(fmt::format("{}/{}/{}", seed, attempt, request)).substr(0, kDigits);
  return static_cast<double>(std::strtoull(digits.c_str(), nullptr, 16)) / static_cast<double>(1ULL << (4 * kDigits));
}

}  // namespace

double BackOff::delay_ms(std::string_view request, int attempt, double retry_after_ms) const {
  const double share = draw(seed, request, attempt);
  if (retry_after_ms >= 0) return retry_after_ms + share * first_ms;
  const double whole = std::min(longest_ms, first_ms * std::exp2(std::max(0, attempt - 1)));
  return whole * (1 + share) / 2;
}

}  // namespace assay
