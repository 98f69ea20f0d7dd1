#include "harness/likelihood.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/error.h"

namespace assay {

void rank_options(const Sample& sample, Request& request) {
  if (sample.options.size() < 2 || !request.options.empty()) return;
  for (const auto& option : sample.options) request.options.push_back(option.letter);
  request.writes_too = true;
}

const std::string& letter_of(std::span<const Option> options, std::string_view text) {
  const auto found = std::ranges::find(options, text, &Option::text);
  if (found == options.end()) throw InternalError(fmt::format("the model ranked \"{}\", which was no option", text));
  return found->letter;
}

LikeliestOption likeliest_option(const Sample& sample, const Generation& generation) {
  const auto& sums = generation.option_log_probabilities;
  if (generation.finish == Finish::kRanked || sums.empty() || sums.size() != sample.options.size()) return {};
  const auto& option = sample.options[static_cast<std::size_t>(std::max_element(sums.begin(), sums.end()) - sums.begin())];
  const auto& accepted = sample.references;
  const bool is_right = std::ranges::any_of(accepted, [&](const std::string& answer) { return answer == option.letter || answer == option.text; });
  return {option.letter, is_right, !accepted.empty()};
}

void add_likelihood_metrics(ScoredBenchmark& benchmark, const std::vector<LikeliestOption>& likeliest) {
  std::vector<Unit> right, same;
  for (std::size_t i = 0; i < likeliest.size(); ++i) {
    const auto& [letter, is_right, has_label] = likeliest[i];
    if (letter.empty()) continue;
    const SampleRecord& sample = benchmark.samples[i];
    same.push_back({sample.cluster, sample.answer == letter ? 1.0 : 0.0});
    if (has_label) right.push_back({sample.cluster, is_right ? 1.0 : 0.0});
  }
  if (same.empty()) return;
  auto& metrics = benchmark.result.metrics;
  metrics.push_back(proportion_metric("likelihood.accuracy", right, Scale::kPercent, "questions whose options were ranked"));
  metrics.push_back(proportion_metric("likelihood.agreement", same, Scale::kPercent, "questions whose options were ranked"));
}

}  // namespace assay
