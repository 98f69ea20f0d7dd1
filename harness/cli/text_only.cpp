#include "harness/cli/text_only.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>
#include <vector>

#include "harness/base/error.h"
#include "harness/plan.h"
#include "harness/run_folder.h"
#include "harness/run_loop.h"
#include "harness/run_results.h"
#include "metrics/paired_metric.h"

namespace assay {
namespace {

constexpr double kConfidence = 0.95;  // as of every other metric

/// Whose replies they are.
enum class Who { kSameModel, kLanguageModel };

void check_run(const Manifest& other, const std::string& path, const WithPictures& scored, Who who) {
  if (value_of(other, "without-pictures") != "true") throw ConfigError(fmt::format("{}: the run was made with pictures; make one with assay run --without-pictures", path));
  if (who != Who::kSameModel || scored.manifest == nullptr) return;
  for (const char* member : {"model.weights_digest", "endpoint.model"}) {
    if (value_of(other, member) != value_of(*scored.manifest, member)) throw ConfigError(fmt::format("{}: the run was made with another model ({} differs)", path, member));
  }
}

std::vector<Reply> replies_of_run(const Program& program, const std::filesystem::path& run, const WithPictures& scored, Who who) {
  const Manifest manifest = read_manifest(run);
  check_run(manifest, run.string(), scored, who);
  RunConfig config = config_of(manifest, run);
  if (!scored.data_dir.empty()) config.task.data_dir = scored.data_dir;
  config.task.scoring_profiles.clear();
  const Plan plan = make_plan(config, program.catalog, data_places(config.task.data_dir));
  JournalFiles journals(run);
  const RunState state = read_state(plan, journals);
  for (std::size_t b = 0; b < plan.benchmarks.size(); ++b) {
    if (plan.benchmarks[b].benchmark->name() != scored.benchmark.name()) continue;
    if (!std::ranges::all_of(state.entries[b], &RunState::Entry::is_done)) throw ModelError(fmt::format("{}: the run has not ended", run.string()));
    return replies_of(plan.benchmarks[b], state.entries[b], journals);
  }
  throw ConfigError(fmt::format("{}: the run has no benchmark {}", run.string(), scored.benchmark.name()));
}

std::vector<Reply> read_text_only(const Program& program, const std::string& path, const WithPictures& scored, Who who) {
  if (std::filesystem::exists(manifest_path(path))) return replies_of_run(program, path, scored, who);
  return scored.benchmark.read_predictions(path, scored.data);
}

/// What the main metric of these replies is made of.
MetricBasis main_basis(const Benchmark& benchmark, const std::vector<Reply>& replies, const std::string& profile, Judge& judge) {
  return score_profiles(benchmark, replies, {profile}, judge, true).front().kept.bases.front();
}

Metric difference(const char* name, const MetricBasis& less, const MetricBasis& from, const std::string& where) {
  PairedOptions options;
  options.confidence = kConfidence;
  const auto paired = compare_metric(less, from, options);
  if (paired.unmatched > 0) throw DataError(fmt::format("{}: {} samples are not answered by both; the same ones must be", where, paired.unmatched));
  return {name, paired.difference, paired.units, paired.interval, "nothing: a difference of two scores"};
}

}  // namespace

void add_text_only_options(CommandLine& line, TextOnlyOptions& options) {
  line.text("without-pictures", options.model, "run folder or predictions of the same model without pictures (`assay run --without-pictures`): also tell what pictures add (multi_modal_gain)");
  line.text("language-model", options.language_model, "with it, the same of the language model alone: also tell how far the model without pictures is above it (multi_modal_leakage)");
}

void check_text_only(const TextOnlyOptions& options, Problems& problems) {
  if (!options.language_model.empty() && options.model.empty()) problems.emplace_back("--language-model needs --without-pictures, whose score it is held against");
}

void add_picture_gains(const TextOnlyOptions& options, const Program& program, const WithPictures& scored, std::span<ProfileScores> sides, Judge& judge) {
  if (options.empty()) return;
  const auto blind = read_text_only(program, options.model, scored, Who::kSameModel);
  const auto language = options.language_model.empty() ? std::vector<Reply>{} : read_text_only(program, options.language_model, scored, Who::kLanguageModel);
  for (auto& side : sides) {
    const auto without = main_basis(scored.benchmark, blind, side.result.profile, judge);
    std::vector<Metric> metrics = {difference("multi_modal_gain", without, side.kept.bases.front(), options.model)};
    if (!options.language_model.empty()) {
      auto leakage = difference("multi_modal_leakage", main_basis(scored.benchmark, language, side.result.profile, judge), without, options.language_model);
      leakage.value = std::max(0.0, leakage.value);
      leakage.interval = {std::max(0.0, leakage.interval.low), std::max(0.0, leakage.interval.high)};
      metrics.push_back(std::move(leakage));
    }
    for (auto* result : {&side.result, &side.kept.result}) result->metrics.insert(result->metrics.end(), metrics.begin(), metrics.end());
  }
}

}  // namespace assay
