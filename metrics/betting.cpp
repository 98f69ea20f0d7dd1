#include "metrics/betting.h"

#include <algorithm>
#include <cmath>

#include "harness/base/error.h"

namespace assay {
namespace {

constexpr double kBoldest = 0.5;  // the share of the capital that one cluster may take

double positive(double value, const char* what) {
  if (!(value > 0 && std::isfinite(value))) throw ConfigError(fmt::format("{} must be positive, got {}", what, value));
  return value;
}

void check(const Cluster& cluster, double largest) {
  const bool fits = cluster.count > 0 && cluster.count <= largest && std::abs(cluster.sum) <= cluster.count * (1 + 1e-12);
  if (!fits)
    throw DataError(fmt::format("a cluster of differences in [-1, 1] with at most {} samples cannot sum to {} over {}", largest, cluster.sum,
                                cluster.count));
}

}  // namespace

BettingTest::BettingTest(const Design& design)
    : design_(design), sign_(design.alternative == Alternative::kGreater ? 1 : -1), worst_((1 + sign_ * design.null) * design.largest_cluster),
      squares_(design.largest_cluster * design.largest_cluster / 4) {
  positive(design.aim, "the aim of a sequential test");
  positive(design.largest_cluster, "the largest cluster of a sequential test");
  if (!(std::abs(design.null) < 1)) throw ConfigError(fmt::format("a null must lie between -1 and 1, got {}", design.null));
  if (design.alternative == Alternative::kTwoSided) throw ConfigError("a sequential test is one-sided; use two of them");
}

double BettingTest::next_bet() const {
  // one cluster of variance (largest / 2)² is taken as seen before the first
  const double seen = clusters_ + 1, variance = squares_ / seen;
  const double mean = sum_ / seen - std::sqrt(variance / seen);
  const double mean_count = clusters_ > 0 ? samples_ / clusters_ : 1;
  const double distance = std::max(design_.aim * mean_count, mean);
  return std::min(distance / (variance + distance * distance), kBoldest / worst_);
}

void BettingTest::add(const Cluster& differences) {
  check(differences, design_.largest_cluster);
  const double gain = sign_ * (differences.sum - design_.null * differences.count);
  log_capital_ += std::log1p(next_bet() * gain);
  best_log_capital_ = std::max(best_log_capital_, log_capital_);
  ++clusters_, samples_ += differences.count, sum_ += gain;
  const double residual = gain - sum_ / (clusters_ + 1);
  squares_ += residual * residual;
}

double BettingTest::p_value() const { return std::exp(-best_log_capital_); }

ConfidenceSequence::ConfidenceSequence(double largest_cluster, double confidence)
    : largest_cluster_(positive(largest_cluster, "the largest cluster of a confidence sequence")), alpha_((1 - confidence) / 2),
      squares_(largest_cluster * largest_cluster / 4) {
  if (!(confidence > 0 && confidence < 1)) throw ConfigError(fmt::format("a confidence must lie between 0 and 1, got {}", confidence));
}

void ConfidenceSequence::add(const Cluster& differences) {
  check(differences, largest_cluster_);
  const double seen = clusters_ + 1, variance = squares_ / seen;
  // a cluster's distance from a null in [-1, 1] is at most twice its size
  const double bet = std::min(std::sqrt(2 * std::log(1 / alpha_) / (variance * seen * std::log1p(seen))), kBoldest / (2 * largest_cluster_));
  steps_.push_back({differences, bet});
  ++clusters_, samples_ += differences.count, sum_ += differences.sum;
  const double residual = differences.sum - sum_ / samples_ * differences.count;
  squares_ += residual * residual;
}

double ConfidenceSequence::log_capital(double null, double sign) const {
  double sum = 0;
  for (const auto& [differences, bet] : steps_) sum += std::log1p(bet * sign * (differences.sum - null * differences.count));
  return sum;
}

/// The null, in the direction of `sign`, from which on the capital no longer refuses.
double ConfidenceSequence::end(double sign) const {
  const double enough = -std::log(alpha_);
  double refused = -sign, kept = sign;
  if (log_capital(refused, sign) < enough) return -sign;
  for (int step = 0; step < 60; ++step) {
    const double middle = (refused + kept) / 2;
    (log_capital(middle, sign) >= enough ? refused : kept) = middle;
  }
  return refused;
}

Interval ConfidenceSequence::interval() const { return {end(1), end(-1)}; }

}  // namespace assay
