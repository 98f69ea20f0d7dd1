#include "benchmarks/summary.h"

#include <limits>
#include <map>

namespace assay {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

}  // namespace

std::vector<Cluster> clusters_of(std::span<const Unit> units) {
  std::map<std::string_view, Cluster> by_name;
  for (const auto& unit : units) {
    auto& cluster = by_name[unit.cluster];
    cluster.sum += unit.value;
    cluster.count += 1;
  }
  std::vector<Cluster> clusters;
  clusters.reserve(by_name.size());
  for (const auto& [name, cluster] : by_name) clusters.push_back(cluster);
  return clusters;
}

Metric proportion_metric(std::string name, std::span<const Unit> units, Scale scale, std::string divides_by) {
  Metric metric{std::move(name), kNan, static_cast<std::int64_t>(units.size()), {kNan, kNan}, std::move(divides_by)};
  if (units.empty()) return metric;
  double sum = 0;
  for (const auto& unit : units) sum += unit.value;
  const double n = static_cast<double>(units.size());
  metric.value = scale == Scale::kPercentFromSum ? 100 * sum / n : scale == Scale::kPercent ? sum / n * 100 : sum / n;
  metric.interval = clustered_proportion_interval(clusters_of(units));
  if (scale != Scale::kFraction) metric.interval.low *= 100, metric.interval.high *= 100;
  return metric;
}

Metric graded_metric(std::string name, double value, std::span<const Unit> units, double scale, std::string divides_by) {
  Metric metric{std::move(name), value, static_cast<std::int64_t>(units.size()), {kNan, kNan}, std::move(divides_by)};
  if (units.empty()) return metric;
  const auto clusters = clusters_of(units);
  Interval interval = bootstrap_mean_interval(clusters);
  if (interval.low == interval.high) interval = clustered_proportion_interval(clusters);
  metric.interval = {interval.low * scale, interval.high * scale};
  return metric;
}

std::string cluster_of(const Sample& sample) {
  if (!sample.group.empty()) return sample.group;
  return sample.images.empty() ? "id " + sample.id : sample.images.front().name_in_set();
}

Unit unit_of(const ScoredReply& scored) { return {cluster_of(scored.reply.sample), scored.score.value, scored.reply.sample.id}; }

std::vector<Unit> labelled_units(std::span<const ScoredReply> replies) {
  std::vector<Unit> units;
  for (const auto& scored : replies) {
    if (!scored.reply.sample.references.empty()) units.push_back(unit_of(scored));
  }
  return units;
}

std::string snake_case(std::string_view text) {
  std::string name;
  for (const char c : text) {
    const char small = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    const bool is_kept = (small >= 'a' && small <= 'z') || (small >= '0' && small <= '9');
    if (is_kept) name += small;
    else if (!name.empty() && name.back() != '_') name += '_';
  }
  if (!name.empty() && name.back() == '_') name.pop_back();
  return name.empty() ? std::string(text) : name;
}

}  // namespace assay
