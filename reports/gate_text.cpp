#include "reports/gate_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/escaping.h"
#include "reports/number_text.h"

namespace assay {
namespace {

constexpr std::size_t kAnswerLetters = 60;
constexpr const char* kDefaultPolicyFile = "gate.yaml";

std::string units_text(const GatedMetric& metric) {
  if (metric.clusters <= 0 || metric.clusters == metric.units) return fmt::format("n = {}", count_text(metric.units));
  return fmt::format("n = {} in {} clusters", count_text(metric.units), count_text(metric.clusters));
}

std::string confidence_text(double confidence) { return fmt::format("{:g} %", 100 * confidence); }

/// What more samples would do, for a metric that could not be decided.
std::string missing_text(const GatedMetric& metric) {
  std::string text;
  if (std::isfinite(metric.samples_needed) && metric.samples_needed > 0)
    text += fmt::format("; about {} would decide", count_text(static_cast<std::int64_t>(std::ceil(metric.samples_needed))));
  if (std::isfinite(metric.detectable_drop) && metric.detectable_drop > 0)
    text += fmt::format("; a true drop below {} is seen in fewer than 80 % of runs", number_text(metric.detectable_drop));
  return text;
}

std::string side_text(double value, SampleState state, const std::string& answer) {
  std::string text = value_text(value);
  if (state != SampleState::kScored) text += fmt::format(" [{}]", name_of(state));
  return answer.empty() ? text : fmt::format("{} \"{}\"", text, shortened(answer, kAnswerLetters));
}

std::vector<GateCheck> checks_where(const GateRecord& record, bool is_waived) {
  std::vector<GateCheck> found;
  for (const auto& check : record.checks)
    if (check.is_waived == is_waived && (is_waived || (check.verdict != Verdict::kPass && check.verdict != Verdict::kImproved)))
      found.push_back(check);
  return found;
}

}  // namespace

std::string benchmark_title(const std::string& benchmark, const std::string& profile) {
  return profile.empty() ? benchmark : fmt::format("{} ({})", benchmark, profile);
}

std::string metric_title(const GatedMetric& metric) {
  return benchmark_title(fmt::format("{} {}", metric.benchmark, metric.metric), metric.profile);
}

std::string verdict_line(const GateRecord& record) {
  return fmt::format("{}: {} against {}", name_of(record.verdict), record.candidate_name, record.baseline_name);
}

std::string metric_sentence(const GatedMetric& metric) {
  std::string text = fmt::format("{}: difference {}, {} interval {}, margin {}, {}, {}", metric_title(metric),
                                 signed_text(metric.difference), confidence_text(metric.confidence), interval_text(metric.interval),
                                 number_text(metric.margin), units_text(metric), metric.test.empty() ? "no test" : metric.test);
  if (metric.verdict == Verdict::kFail || metric.verdict == Verdict::kSuspect)
    text += fmt::format(", adjusted p {}", probability_text(metric.p_drop_adjusted));
  text += fmt::format("; {} lost, {} gained", count_text(metric.lost), count_text(metric.gained));
  if (metric.verdict == Verdict::kInconclusive) text += missing_text(metric);
  if (!metric.note.empty()) text += fmt::format("; {}", metric.note);
  return text;
}

std::string check_sentence(const GateCheck& check) {
  std::string text = check.benchmark.empty() ? check.name : fmt::format("{} {}", check.benchmark, check.name);
  if (!check.message.empty()) return fmt::format("{}: {}", text, check.message);
  return fmt::format("{}: baseline {}, candidate {}", text, check.baseline.empty() ? "none" : check.baseline,
                     check.candidate.empty() ? "none" : check.candidate);
}

std::string behaviour_sentence(const Behaviour& behaviour) {
  const auto share = [&](std::int64_t count) {
    return share_text(static_cast<double>(count) / static_cast<double>(std::max<std::int64_t>(behaviour.samples, 1)));
  };
  std::string text =
      fmt::format("{}: {} of {} replies changed ({}), {} scores", benchmark_title(behaviour.benchmark, behaviour.profile),
                  count_text(behaviour.changed_replies), count_text(behaviour.samples), share(behaviour.changed_replies),
                  count_text(behaviour.changed_scores));
  if (behaviour.again_rate >= 0)
    text += fmt::format("; a repeated run of the baseline changes {}", share_text(behaviour.again_rate));
  return text + (behaviour.has_changed ? ": behaviour changed" : "");
}

std::string flip_sentence(const Flip& flip) {
  const std::string category = flip.category.empty() ? "" : fmt::format(" [{}]", shortened(flip.category, kAnswerLetters));
  return fmt::format("{} {}{}: {} -> {}", benchmark_title(flip.benchmark, flip.profile), shortened(flip.id, kAnswerLetters),
                     category, side_text(flip.baseline, flip.baseline_state, flip.baseline_answer),
                     side_text(flip.candidate, flip.candidate_state, flip.candidate_answer));
}

std::string verdict_cell(const GatedMetric& metric) {
  if (metric.is_gated) return name_of(metric.verdict);
  return fmt::format("{}({})", is_quarantined(metric) ? "quarantined " : "", name_of(metric.verdict));
}

bool is_quarantined(const GatedMetric& metric) { return !metric.quarantined_until.empty(); }

bool needs_words(const GatedMetric& metric) {
  return (metric.is_gated && metric.verdict != Verdict::kPass && metric.verdict != Verdict::kImproved) || !metric.note.empty();
}

Table gated_table(const std::vector<GatedMetric>& metrics) {
  const double confidence = metrics.empty() ? GatedMetric().confidence : metrics[0].confidence;
  Table table = {{{"metric"},
                  {"baseline", true},
                  {"candidate", true},
                  {"difference", true},
                  {fmt::format("{} interval", confidence_text(confidence)), true},
                  {"margin", true},
                  {"verdict"},
                  {"test"},
                  {"n", true}},
                 {}};
  for (const auto& metric : metrics) {
    std::string interval = interval_text(metric.interval);
    if (metric.confidence != confidence) interval += fmt::format(" at {}", confidence_text(metric.confidence));
    table.rows.push_back({metric_title(metric), number_text(metric.baseline), number_text(metric.candidate),
                          signed_text(metric.difference), interval, number_text(metric.margin), verdict_cell(metric), metric.test,
                          fmt::format("{}", metric.units)});
  }
  return table;
}

std::vector<GateCheck> failed_checks(const GateRecord& record) { return checks_where(record, false); }
std::vector<GateCheck> waived_checks(const GateRecord& record) { return checks_where(record, true); }

const char* advice_on(const GateRecord& record) {
  const auto is_of_metric = [&](const GatedMetric& metric) { return metric.is_gated && metric.verdict == record.verdict; };
  const bool is_of_check = std::ranges::none_of(record.metrics, is_of_metric);
  switch (record.verdict) {
    case Verdict::kIncomparable:
      return "The runs do not ask the same questions in the same way; make them alike, or waive what is meant to differ in the "
             "policy.";
    case Verdict::kInfra:
      return "Too many samples have no valid reply, so no number is worth comparing; mend the run first.";
    case Verdict::kFail:
      if (is_of_check) return "A check failed, whatever the scores say; it tells what was expected and what came.";
      return "At least one gated metric is lower than the baseline by more than chance explains.";
    case Verdict::kSuspect:
      return "Something changed that a score alone does not settle; look at the failed checks and the flips.";
    case Verdict::kInconclusive:
      if (is_of_check) return "Nothing was compared that could decide; the failed checks say why.";
      return "These samples can neither rule out a drop beyond the margin nor show one; run more samples.";
    case Verdict::kImproved:
      return "No gated metric is worse by its margin or more, and at least one is better than chance explains.";
    case Verdict::kPass:
      return "No gated metric is worse by its margin or more.";
  }
  return "";
}

PolicyPlace policy_place(const GateRecord& record, const GatedMetric& metric) {
  if (metric.policy_file.empty()) return policy_place(record);
  return {metric.policy_file, std::max<std::int64_t>(metric.policy_line, 1)};
}

PolicyPlace policy_place(const GateRecord& record) { return {record.policy.empty() ? kDefaultPolicyFile : record.policy, 1}; }

}  // namespace assay
