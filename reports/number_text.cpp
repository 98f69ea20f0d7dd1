#include "reports/number_text.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace assay {
namespace {

constexpr const char* kNone = "none";

/// `text` without the zeros that end its fraction, nor a point with nothing behind.
std::string without_trailing_zeros(std::string text) {
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

}  // namespace

std::string number_text(double value) { return std::isnan(value) ? kNone : fmt::format("{:.4f}", value); }

std::string signed_text(double value) { return std::isnan(value) ? kNone : fmt::format("{:+.4f}", value); }

std::string interval_text(const Interval& interval) {
  if (std::isnan(interval.low) || std::isnan(interval.high)) return kNone;
  return fmt::format("[{:.4f}, {:.4f}]", interval.low, interval.high);
}

std::string share_text(double share) { return std::isnan(share) ? kNone : fmt::format("{:.1f} %", 100 * share); }

std::string probability_text(double p) {
  if (std::isnan(p)) return kNone;
  return p < 0.0001 ? "< 0.0001" : fmt::format("{:.4f}", p);
}

std::string count_text(std::int64_t count) {
  std::string text = fmt::format("{}", count);
  const std::size_t first = text.starts_with('-') ? 1 : 0;
  for (std::size_t place = text.size(); place > first + 3;) text.insert(place -= 3, 1, ',');
  return text;
}

std::string bytes_text(double bytes) {
  if (std::isnan(bytes) || bytes < 0) return kNone;
  constexpr std::array kUnits = {"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  for (; bytes >= 1024 && unit + 1 < kUnits.size(); ++unit) bytes /= 1024;
  return unit == 0 ? fmt::format("{:.0f} B", bytes) : fmt::format("{:.2f} {}", bytes, kUnits[unit]);
}

std::string value_text(double value) { return std::isnan(value) ? kNone : without_trailing_zeros(fmt::format("{:.4f}", value)); }

std::string exact_text(double value, const char* not_finite) {
  return std::isfinite(value) ? fmt::format("{}", value) : not_finite;
}

}  // namespace assay
