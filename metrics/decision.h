#pragma once
#include <span>
#include <vector>

#include "metrics/alternative.h"

namespace assay {

/// What the gate says of one metric.
enum class Decision { kImproved, kPass, kFail, kSuspect, kInconclusive };
[[nodiscard]] const char* name_of(Decision decision);

/// One-sided p-values of what could be shown about the difference, candidate less baseline.
struct Evidence {
  double gain = 1;          ///< against "not above 0"
  double non_inferior = 1;  ///< against "not above -margin"
  double drop = 1;          ///< against "not below 0"
  double certain_drop = 1;  ///< against "not below -margin"
};

/// The evidence that a test (PairedBinary, ClusteredMean, BcaBootstrap) gives for a margin.
template <typename Test>
[[nodiscard]] Evidence evidence_of(const Test& test, double margin) {
  return {test.p_value(0, Alternative::kGreater), test.p_value(-margin, Alternative::kGreater), test.p_value(0, Alternative::kLess),
          test.p_value(-margin, Alternative::kLess)};
}

struct DecisionRule {
  double alpha = 0.05;                   ///< one-sided
  Decision real_drop = Decision::kFail;  ///< for a drop that is real but maybe smaller than the margin: kFail or kSuspect
};

/// The first that is shown: a gain, non-inferiority, a drop beyond the margin, a drop; else inconclusive.
///
/// Throws   DataError for a p-value outside [0, 1] or NaN; ConfigError for an alpha outside (0, 0.5)
/// Source   Schuirmann 1987, Journal of Pharmacokinetics and Biopharmaceutics 15:657 (one-sided tests against a margin)
[[nodiscard]] Decision decide(const Evidence& evidence, const DecisionRule& rule = {});

/// The same for several gated metrics at once. Gains and drops are claims that any one metric may make, so each kind is adjusted by Holm
/// over the family: an unchanged candidate fails with probability at most alpha, however many metrics there are. Non-inferiority must
/// hold for all of them to pass, and needs no adjustment.
///
/// Source   Holm 1979, Scandinavian Journal of Statistics 6:65; all-must-hold: Berger 1982, Technometrics 24:295
[[nodiscard]] std::vector<Decision> decide_family(std::span<const Evidence> family, const DecisionRule& rule = {});

/// The same for metrics that are only reported: gains and drops are adjusted by Benjamini and Hochberg, so that of those shown at most a share
/// of alpha is expected to be chance.
[[nodiscard]] std::vector<Decision> decide_reported(std::span<const Evidence> metrics, const DecisionRule& rule = {});

}  // namespace assay
