#include <map>

#include "benchmarks/choice_question.h"
#include "benchmarks/families.h"
#include "benchmarks/find_data.h"
#include "benchmarks/prediction_file.h"
#include "benchmarks/profile.h"
#include "benchmarks/prompt.h"
#include "benchmarks/score_state.h"
#include "benchmarks/summary.h"
#include "datasets/seed_json.h"
#include "datasets/vlmevalkit_tsv.h"
#include "harness/base/json.h"
#include "metrics/option_letter.h"
#include "metrics/python_text.h"

namespace assay {
namespace {

using Letter = std::optional<std::string>;

/// The reply is the letter and nothing else: LLaVA's convert_seed_for_submission.py, and how the leaderboard's {question_id, prediction} is read.
Letter whole_reply(const Reply& reply) {
  const auto text = python::strip(reply.text);
  return text.size() == 1 && text.front() >= 'A' && text.front() <= 'Z' ? Letter(text) : std::nullopt;
}

Letter by_vlmevalkit(const Reply& reply) { return letter_vlmevalkit(as_vlmevalkit_reads(reply.text), choices_of(reply.sample)); }

/// The first letter in either case: tasks/seedbench/utils.py.
Letter by_lmms(const Reply& reply) {
  const auto first = letter_first(python::strip(reply.text));
  return first ? Letter(python::upper(*first)) : std::nullopt;
}

Letter by_internvl(const Reply& reply) { return letter_first(reply.text); }

struct ScoringProfile {
  std::string_view name;
  Letter (*read)(const Reply&);
  Scale scale;
};
constexpr ScoringProfile kScorings[] = {
    {"official", whole_reply, Scale::kPercent},
    {"vlmevalkit", by_vlmevalkit, Scale::kFraction},
    {"lmms-eval", by_lmms, Scale::kFraction},
    {"internvl", by_internvl, Scale::kPercent},
};

/// Ids of questions on videos begin with `v` in the authors' files.
bool is_video_id(const std::string& id) { return id.starts_with('v'); }

bool is_video(const Sample& sample) {
  const auto type = sample.fields.find("data_type");
  return type == sample.fields.end() ? is_video_id(sample.id) : type->second == "video";
}

class SeedBench final : public CatalogBenchmark {
 public:
  [[nodiscard]] std::string name() const override { return "seed_bench"; }
  [[nodiscard]] std::string split() const override { return "image"; }
  [[nodiscard]] std::string main_metric() const override { return "accuracy"; }

  [[nodiscard]] std::unique_ptr<SampleSource> open(const DataPlaces& places) const override {
    const auto found = find_data(places, {"SEED", "SEED-Bench", "seed_bench", "seed", "SEEDBench", "LMUData"}, {"SEED-Bench.json", "SEEDBench_IMG.tsv"},
                                 "seed_bench: the authors' SEED-Bench.json or VLMEvalKit's SEEDBench_IMG.tsv");
    return found.extension() == ".tsv" ? open_vlmevalkit_tsv(found) : open_seed_json(found, {});
  }

  [[nodiscard]] std::vector<std::string> prompt_profiles() const override { return profile_names<SuffixProfile>(kChoicePrompts); }
  [[nodiscard]] Question ask(const Sample& sample, std::string_view prompt_profile) const override {
    const auto& profile = find_profile<SuffixProfile>(kChoicePrompts, prompt_profile, "prompt profile of seed_bench");
    if (profile.name == "plain") return suffixed_question(sample, choice_text_plain(sample), profile);
    // InternVL's own script sends the text of its seed.jsonl, which is LLaVA's: the question, its options and the request for a letter.
    const auto language = profile.name == "vlmevalkit" ? AskIn::kLanguageOfQuestion : AskIn::kEnglish;
    Question question = suffixed_question(sample, choice_text_letter(sample, language), profile);
    if (profile.name == "lmms-eval") question.decoding.stop = {"ASSISTANT:"};
    if (profile.name == "internvl") question.decoding.min_new_tokens = 1;
    return question;
  }

  [[nodiscard]] std::vector<std::string> scoring_profiles() const override { return profile_names<ScoringProfile>(kScorings); }
  [[nodiscard]] Score score(const Reply& reply, std::string_view profile) const override {
    const auto letter = scoring(profile).read(reply);
    const auto& references = reply.sample.references;
    return make_score(reply, letter, value_if_labelled(reply.sample, letter && !references.empty() && *letter == references.front()));
  }

  [[nodiscard]] std::vector<Metric> metrics(std::span<const ScoredReply> replies, std::string_view profile) const override {
    const Scale scale = scoring(profile).scale;
    std::vector<Unit> all, image, video;
    std::map<std::string, std::vector<Unit>> by_dimension;
    for (const auto& scored : replies) {
      const Sample& sample = scored.reply.sample;
      if (sample.references.empty()) continue;
      const Unit unit{cluster_of(sample), scored.score.value};
      all.push_back(unit);
      (is_video(sample) ? video : image).push_back(unit);
      if (!sample.category.empty()) by_dimension[snake_case(sample.category)].push_back(unit);
    }
    std::vector<Metric> metrics = {proportion_metric("accuracy", all, scale, "questions")};
    if (!video.empty()) {
      metrics.push_back(proportion_metric("image.accuracy", image, scale, "questions on pictures"));
      metrics.push_back(proportion_metric("video.accuracy", video, scale, "questions on videos"));
    }
    for (const auto& [dimension, units] : by_dimension) metrics.push_back(proportion_metric(dimension + ".accuracy", units, scale, "questions"));
    return metrics;
  }

  [[nodiscard]] std::vector<MetricNote> metric_notes() const override {
    return {{"accuracy", "questions answered with the right letter / questions"},
            {"image.accuracy", "the same of the questions on pictures, where there are some on videos too"},
            {"video.accuracy", "the same of the questions on videos"},
            {"<dimension>.accuracy", "the same of one dimension's questions"}};
  }

  /// A file that brings its own labels is scored line by line, as it is: the authors' GPT-4V file repeats eight ids. Against the data, which is
  /// the questions on pictures, a file's questions on videos are left out.
  [[nodiscard]] std::vector<Reply> read_predictions(const std::filesystem::path& path, const SampleSource* data) const override {
    return match_predictions(read_prediction_file(path), data, path, {.may_leave_out = is_video_id, .may_be_missing = {}, .may_repeat_unmatched = true});
  }

  /// What the leaderboard takes: lines {"question_id": "...", "prediction": "A"}.
  [[nodiscard]] std::optional<Submission> submission(std::span<const Reply> replies) const override {
    std::string lines;
    for (const auto& reply : replies) {
      json::Document row;
      row.SetObject();
      row.AddMember("question_id", json::string_value(reply.sample.id, row.GetAllocator()), row.GetAllocator());
      row.AddMember("prediction", json::string_value(reply.text, row.GetAllocator()), row.GetAllocator());
      lines += json::dump(row) + "\n";
    }
    return Submission{"seed_bench.jsonl", std::move(lines)};
  }

 private:
  [[nodiscard]] static const ScoringProfile& scoring(std::string_view profile) {
    return find_profile<ScoringProfile>(kScorings, profile, "scoring profile of seed_bench");
  }
};

}  // namespace

std::unique_ptr<Benchmark> make_seed_bench() { return std::make_unique<SeedBench>(); }

}  // namespace assay
