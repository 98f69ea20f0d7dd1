#pragma once
#include <concepts>
#include <type_traits>

#include "reports/gate_record.h"

/// The one list of each gate value's members: their names in JSON and what they are. Used for writing and reading.
namespace assay {

template <typename T, typename Plain>
concept MaybeConst = std::same_as<std::remove_const_t<T>, Plain>;

template <MaybeConst<GatedMetric> T, typename Visit>
void visit_members(T& metric, Visit&& visit) {
  visit("benchmark", metric.benchmark);
  visit("profile", metric.profile);
  visit("metric", metric.metric);
  visit("is_gated", metric.is_gated);
  visit("verdict", metric.verdict);
  visit("baseline", metric.baseline);
  visit("candidate", metric.candidate);
  visit("difference", metric.difference);
  visit("low", metric.interval.low);
  visit("high", metric.interval.high);
  visit("margin", metric.margin);
  visit("margin_share", metric.margin_share);
  visit("confidence", metric.confidence);
  visit("p_drop", metric.p_drop);
  visit("p_non_inferior", metric.p_non_inferior);
  visit("p_gain", metric.p_gain);
  visit("p_drop_adjusted", metric.p_drop_adjusted);
  visit("p_gain_adjusted", metric.p_gain_adjusted);
  visit("detectable_drop", metric.detectable_drop);
  visit("samples_needed", metric.samples_needed);
  visit("test", metric.test);
  visit("units", metric.units);
  visit("clusters", metric.clusters);
  visit("gained", metric.gained);
  visit("lost", metric.lost);
  visit("policy_file", metric.policy_file);
  visit("policy_line", metric.policy_line);
  visit("quarantined_until", metric.quarantined_until);
  visit("note", metric.note);
}

/// Without the pictures, which would make the file huge.
template <MaybeConst<SampleText> T, typename Visit>
void visit_members(T& text, Visit&& visit) {
  visit("prompt", text.prompt);
  visit("reply", text.reply);
  visit("references", text.references);
}

template <MaybeConst<Flip> T, typename Visit>
void visit_members(T& flip, Visit&& visit) {
  visit("benchmark", flip.benchmark);
  visit("profile", flip.profile);
  visit("id", flip.id);
  visit("category", flip.category);
  visit("baseline", flip.baseline);
  visit("candidate", flip.candidate);
  visit("baseline_answer", flip.baseline_answer);
  visit("candidate_answer", flip.candidate_answer);
  visit("baseline_state", flip.baseline_state);
  visit("candidate_state", flip.candidate_state);
  visit("baseline_text", flip.baseline_text);
  visit("candidate_text", flip.candidate_text);
}

template <MaybeConst<GateCheck> T, typename Visit>
void visit_members(T& check, Visit&& visit) {
  visit("name", check.name);
  visit("benchmark", check.benchmark);
  visit("verdict", check.verdict);
  visit("baseline", check.baseline);
  visit("candidate", check.candidate);
  visit("message", check.message);
  visit("is_waived", check.is_waived);
}

template <MaybeConst<Behaviour> T, typename Visit>
void visit_members(T& behaviour, Visit&& visit) {
  visit("benchmark", behaviour.benchmark);
  visit("profile", behaviour.profile);
  visit("samples", behaviour.samples);
  visit("changed_replies", behaviour.changed_replies);
  visit("changed_scores", behaviour.changed_scores);
  visit("again_rate", behaviour.again_rate);
  visit("p_value", behaviour.p_value);
  visit("has_changed", behaviour.has_changed);
}

}  // namespace assay
