#include "metrics/bca_bootstrap.h"

#include <algorithm>
#include <atomic>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <exception>
#include <mutex>
#include <numeric>
#include <thread>

#include "harness/base/error.h"
#include "metrics/generator.h"
#include "metrics/percentile.h"

namespace assay {
namespace {

const boost::math::normal kNormal;
constexpr double kRounding = 1e-12;  // draws that differ by this share of the largest differ only in the order of their additions

double finite(double value, const char* what) {
  if (!std::isfinite(value)) throw DataError(fmt::format("bootstrap: the aggregate of {} is {}, not a finite number", what, value));
  return value;
}

std::vector<std::size_t> checked_strata(const ClusterTable& table) {
  const std::size_t rows = table.columns == 0 ? 0 : table.values.size() / table.columns;
  if (rows == 0 || rows * table.columns != table.values.size() || rows > 0xFFFFFFFF)
    throw DataError(fmt::format("bootstrap: {} values do not make rows of {}", table.values.size(), table.columns));
  for (const double value : table.values)
    if (!std::isfinite(value)) throw DataError(fmt::format("bootstrap: a cluster holds {}, not a finite number", value));
  std::vector<std::size_t> sizes = table.stratum_sizes;
  if (sizes.empty()) sizes.push_back(rows);
  const std::size_t named = std::accumulate(sizes.begin(), sizes.end(), std::size_t{0});
  if (named != rows || std::find(sizes.begin(), sizes.end(), 0) != sizes.end())
    throw DataError(fmt::format("bootstrap: strata must not be empty and must name all {} clusters, they name {}", rows, named));
  return sizes;
}

/// Adds `size` rows drawn with replacement. One random number draws two rows, each into sums of its own, so that the additions of one need
/// not wait for the other's.
template <std::size_t kColumns>
void add_drawn_rows(Generator& generator, const double* rows, std::size_t size, double* sums) {
  double even[kColumns] = {}, odd[kColumns] = {};
  for (std::size_t drawn = 0; drawn + 1 < size; drawn += 2) {
    const std::uint64_t bits = generator.next();
    const double* first = rows + ((bits >> 32) * size >> 32) * kColumns;
    const double* second = rows + ((bits & 0xFFFFFFFF) * size >> 32) * kColumns;
    for (std::size_t c = 0; c < kColumns; ++c) even[c] += first[c], odd[c] += second[c];
  }
  if (size % 2 != 0) {
    const double* last = rows + generator.below(size) * kColumns;
    for (std::size_t c = 0; c < kColumns; ++c) even[c] += last[c];
  }
  for (std::size_t c = 0; c < kColumns; ++c) sums[c] = even[c] + odd[c];
}

void add_drawn_rows(Generator& generator, const double* rows, std::size_t columns, std::size_t size, double* sums) {
  switch (columns) {
    case 1: return add_drawn_rows<1>(generator, rows, size, sums);
    case 2: return add_drawn_rows<2>(generator, rows, size, sums);
    case 3: return add_drawn_rows<3>(generator, rows, size, sums);
    case 4: return add_drawn_rows<4>(generator, rows, size, sums);
    default: break;
  }
  std::fill(sums, sums + columns, 0.0);
  for (std::size_t drawn = 0; drawn < size; ++drawn) {
    const double* row = rows + generator.below(size) * columns;
    for (std::size_t c = 0; c < columns; ++c) sums[c] += row[c];
  }
}

/// Calls work(i) for every i below `count`, on some threads; the first error is thrown again here.
void for_each_piece(std::size_t count, unsigned threads, const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next = 0;
  std::exception_ptr error;
  std::mutex error_mutex;
  const auto loop = [&] {
    try {
      for (std::size_t i = next++; i < count; i = next++) work(i);
    } catch (...) {
      const std::lock_guard lock(error_mutex);
      if (!error) error = std::current_exception();
      next = count;
    }
  };
  if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
  {
    std::vector<std::jthread> helpers;
    for (unsigned i = 1; i < threads; ++i) helpers.emplace_back(loop);
    loop();
  }
  if (error) std::rethrow_exception(error);
}

/// How the spread of the aggregate changes with its value, from leaving out one cluster at a time. A stratum of one has no say.
double acceleration_of(const ClusterTable& table, std::span<const std::size_t> strata, std::vector<double> sums, const Aggregate& aggregate) {
  const std::size_t columns = table.columns;
  double cubes = 0, squares = 0;
  const double* row = table.values.data();
  for (std::size_t s = 0; s < strata.size(); row += strata[s] * columns, ++s) {
    if (strata[s] < 2) continue;
    const std::vector<double> whole(sums.begin() + static_cast<std::ptrdiff_t>(s * columns), sums.begin() + static_cast<std::ptrdiff_t>((s + 1) * columns));
    std::vector<double> without(strata[s]);
    for (std::size_t i = 0; i < strata[s]; ++i) {
      for (std::size_t c = 0; c < columns; ++c) sums[s * columns + c] = whole[c] - row[i * columns + c];
      without[i] = finite(aggregate(sums), "all clusters but one");
    }
    std::copy(whole.begin(), whole.end(), sums.begin() + static_cast<std::ptrdiff_t>(s * columns));
    const auto size = static_cast<double>(strata[s]);
    const double mean = std::accumulate(without.begin(), without.end(), 0.0) / size;
    for (const double value : without) {
      const double influence = (size - 1) * (mean - value) / size;
      cubes += influence * influence * influence, squares += influence * influence;
    }
  }
  return squares > 0 ? cubes / (6 * std::pow(squares, 1.5)) : 0;
}

}  // namespace

BcaBootstrap::BcaBootstrap(const ClusterTable& table, const Aggregate& aggregate, const BcaOptions& options) : sorted_draws_(options.draws) {
  const auto strata = checked_strata(table);
  const std::size_t columns = table.columns;
  if (options.draws < 2) throw ConfigError(fmt::format("bootstrap: needs at least 2 draws, got {}", options.draws));
  std::vector<double> sums(strata.size() * columns);
  const double* row = table.values.data();
  for (std::size_t s = 0; s < strata.size(); ++s)
    for (std::size_t i = 0; i < strata[s]; ++i)
      for (std::size_t c = 0; c < columns; ++c) sums[s * columns + c] += *row++;
  value_ = finite(aggregate(sums), "all clusters");
  for_each_piece(options.draws, options.threads, [&](std::size_t draw) {
    Generator generator = Generator::of_piece(options.seed, draw);
    std::vector<double> drawn(strata.size() * columns);
    const double* rows = table.values.data();
    for (std::size_t s = 0; s < strata.size(); rows += strata[s] * columns, ++s)
      add_drawn_rows(generator, rows, columns, strata[s], drawn.data() + s * columns);
    sorted_draws_[draw] = finite(aggregate(drawn), "a draw");
  });
  std::sort(sorted_draws_.begin(), sorted_draws_.end());
  bias_correction_ = normal_place(0.5 * (draws_below(value_, false) + draws_below(value_, true)));
  acceleration_ = acceleration_of(table, strata, sums, aggregate);
}

double BcaBootstrap::standard_error() const {
  const auto draws = static_cast<double>(sorted_draws_.size());
  const double mean = std::accumulate(sorted_draws_.begin(), sorted_draws_.end(), 0.0) / draws;
  double squares = 0;
  for (const double draw : sorted_draws_) squares += (draw - mean) * (draw - mean);
  return std::sqrt(squares / (draws - 1));
}

double BcaBootstrap::draws_below(double limit, bool or_equal) const {
  const double rounding = kRounding * std::max(std::abs(sorted_draws_.front()), std::abs(sorted_draws_.back()));
  const auto end = std::upper_bound(sorted_draws_.begin(), sorted_draws_.end(), or_equal ? limit + rounding : limit - rounding);
  return static_cast<double>(end - sorted_draws_.begin());
}

/// The normal quantile of that many draws, kept half a draw away from none and all.
double BcaBootstrap::normal_place(double draw_count) const {
  const auto draws = static_cast<double>(sorted_draws_.size());
  return boost::math::quantile(kNormal, std::clamp(draw_count, 0.5, draws - 0.5) / draws);
}

double BcaBootstrap::end_at(double share) const {
  const double shifted = bias_correction_ + boost::math::quantile(kNormal, share);
  const double scale = 1 - acceleration_ * shifted;
  if (scale <= 0) return shifted > 0 ? sorted_draws_.back() : sorted_draws_.front();  // past the formula's reach
  return percentile(sorted_draws_, boost::math::cdf(kNormal, bias_correction_ + shifted / scale));
}

Interval BcaBootstrap::interval(double confidence) const { return {end_at((1 - confidence) / 2), end_at((1 + confidence) / 2)}; }

double BcaBootstrap::p_value(double null, Alternative alternative) const {
  const auto one_sided = [&](bool greater) {
    // draws at the null itself speak against the alternative
    const double place = normal_place(draws_below(null, greater)) - bias_correction_;
    const double scale = 1 + acceleration_ * place;
    if (scale <= 0) return 1.0;
    const double z = place / scale - bias_correction_;
    return greater ? boost::math::cdf(kNormal, z) : boost::math::cdf(boost::math::complement(kNormal, z));
  };
  if (alternative == Alternative::kTwoSided) return std::min(1.0, 2 * std::min(one_sided(true), one_sided(false)));
  return one_sided(alternative == Alternative::kGreater);
}

}  // namespace assay
