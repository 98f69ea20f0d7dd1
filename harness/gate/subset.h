#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harness/gate/sample_size.h"

namespace assay {

/// What stays together in a subset: the questions on a picture, the rotations of a circular group.
struct SubsetCluster {
  std::string name;     ///< the same on every machine, as the first sample's id is and a picture's path is not
  std::string stratum;  ///< category
  double units = 0;
};

/// A part of a set that keeps its categories in proportion.
///
/// A number of clusters is divided among the strata by their numbers of clusters, whole numbers first, then the largest remainders (of
/// equal ones the stratum that is first by name). Within a stratum clusters come in the order of a digest of seed, benchmark and name:
/// nothing depends on the machine, and with another number of clusters most of the same ones come again.
///
/// Source   largest remainders: Hamilton's method, in Balinski & Young 2001, Fair Representation, chapter 2
class SubsetDraw {
 public:
  SubsetDraw(std::span<const SubsetCluster> clusters, const std::string& benchmark, std::uint64_t seed);

  /// Which clusters the subset of `count` clusters has: places in the span given, ascending.
  [[nodiscard]] std::vector<std::size_t> take(std::size_t count) const;

  /// A subset with which `is_enough` is content while it is not with a cluster less, found by halving; nothing where the whole set is not enough.
  [[nodiscard]] std::optional<std::vector<std::size_t>> smallest(const std::function<bool(const SetShape&)>& is_enough) const;

  [[nodiscard]] SetShape shape_of(std::span<const std::size_t> places) const;

 private:
  struct Stratum {
    std::string name;
    std::vector<std::size_t> places;  ///< in the order of being drawn
  };
  [[nodiscard]] std::vector<std::size_t> quotas(std::size_t count) const;

  std::vector<SubsetCluster> clusters_;
  std::vector<Stratum> strata_;  ///< by name
};

/// As few clusters as see a drop of `target.margin`; nothing where the whole set does not.
[[nodiscard]] std::optional<std::vector<std::size_t>> subset_for_margin(const SubsetDraw& draw, double flip_rate, double correlation,
                                                                        const SizeTarget& target);

/// As few clusters as hold `units` units or more; nothing where the whole set has fewer.
[[nodiscard]] std::optional<std::vector<std::size_t>> subset_of_units(const SubsetDraw& draw, double units);

}  // namespace assay
