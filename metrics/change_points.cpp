#include "metrics/change_points.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "harness/base/error.h"
#include "metrics/generator.h"

namespace assay {
namespace {

constexpr std::size_t kLeastValues = 2;   // of a level: one has no distances within it
constexpr double kRounding = 1e-9;        // divergences that differ by this share differ only in rounding

double pairs_of(std::size_t count) { return static_cast<double>(count) * static_cast<double>(count - 1) / 2; }

/// From the sums of distances within and between two stretches.
double divergence(double between, double within_before, double within_after, std::size_t before, std::size_t after) {
  const double m = static_cast<double>(before), n = static_cast<double>(after);
  const double distance = 2 / (m * n) * between - within_before / pairs_of(before) - within_after / pairs_of(after);
  return m * n / (m + n) * distance;
}

struct Split {
  double divergence = 0;
  std::size_t first = 0;  ///< of the second stretch
};

/// The split [begin, first) and [first, end) of the values that are furthest apart, over all ends.
Split best_split(std::span<const double> values) {
  const std::size_t count = values.size();
  Split best;
  if (count < 2 * kLeastValues) return best;
  std::vector<double> within_before(count + 1);  // distances within [0, i)
  for (std::size_t i = 1; i <= count; ++i) {
    within_before[i] = within_before[i - 1];
    for (std::size_t k = 0; k + 1 < i; ++k) within_before[i] += std::abs(values[i - 1] - values[k]);
  }
  std::vector<double> within_after(count);  // distances within [i, end), for the end that the loop is at
  for (std::size_t end = 2; end <= count; ++end) {
    double to_last = 0;  // distances of the last value to [i, end - 1)
    for (std::size_t i = end - 1; i-- > 0;) {
      to_last += std::abs(values[end - 1] - values[i]);
      within_after[i] += to_last;
      if (i < kLeastValues || end - i < kLeastValues) continue;
      const double between = within_before[end] - within_before[i] - within_after[i];
      const double found = divergence(between, within_before[i], within_after[i], i, end - i);
      if (found > best.divergence) best = {found, i};
    }
  }
  return best;
}

/// The stretches between changes, each [first, last).
using Stretches = std::vector<std::pair<std::size_t, std::size_t>>;

Split best_split_of(std::span<const double> values, const Stretches& stretches) {
  Split best;
  for (const auto& [first, last] : stretches) {
    const Split found = best_split(values.subspan(first, last - first));
    if (found.divergence > best.divergence) best = {found.divergence, first + found.first};
  }
  return best;
}

void shuffle(Generator& generator, std::span<double> values) {
  for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[generator.below(i)]);
}

/// How often values in another order would be parted as far, each stretch shuffled by itself.
double p_value_of(double observed, std::span<const double> values, const Stretches& stretches, std::size_t round, const ChangePointOptions& options) {
  std::size_t as_far = 0;
  std::vector<double> drawn;
  for (std::size_t draw = 0; draw < options.draws; ++draw) {
    Generator generator = Generator::of_piece(options.seed + round, draw);
    drawn.assign(values.begin(), values.end());
    for (const auto& [first, last] : stretches) shuffle(generator, std::span(drawn).subspan(first, last - first));
    as_far += best_split_of(drawn, stretches).divergence >= observed * (1 - kRounding) ? 1 : 0;
  }
  return static_cast<double>(1 + as_far) / static_cast<double>(1 + options.draws);
}

/// Two values that differ only in rounding part nothing.
bool is_rounding(double divergence, std::span<const double> values) {
  double scale = 0;
  for (const double value : values) scale = std::max(scale, std::abs(value));
  return divergence <= kRounding * scale;
}

}  // namespace

double energy_divergence(std::span<const double> before, std::span<const double> after) {
  if (before.size() < kLeastValues || after.size() < kLeastValues) return 0;
  const auto within = [](std::span<const double> values) {
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i)
      for (std::size_t k = 0; k < i; ++k) sum += std::abs(values[i] - values[k]);
    return sum;
  };
  double between = 0;
  for (const double a : before)
    for (const double b : after) between += std::abs(a - b);
  return divergence(between, within(before), within(after), before.size(), after.size());
}

std::vector<ChangePoint> change_points(std::span<const double> values, const ChangePointOptions& options) {
  if (!(options.alpha > 0 && options.alpha < 1)) throw ConfigError(fmt::format("alpha must lie between 0 and 1, got {}", options.alpha));
  for (const double value : values)
    if (!std::isfinite(value)) throw DataError(fmt::format("a value of a series must be finite, got {}", value));
  std::vector<ChangePoint> found;
  Stretches stretches = {{0, values.size()}};
  while (true) {
    const Split split = best_split_of(values, stretches);
    if (split.divergence <= 0 || is_rounding(split.divergence, values)) break;
    const double p_value = p_value_of(split.divergence, values, stretches, found.size(), options);
    if (p_value > options.alpha) break;
    found.push_back({split.first, p_value});
    const auto whole = std::ranges::find_if(stretches, [&](const auto& one) { return one.first < split.first && split.first < one.second; });
    const std::size_t last = whole->second;
    whole->second = split.first;
    stretches.emplace(whole + 1, split.first, last);
  }
  std::ranges::sort(found, {}, &ChangePoint::first);
  return found;
}

}  // namespace assay
