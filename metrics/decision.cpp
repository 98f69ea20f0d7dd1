#include "metrics/decision.h"

#include "harness/base/error.h"
#include "metrics/benjamini_hochberg.h"
#include "metrics/holm.h"

namespace assay {
namespace {

using Adjustment = std::vector<double> (*)(std::span<const double> p_values);

void adjust(std::vector<Evidence>& family, double Evidence::*field, Adjustment adjustment) {
  std::vector<double> p_values;
  for (const auto& evidence : family) p_values.push_back(evidence.*field);
  const auto adjusted = adjustment(p_values);
  for (std::size_t i = 0; i < family.size(); ++i) family[i].*field = adjusted[i];
}

std::vector<Decision> decide_all(std::span<const Evidence> evidences, const DecisionRule& rule, Adjustment adjustment) {
  std::vector<Evidence> adjusted(evidences.begin(), evidences.end());
  for (const auto field : {&Evidence::gain, &Evidence::drop, &Evidence::certain_drop}) adjust(adjusted, field, adjustment);
  std::vector<Decision> decisions;
  for (const auto& evidence : adjusted) decisions.push_back(decide(evidence, rule));
  return decisions;
}

}  // namespace

const char* name_of(Decision decision) {
  switch (decision) {
    case Decision::kImproved: return "IMPROVED";
    case Decision::kPass: return "PASS";
    case Decision::kFail: return "FAIL";
    case Decision::kSuspect: return "SUSPECT";
    case Decision::kInconclusive: return "INCONCLUSIVE";
  }
  return "?";
}

Decision decide(const Evidence& evidence, const DecisionRule& rule) {
  if (!(rule.alpha > 0 && rule.alpha < 0.5)) throw ConfigError(fmt::format("alpha must lie between 0 and 0.5, got {}", rule.alpha));
  for (const double p : {evidence.gain, evidence.non_inferior, evidence.drop, evidence.certain_drop})
    if (!(p >= 0 && p <= 1)) throw DataError(fmt::format("a p-value must lie in [0, 1], got {}", p));
  if (evidence.gain <= rule.alpha) return Decision::kImproved;
  if (evidence.non_inferior <= rule.alpha) return Decision::kPass;
  if (evidence.certain_drop <= rule.alpha) return Decision::kFail;
  if (evidence.drop <= rule.alpha) return rule.real_drop;
  return Decision::kInconclusive;
}

std::vector<Decision> decide_family(std::span<const Evidence> family, const DecisionRule& rule) {
  return decide_all(family, rule, holm_adjusted);
}

std::vector<Decision> decide_reported(std::span<const Evidence> metrics, const DecisionRule& rule) {
  return decide_all(metrics, rule, benjamini_hochberg_adjusted);
}

}  // namespace assay
