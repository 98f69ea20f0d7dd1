#include "benchmarks/choice_scoring.h"

#include <algorithm>
#include <set>

#include "benchmarks/basis.h"
#include "benchmarks/choice_question.h"
#include "benchmarks/prediction_file.h"
#include "benchmarks/score_state.h"
#include "metrics/option_letter.h"

namespace assay {

Letter recorded_choice(const Sample& sample) {
  const auto recorded = sample.fields.find(kRecordedChoice);
  return recorded == sample.fields.end() ? std::nullopt : Letter(recorded->second);
}

Letter letter_or_text(const Reply& reply) { return letter_vlmevalkit(reply.text, choices_of(reply.sample)); }
Letter letter_by_vlmevalkit(const Reply& reply) { return letter_vlmevalkit(as_vlmevalkit_reads(reply.text), choices_of(reply.sample)); }
Letter letter_by_internvl(const Reply& reply) { return letter_internvl(reply.text, choices_of(reply.sample)); }
Letter letter_by_lmms_extract(const Reply& reply) { return letter_lmms_extract(reply.text, choices_of(reply.sample)); }
Letter letter_by_xcomposer(const Reply& reply) { return letter_xcomposer(reply.text); }

Score score_letter(const Reply& reply, const Letter& letter) {
  const auto& references = reply.sample.references;
  return make_score(reply, letter, value_if_labelled(reply.sample, letter && !references.empty() && *letter == references.front()));
}

void Accuracies::add(const ScoredReply& scored, const std::vector<std::string>& parts) {
  if (scored.reply.sample.references.empty()) return;
  all_.push_back(unit_of(scored));
  for (const auto& part : parts) {
    if (!part.empty()) parts_[part].push_back(all_.back());
  }
}

std::vector<Metric> Accuracies::metrics(Scale scale) const {
  std::vector<Metric> metrics = {proportion_metric("accuracy", all_, scale, "questions")};
  for (const auto& [part, units] : parts_) metrics.push_back(proportion_metric(part + ".accuracy", units, scale, "questions"));
  return metrics;
}

MetricBasis Accuracies::basis(Scale scale, const std::string& part) const {
  if (part.empty()) return mean_basis("accuracy", factor_of(scale), all_);
  const auto found = parts_.find(part);
  return mean_basis(part + ".accuracy", factor_of(scale), found == parts_.end() ? std::span<const Unit>() : found->second);
}

Metric mean_of_means(std::string name, const std::map<std::string, std::vector<Unit>>& parts, std::string divides_by) {
  std::vector<std::vector<Cluster>> clusters;
  std::vector<std::size_t> sizes;
  for (const auto& [part, units] : parts) {
    clusters.push_back(clusters_of(units));
    sizes.push_back(clusters.back().size());
  }
  const auto value = [&](std::span<const std::uint32_t> times) {
    double total = 0;
    for (const auto& part : clusters) {
      double sum = 0, count = 0;
      for (std::size_t i = 0; i < part.size(); ++i) sum += times[i] * part[i].sum, count += times[i] * part[i].count;
      total += sum / count;  // as many clusters are drawn as there are: never none
      times = times.subspan(part.size());
    }
    return total / static_cast<double>(clusters.size());
  };
  std::size_t drawn = 0;
  for (const auto size : sizes) drawn += size;
  return {std::move(name), value(std::vector<std::uint32_t>(drawn, 1)), static_cast<std::int64_t>(parts.size()), bootstrap_interval(sizes, value), std::move(divides_by)};
}

namespace {

/// lmms-eval's `target` is the letter even where the row's own `answer` is the place of a choice.
void take_target(Prediction& prediction) {
  const auto target = prediction.sample.fields.find("target");
  if (target == prediction.sample.fields.end() || target->second.size() != 1) return;
  if (target->second[0] >= 'A' && target->second[0] <= 'Z') prediction.sample.references = {target->second};
}

}  // namespace

std::vector<Reply> match_or_take(std::vector<Prediction> predictions, const SampleSource* data, const std::filesystem::path& path) {
  std::ranges::for_each(predictions, take_target);
  if (data == nullptr) return match_predictions(std::move(predictions), nullptr, path);
  std::set<std::string> ids;
  for (std::size_t i = 0; i < data->size(); ++i) ids.insert(data->get(i).id);
  const bool stands_alone = std::ranges::all_of(
      predictions, [&](const Prediction& prediction) { return !prediction.sample.references.empty() && !ids.contains(prediction.sample.id); });
  return match_predictions(std::move(predictions), stands_alone ? nullptr : data, path);
}

}  // namespace assay
