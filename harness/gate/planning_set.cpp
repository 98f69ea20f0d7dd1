#include "harness/gate/planning_set.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include "benchmarks/summary.h"
#include "harness/base/error.h"
#include "harness/scoring.h"

namespace assay {
namespace {

/// Everything whose sharing puts two samples into one cluster.
std::vector<std::string> ties_of(const Sample& sample) {
  std::vector<std::string> ties = {"cluster " + cluster_of(sample)};
  const auto path = sample.fields.find("image_path");  // VLMEvalKit's TSV of MME holds a picture once for each of its two questions
  if (path != sample.fields.end() && !path->second.empty()) ties.push_back(fmt::format("path {}/{}", sample.category, path->second));
  const auto circle = sample.fields.find("g_index");  // the authors' MMBench numbers the questions whose rotations its rows are
  if (circle != sample.fields.end()) ties.push_back("circle " + circle->second);
  return ties;
}

/// Sets that grow together (union-find); a set is known by its first member.
class Unions {
 public:
  explicit Unions(std::size_t size) : first_(size) { std::iota(first_.begin(), first_.end(), std::size_t{0}); }
  std::size_t first_of(std::size_t i) {
    while (first_[i] != i) i = first_[i] = first_[first_[i]];
    return i;
  }
  void join(std::size_t a, std::size_t b) {
    a = first_of(a), b = first_of(b);
    first_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<std::size_t> first_;
};

std::vector<ScoredReply> empty_replies(const Benchmark& benchmark, const std::vector<Sample>& samples, const std::string& profile) {
  std::vector<ScoredReply> replies;
  for (const auto& sample : samples) {
    Reply reply{sample, "", SampleState::kEmpty};
    Score score = score_reply(benchmark, reply, profile);
    replies.push_back({std::move(reply), std::move(score)});
  }
  return replies;
}

/// The main metric's rows; none where it is no mean or cannot be formed without a model or a judge.
std::vector<BasisRow> rows_of_mean(const Benchmark& benchmark, const std::vector<Sample>& samples, const std::string& profile) {
  try {
    auto bases = benchmark.bases(empty_replies(benchmark, samples, profile), profile);
    if (!bases.empty() && bases.front().formula == Formula::kMean) return std::move(bases.front().rows);
  } catch (const InternalError&) {
    throw;
  } catch (const Error&) {  // the caller counts samples then
  }
  return {};
}

std::string divisor_of(const Benchmark& benchmark, const std::string& profile) {
  for (const auto& metric : benchmark.metrics({}, profile))
    if (metric.name == benchmark.main_metric()) return metric.divides_by;
  return "units";
}

class Reader {
 public:
  explicit Reader(const PlannedBenchmark& planned) : benchmark_(*planned.benchmark), profile_(planned.scoring_profiles.at(0)) {
    set_.benchmark = benchmark_.name();
    for (const auto& which : planned.samples) {
      samples_.push_back(sample_or_stand_in(planned, which));
      set_.ids.push_back(which.id);
    }
  }

  PlanningSet read() {
    find_clusters();
    count_units();
    return std::move(set_);
  }

 private:
  void find_clusters() {
    Unions unions(samples_.size());
    std::unordered_map<std::string, std::size_t> first_with;
    for (std::size_t i = 0; i < samples_.size(); ++i)
      for (const auto& tie : ties_of(samples_[i])) unions.join(first_with.try_emplace(tie, i).first->second, i);
    std::map<std::size_t, std::size_t> place_of;  // by first member
    std::vector<std::set<std::string>> categories;
    for (std::size_t i = 0; i < samples_.size(); ++i) {
      const auto [place, is_new] = place_of.try_emplace(unions.first_of(i), set_.clusters.size());
      if (is_new) set_.clusters.push_back({set_.ids[i], "", 0}), categories.emplace_back();
      set_.cluster_of_sample.push_back(place->second);
      categories[place->second].insert(samples_[i].category);
    }
    for (std::size_t c = 0; c < categories.size(); ++c) set_.clusters[c].stratum = fmt::format("{}", fmt::join(categories[c], " + "));
  }

  void count_units() {
    for (std::size_t i = 0; i < samples_.size(); ++i)
      for (const auto& name : {"cluster " + cluster_of(samples_[i]), "id " + set_.ids[i]}) place_of_name_.try_emplace(name, set_.cluster_of_sample[i]);
    const auto rows = rows_of_mean(benchmark_, samples_, profile_);
    std::vector<std::size_t> places;
    for (const auto& row : rows)
      if (const auto place = place_of(row)) places.push_back(*place);
    if (rows.empty() || places.size() < rows.size()) {
      places = set_.cluster_of_sample;
      set_.note = fmt::format("{}: its main metric, {}, is planned for as a mean over samples, which it is not quite", set_.benchmark, benchmark_.main_metric());
    }
    for (const std::size_t place : places) ++set_.clusters[place].units;
    set_.unit_name = places.size() == samples_.size() ? "samples" : divisor_of(benchmark_, profile_);
  }

  /// Where a row of the metric belongs: by its cluster's name, or where that is another one by its unit's, which is a sample's id.
  [[nodiscard]] std::optional<std::size_t> place_of(const BasisRow& row) const {
    for (const auto& name : {"cluster " + row.cluster, "id " + row.unit})
      if (const auto found = place_of_name_.find(name); found != place_of_name_.end()) return found->second;
    return std::nullopt;
  }

  const Benchmark& benchmark_;
  std::string profile_;
  std::vector<Sample> samples_;
  PlanningSet set_;
  std::unordered_map<std::string, std::size_t> place_of_name_;
};

}  // namespace

SetShape PlanningSet::shape() const {
  SetShape shape;
  for (const auto& cluster : clusters) {
    if (cluster.units == 0) continue;
    shape.units += cluster.units;
    shape.cluster_sizes.push_back(cluster.units);
  }
  return shape;
}

PlanningSet read_planning_set(const PlannedBenchmark& planned) { return Reader(planned).read(); }

}  // namespace assay
