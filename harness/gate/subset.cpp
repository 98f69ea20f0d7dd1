#include "harness/gate/subset.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include "harness/base/digest.h"

namespace assay {

SubsetDraw::SubsetDraw(std::span<const SubsetCluster> clusters, const std::string& benchmark, std::uint64_t seed)
    : clusters_(clusters.begin(), clusters.end()) {
  std::map<std::string, std::vector<std::pair<std::string, std::size_t>>> by_stratum;  // digest, place
  for (std::size_t i = 0; i < clusters_.size(); ++i)
    by_stratum[clusters_[i].stratum].emplace_back(digest_of(fmt::format("{}\n{}\n{}", seed, benchmark, clusters_[i].name)), i);
  for (auto& [name, drawn] : by_stratum) {
    std::sort(drawn.begin(), drawn.end());
    Stratum stratum{name, {}};
    for (const auto& [digest, place] : drawn) stratum.places.push_back(place);
    strata_.push_back(std::move(stratum));
  }
}

std::vector<std::size_t> SubsetDraw::quotas(std::size_t count) const {
  std::vector<std::size_t> shares, order(strata_.size()), remainders;
  std::size_t given = 0;
  for (const auto& stratum : strata_) {
    const std::size_t product = count * stratum.places.size();
    shares.push_back(product / clusters_.size());
    remainders.push_back(product % clusters_.size());
    given += shares.back();
  }
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return remainders[a] > remainders[b]; });
  for (std::size_t i = 0; given < count; ++i, ++given) ++shares[order[i]];
  return shares;
}

std::vector<std::size_t> SubsetDraw::take(std::size_t count) const {
  std::vector<std::size_t> taken;
  if (clusters_.empty()) return taken;
  const auto quota = quotas(std::min(count, clusters_.size()));
  for (std::size_t s = 0; s < strata_.size(); ++s)
    for (std::size_t i = 0; i < quota[s]; ++i) taken.push_back(strata_[s].places[i]);
  std::sort(taken.begin(), taken.end());
  return taken;
}

SetShape SubsetDraw::shape_of(std::span<const std::size_t> places) const {
  SetShape shape;
  for (const std::size_t place : places) {
    if (clusters_[place].units == 0) continue;  // nothing that counts, such as a picture whose questions have no label
    shape.units += clusters_[place].units;
    shape.cluster_sizes.push_back(clusters_[place].units);
  }
  return shape;
}

std::optional<std::vector<std::size_t>> SubsetDraw::smallest(const std::function<bool(const SetShape&)>& is_enough) const {
  std::size_t too_few = 0, enough = clusters_.size();
  if (clusters_.empty() || !is_enough(shape_of(take(enough)))) return std::nullopt;
  while (enough - too_few > 1) {
    const std::size_t middle = too_few + (enough - too_few) / 2;
    (is_enough(shape_of(take(middle))) ? enough : too_few) = middle;
  }
  return take(enough);
}

std::optional<std::vector<std::size_t>> subset_for_margin(const SubsetDraw& draw, double flip_rate, double correlation, const SizeTarget& target) {
  return draw.smallest([&](const SetShape& shape) { return drop_seen(shape, flip_rate, correlation, target.test) <= target.margin; });
}

std::optional<std::vector<std::size_t>> subset_of_units(const SubsetDraw& draw, double units) {
  return draw.smallest([&](const SetShape& shape) { return shape.units >= units; });
}

}  // namespace assay
