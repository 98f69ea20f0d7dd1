#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "benchmarks/basis.h"
#include "benchmarks/dialogues.h"
#include "benchmarks/families.h"
#include "benchmarks/find_data.h"
#include "benchmarks/judge.h"
#include "benchmarks/mmdu.h"
#include "benchmarks/prediction_file.h"
#include "benchmarks/profile.h"
#include "benchmarks/prompt.h"
#include "benchmarks/score_state.h"
#include "benchmarks/summary.h"
#include "datasets/python_literal.h"
#include "datasets/vlmevalkit_tsv.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "metrics/score_dict.h"

/// MMDU: dialogues over several pictures, each turn graded by a judge in six dimensions and as a whole. The judge's instructions are VLMEvalKit's own pages
/// of text, which are not ours to bring along: they are read from a file beside the data, and without it judgements are only read from files.
namespace assay {
namespace {

constexpr const char* kInstructionsFile = "mmdu_judge.txt";
constexpr const char* kInstructions = "judge_instructions";  ///< the field that holds the file's text
constexpr int kNewTokens = 4096;
constexpr int kJudgeTokens = 1024;
constexpr std::size_t kMostTiles = 6, kTilesOfAll = 64;  ///< VLMEvalKit's wrapper of InternVL: 6 a picture, or 64 over all of them

/// The data with the judge's instructions in every sample.
class WithInstructions final : public SampleSource {
 public:
  WithInstructions(std::unique_ptr<SampleSource> data, std::string instructions) : data_(std::move(data)), instructions_(std::move(instructions)) {}
  [[nodiscard]] std::size_t size() const override { return data_->size(); }
  [[nodiscard]] Sample get(std::size_t i) const override {
    Sample sample = data_->get(i);
    sample.fields[kInstructions] = instructions_;
    return sample;
  }
  [[nodiscard]] std::string digest() const override { return data_->digest(); }  // what is asked of the model does not depend on the file
  [[nodiscard]] std::vector<std::filesystem::path> paths() const override { return data_->paths(); }

 private:
  std::unique_ptr<SampleSource> data_;
  std::string instructions_;
};

/// A text that is no list is a single turn, as VLMEvalKit takes it (smp/misc.py, toliststr).
std::vector<std::string> questions_of(const Sample& sample) {
  auto questions = python_list(sample.question);
  return questions ? std::move(*questions) : std::vector<std::string>{sample.question};
}

/// What the judge is shown of one turn.
/// Source   open-compass/VLMEvalKit e8e78f05 vlmeval/dataset/utils/mmdu.py, mmdu_score; the file's text ends with the empty line before it
std::string judged_turn(const std::string& question, const std::string& reference, const std::string& reply) {
  return fmt::format("[Question]\n{}\n\n[The Start of Reference Answer]\n{}\n[The End of Reference Answer]\n\n[The Start of Assistant’s Answer]\n{}\n[The End of Assistant’s Answer]",
                     question, reference, reply);
}

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
    const auto tsv = find_data(places, {"MMDU", "mmdu", "LMUData"}, {"MMDU.tsv"}, "mmdu: VLMEvalKit's MMDU.tsv");
    auto data = open_vlmevalkit_tsv(tsv);
    const auto instructions = tsv.parent_path() / kInstructionsFile;
    if (!std::filesystem::exists(instructions)) return data;
    return std::make_unique<WithInstructions>(std::move(data), read_file(instructions));
  }

  [[nodiscard]] std::vector<std::string> prompt_profiles() const override { return profile_names<Profile>(kPrompts); }
  /// Turn by turn, with pictures where the turns say so.
  [[nodiscard]] Question ask(const Sample& sample, std::string_view profile) const override {
    (void)find_profile<Profile>(kPrompts, profile, "prompt profile of mmdu");
    Question question;
    question.prompt.images = pictures_of(sample);
    const std::size_t count = question.prompt.images.size();
    std::size_t next_picture = 0;
    for (const auto& text : questions_of(sample)) {
      auto& turns = question.prompt.turns.empty() ? question.prompt.turns : question.later_turns;
      turns.push_back(marked_turn(text, count, next_picture));
    }
    if (question.prompt.turns.empty()) throw DataError(fmt::format("mmdu: the dialogue {} has no turns", sample.id));
    question.decoding.max_new_tokens = kNewTokens;
    question.max_tiles = static_cast<int>(std::clamp<std::size_t>(kTilesOfAll / std::max<std::size_t>(count, 1), 1, kMostTiles));
    return question;
  }

  [[nodiscard]] std::vector<std::string> scoring_profiles() const override { return profile_names<Profile>(kScorings); }

  /// One about each turn of a dialogue that was asked whole.
  [[nodiscard]] std::vector<JudgeQuestion> judge_questions(const Reply& reply, std::string_view) const override {
    std::vector<std::string> said = reply.earlier;
    said.push_back(reply.text);
    const auto asked = questions_of(reply.sample);
    if (asked.size() != said.size()) return {};
    const auto instructions = reply.sample.fields.find(kInstructions);
    std::vector<JudgeQuestion> questions;
    for (std::size_t i = 0; i < said.size(); ++i) {
      const auto reference = i < reply.sample.references.size() ? reply.sample.references[i] : "";
      JudgeQuestion question{fmt::format("{}/{}", reply.sample.id, i), {}, kJudgeTokens};
      question.is_recorded_only = instructions == reply.sample.fields.end();
      if (!question.is_recorded_only) question.messages = {{"user", instructions->second + judged_turn(asked[i], reference, said[i])}};
      questions.push_back(std::move(question));
    }
    return questions;
  }

  /// The replies turn by turn, for a judge that is asked elsewhere.
  [[nodiscard]] std::optional<Submission> submission(std::span<const Reply> replies) const override {
    return dialogues_submission("mmdu_replies.jsonl", replies, {});
  }

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
    if (path.extension() != ".json" && path.extension() != ".jsonl") return read_dialogues(path, data);
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

 private:
  /// VLMEvalKit's table: all replies of a dialogue as a list in its cell, without a judge's word.
  static std::vector<Reply> read_dialogues(const std::filesystem::path& path, const SampleSource* data) {
    auto replies = match_predictions(read_prediction_file(path), data, path);
    for (auto& reply : replies) {
      auto said = python_list(reply.text);
      if (!said || said->empty()) continue;
      reply.text = std::move(said->back());
      said->pop_back();
      reply.earlier = std::move(*said);
    }
    return replies;
  }
};

}  // namespace

std::unique_ptr<Benchmark> make_mmdu() { return std::make_unique<Mmdu>(); }

}  // namespace assay
