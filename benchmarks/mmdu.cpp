#include <fmt/format.h>

#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "benchmarks/basis.h"
#include "benchmarks/families.h"
#include "benchmarks/find_data.h"
#include "benchmarks/judge.h"
#include "benchmarks/mmdu.h"
#include "benchmarks/prediction_file.h"
#include "benchmarks/profile.h"
#include "benchmarks/score_state.h"
#include "benchmarks/summary.h"
#include "datasets/python_literal.h"
#include "datasets/vlmevalkit_tsv.h"
#include "harness/base/error.h"
#include "metrics/score_dict.h"

/// MMDU: dialogues over several pictures, each turn graded by a judge in six dimensions and as a whole. Its dialogues cannot be asked yet, and its judge's
/// instructions are VLMEvalKit's own pages of text, so that judgements are read from files and none are asked for.
namespace assay {
namespace {

constexpr std::array kDimensions = {"Creativity", "Richness", "Visual Perception", "Logical Coherence", "Answer Accuracy", "Image Relationship Understanding", "Overall Score"};
constexpr const char* kOverall = kDimensions.back();
constexpr double kHighest = 10;

struct Profile {
  std::string_view name;
};
constexpr Profile kPrompts[] = {{"vlmevalkit"}};
/// The authors' own script is VLMEvalKit's.
constexpr Profile kScorings[] = {{"official"}, {"vlmevalkit"}, {"lmms-eval"}, {"internvl"}};

/// One turn's score in one dimension; nothing where the judge gave none.
struct Turn {
  std::string dialogue;
  std::string id;  ///< "<dialogue>/<its place>"
  std::optional<double> score;
};

std::vector<Turn> turns_of(std::span<const ScoredReply> replies, const char* dimension) {
  std::vector<Turn> turns;
  for (const auto& scored : replies) {
    const auto& dialogue = scored.reply.sample.id;
    for (std::size_t i = 0; i < scored.reply.judge_replies.size(); ++i) {
      const auto scores = read_score_dict(scored.reply.judge_replies[i]);
      const bool has_it = scores && scores->contains(dimension);
      turns.push_back({dialogue, fmt::format("{}/{}", dialogue, i), has_it ? std::optional(scores->at(dimension)) : std::nullopt});
    }
  }
  return turns;
}

enum class Count { kValid, kAll };

/// Units worth a share of the highest score; of all turns those without a score count as 0.
std::vector<Unit> units_of(const std::vector<Turn>& turns, Count which) {
  std::vector<Unit> units;
  for (const auto& turn : turns) {
    if (!turn.score && which == Count::kValid) continue;
    units.push_back({turn.dialogue, turn.score.value_or(0) / kHighest, turn.id});
  }
  return units;
}

/// Sum / n * 10 on the judge's scale of 0 to 10.
Metric metric_of(std::string name, const std::vector<Turn>& turns, Count which) {
  double sum = 0;
  for (const auto& turn : turns) sum += turn.score.value_or(0);
  const auto units = units_of(turns, which);
  const double value = units.empty() ? std::nan("") : sum / static_cast<double>(units.size()) * kHighest;
  return graded_metric(std::move(name), value, units, kHighest * kHighest, which == Count::kValid ? "turns with a score" : "turns");
}

class Mmdu final : public CatalogBenchmark {
 public:
  [[nodiscard]] std::string name() const override { return "mmdu"; }
  [[nodiscard]] std::string split() const override { return "test"; }
  [[nodiscard]] std::string main_metric() const override { return "overall_score"; }
  [[nodiscard]] std::unique_ptr<SampleSource> open(const DataPlaces& places) const override {
    return open_vlmevalkit_tsv(find_data(places, {"MMDU", "mmdu", "LMUData"}, {"MMDU.tsv"}, "mmdu: VLMEvalKit's MMDU.tsv"));
  }

  [[nodiscard]] std::vector<std::string> prompt_profiles() const override { return profile_names<Profile>(kPrompts); }
  [[nodiscard]] Question ask(const Sample&, std::string_view) const override {
    throw ConfigError("mmdu: its dialogues cannot be asked yet; score recorded judgements with assay score --predictions");
  }

  [[nodiscard]] std::vector<std::string> scoring_profiles() const override { return profile_names<Profile>(kScorings); }

  /// The mean of the turns' overall scores, as a share of the highest.
  [[nodiscard]] Score score(const Reply& reply, std::string_view profile) const override {
    (void)find_profile<Profile>(kScorings, profile, "scoring profile of mmdu");
    const ScoredReply one[] = {{reply, {}}};
    const auto units = units_of(turns_of(one, kOverall), Count::kValid);
    if (units.empty()) return judge_failed(reply);
    double sum = 0;
    for (const auto& unit : units) sum += unit.value;
    return {sum / static_cast<double>(units.size()), SampleState::kScored, fmt::format("{} of {} turns", units.size(), reply.judge_replies.size())};
  }

  [[nodiscard]] std::vector<Metric> metrics(std::span<const ScoredReply> replies, std::string_view) const override {
    std::vector<Metric> metrics = {metric_of("overall_score", turns_of(replies, kOverall), Count::kValid)};
    for (const auto* dimension : kDimensions) {
      const auto turns = turns_of(replies, dimension);
      if (dimension != kOverall) metrics.push_back(metric_of(snake_case(dimension), turns, Count::kValid));
      metrics.push_back(metric_of("all." + snake_case(dimension), turns, Count::kAll));
    }
    return metrics;
  }

  [[nodiscard]] std::vector<MetricBasis> bases(std::span<const ScoredReply> replies, std::string_view) const override {
    return {mean_basis("overall_score", kHighest * kHighest, units_of(turns_of(replies, kOverall), Count::kValid))};
  }

  /// A judge's texts, one a turn: {"dialogue": ["turn 1", "turn 2", ...]}. With the data each dialogue must have as many as it has questions.
  [[nodiscard]] std::vector<Reply> read_predictions(const std::filesystem::path& path, const SampleSource* data) const override {
    if (path.extension() != ".json" && path.extension() != ".jsonl") return match_predictions(read_prediction_file(path), data, path);  // dialogues without a judge's word
    const auto recorded = read_recorded_replies(path);
    std::vector<Prediction> predictions;
    for (const auto& [id, texts] : recorded) {
      Prediction prediction;
      prediction.sample.id = id;
      prediction.sample.references = {"a person's answers"};
      prediction.where = fmt::format("{}: {}", path.string(), id);
      prediction.is_verbatim = true;
      predictions.push_back(std::move(prediction));
    }
    auto replies = match_predictions(std::move(predictions), data, path);
    add_recorded_replies(recorded, replies);
    for (const auto& reply : replies) {
      const auto questions = data == nullptr ? std::nullopt : python_list(reply.sample.question);
      if (!questions || questions->size() == reply.judge_replies.size()) continue;
      throw DataError(fmt::format("{}: the dialogue {} has {} turns, and the file {} judgements of it", path.string(), reply.sample.id, questions->size(), reply.judge_replies.size()));
    }
    return replies;
  }
};

}  // namespace

std::unique_ptr<Benchmark> make_mmdu() { return std::make_unique<Mmdu>(); }

}  // namespace assay
