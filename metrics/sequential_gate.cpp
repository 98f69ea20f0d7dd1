#include "metrics/sequential_gate.h"

#include "harness/base/error.h"

namespace assay {
namespace {

double within_unit(double margin) {
  if (!(margin > 0 && margin < 1)) throw ConfigError(fmt::format("a margin must lie between 0 and 1, got {}", margin));
  return margin;
}

}  // namespace

SequentialGate::SequentialGate(const Design& design)
    : design_(design), gain_({0, Alternative::kGreater, within_unit(design.margin), design.largest_cluster}),
      non_inferior_({-design.margin, Alternative::kGreater, design.margin, design.largest_cluster}),
      drop_({0, Alternative::kLess, design.margin, design.largest_cluster}),
      certain_drop_({-design.margin, Alternative::kLess, design.margin, design.largest_cluster}),
      sequence_(design.largest_cluster, 1 - 2 * design.rule.alpha) {
  if (design.most_clusters == 0) throw ConfigError("a sequential gate must declare beforehand how many clusters there are at most");
}

Evidence SequentialGate::evidence() const { return {gain_.p_value(), non_inferior_.p_value(), drop_.p_value(), certain_drop_.p_value()}; }

bool SequentialGate::may_stop() const {
  return (decision_ != Decision::kInconclusive && decision_ != Decision::kSuspect) || clusters_ == design_.most_clusters;
}

Decision SequentialGate::add(const Cluster& differences) {
  if (clusters_ == design_.most_clusters)
    throw DataError(fmt::format("a sequential gate of at most {} clusters got one more", design_.most_clusters));
  const bool was_decided = may_stop();
  for (BettingTest* test : {&gain_, &non_inferior_, &drop_, &certain_drop_}) test->add(differences);
  sequence_.add(differences);
  ++clusters_;
  if (!was_decided) decision_ = decide(evidence(), design_.rule);
  return decision_;
}

}  // namespace assay
