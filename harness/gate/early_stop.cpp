#include "harness/gate/early_stop.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "harness/base/error.h"
#include "harness/gate/gate.h"
#include "metrics/generator.h"
#include "metrics/sequential_gate.h"

namespace assay {
namespace {

const ScoredBenchmark& find(const ScoredRun& baseline, const PlannedBenchmark& planned) {
  const std::string name = planned.benchmark->name(), &profile = planned.scoring_profiles.front();
  if (const auto* benchmark = find_benchmark(baseline, name, profile)) return *benchmark;
  throw ConfigError(fmt::format("--until-decided: the baseline {} has no {} scored as {}", baseline.name, name, profile));
}

const MetricBasis& main_basis(const ScoredBenchmark& benchmark) {
  const BenchmarkResult& result = benchmark.result;
  for (const auto& basis : benchmark.bases)
    if (basis.name == result.main_metric && basis.formula == Formula::kMean) return basis;
  throw ConfigError(fmt::format("--until-decided: {}'s {} is no mean over samples and cannot be followed sample by sample; let the run end and use `assay gate`",
                                result.benchmark, result.main_metric));
}

}  // namespace

/// One benchmark's way to its verdict.
struct EarlyStop::Track {
  struct Group {
    std::size_t open = 0;  ///< samples without a score
    Cluster differences;
  };
  std::string benchmark, metric;
  double scale = 1, margin_share = 0;
  std::unordered_map<std::string, double> baseline;        // values by sample
  std::unordered_map<std::string, std::size_t> group_of;   // by sample, taken out when it has been counted
  std::vector<Group> groups;                               // in the random order
  std::size_t counted = 0;                                 // of them, from the front
  double sum = 0, samples = 0;
  std::optional<SequentialGate> gate;

  Track(const ScoredBenchmark& scored, const MetricBasis& basis, const Policy& policy, double alpha, PlannedBenchmark& planned)
      : benchmark(scored.result.benchmark), metric(basis.name), scale(basis.scale) {
    margin_share = rule_for(policy, benchmark, metric, true).margin.value_or(policy.margin) / 100;
    std::unordered_map<std::string_view, std::string_view> cluster_names;  // by sample
    for (const auto& row : basis.rows) baseline[row.unit] = row.values.at(0), cluster_names[row.unit] = row.cluster;
    const auto clusters = clusters_in(planned, cluster_names);
    shuffle_into(planned, clusters, policy.seed);
    double largest = 1;
    for (const auto& cluster : clusters) largest = std::max(largest, static_cast<double>(cluster.size()));
    gate.emplace(SequentialGate::Design{margin_share, {alpha, policy.real_drop}, largest, clusters.size()});
  }

  /// Indices of planned samples that share their fate in the baseline's metric, in the order of the first of each.
  static std::vector<std::vector<std::uint32_t>> clusters_in(const PlannedBenchmark& planned,
                                                             const std::unordered_map<std::string_view, std::string_view>& cluster_names) {
    std::vector<std::vector<std::uint32_t>> clusters;
    std::unordered_map<std::string_view, std::size_t> places;
    for (std::uint32_t i = 0; i < planned.samples.size(); ++i) {
      const std::string& id = planned.samples[i].id;
      const auto name = cluster_names.find(id);
      if (name == cluster_names.end())
        throw DataError(fmt::format("--until-decided: the baseline has no score for {}/{}; run both on the same samples", planned.benchmark->name(), id));
      const auto [place, is_new] = places.emplace(name->second, clusters.size());
      if (is_new) clusters.emplace_back();
      clusters[place->second].push_back(i);
    }
    return clusters;
  }

  /// A Fisher-Yates shuffle of the clusters by our own generator: the same on every machine.
  void shuffle_into(PlannedBenchmark& planned, const std::vector<std::vector<std::uint32_t>>& clusters, std::uint64_t seed) {
    std::vector<std::size_t> order(clusters.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    Generator generator(seed);
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[generator.below(i)]);
    planned.order.clear();
    for (const std::size_t which : order) {
      groups.push_back({clusters[which].size(), {}});
      for (const std::uint32_t sample : clusters[which]) {
        planned.order.push_back(sample);
        group_of[planned.samples[sample].id] = groups.size() - 1;
      }
    }
  }

  void add(const std::string& id, double value) {
    const auto found = group_of.find(id);
    if (found == group_of.end()) return;  // counted already
    Group& group = groups[found->second];
    group_of.erase(found);
    if (!std::isnan(value)) group.differences.sum += value - baseline.at(id), group.differences.count += 1;
    --group.open;
    while (counted < groups.size() && groups[counted].open == 0 && !is_certain()) {
      const Cluster& differences = groups[counted].differences;
      ++counted;
      if (differences.count == 0) continue;
      sum += differences.sum, samples += differences.count;
      gate->add(differences);
    }
  }

  [[nodiscard]] bool is_certain() const {
    const Decision decision = gate->decision();
    return decision == Decision::kImproved || decision == Decision::kPass || decision == Decision::kFail;
  }
};

EarlyStop::EarlyStop(const ScoredRun& baseline, const Policy& policy, Plan& plan) {
  const double alpha = policy.alpha / static_cast<double>(plan.benchmarks.size());
  for (auto& planned : plan.benchmarks) {
    const ScoredBenchmark& scored = find(baseline, planned);
    tracks_.push_back(std::make_unique<Track>(scored, main_basis(scored), policy, alpha, planned));
  }
}

EarlyStop::~EarlyStop() = default;

void EarlyStop::add(const std::string& benchmark, const std::string& id, const Score& score) {
  for (auto& track : tracks_)
    if (track->benchmark == benchmark) track->add(id, score.value);
}

bool EarlyStop::is_decided() const {
  const auto is_fail = [](const auto& track) { return track->gate->decision() == Decision::kFail; };
  return std::ranges::any_of(tracks_, is_fail) || std::ranges::all_of(tracks_, [](const auto& track) { return track->is_certain(); });
}

std::vector<EarlyStop::Outcome> EarlyStop::outcomes() const {
  std::vector<Outcome> all;
  for (const auto& track : tracks_) {
    const Interval interval = track->gate->interval();
    all.push_back({track->benchmark, track->metric, verdict_of(track->gate->decision()), static_cast<std::int64_t>(track->gate->cluster_count()),
                   static_cast<std::int64_t>(track->groups.size()), track->scale * track->sum / track->samples,
                   {track->scale * interval.low, track->scale * interval.high}, track->scale * track->margin_share});
  }
  return all;
}

Verdict EarlyStop::verdict() const {
  Verdict verdict = Verdict::kPass;
  for (const auto& outcome : outcomes()) verdict = std::min(verdict, outcome.verdict);
  return verdict;
}

}  // namespace assay
