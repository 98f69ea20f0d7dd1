#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "benchmarks/basis.h"
#include "benchmarks/choice_question.h"
#include "benchmarks/choice_scoring.h"
#include "benchmarks/families.h"
#include "benchmarks/family_prompts.h"
#include "benchmarks/find_data.h"
#include "benchmarks/prediction_file.h"
#include "benchmarks/profile.h"
#include "benchmarks/prompt.h"
#include "benchmarks/summary.h"
#include "datasets/hub_sets.h"
#include "datasets/seed_json.h"
#include "datasets/vlmevalkit_tsv.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "metrics/option_letter.h"
#include "metrics/python_text.h"

namespace assay {
namespace {

/// InternVL's own script sends the text of its seed.jsonl, which is LLaVA's: the question, its options and the request for a letter. `official` is
/// the authors' first way to score: nothing is written, and the option is taken whose text has the least mean loss behind the bare question. They
/// count the end token of their model (T5) too; here a text's own tokens are all.
/// Source   AILab-CVC/SEED-Bench 3fea02b3 model/instruct_blip_interface.py, process_prompt and forward; 250947c2 eval.py, run_inference
constexpr SuffixProfile kPrompts[] = {
    {"vlmevalkit", "", 4096, 6},
    {"internvl", "", 100, 6},
    {"lmms-eval", "", 1024, 0},
    {"llava", "", 128, 0},
    {"official", "", 1, 0},
    {"qwen", "", 10, 0},
    {"plain", "", 1024, 0},
};

/// The bare question, with its options to rank. Throws DataError where one of them has no text.
Question ranked_question(const Sample& sample, const SuffixProfile& profile) {
  Question question = suffixed_question(sample, "Question: " + sample.question + "\nAnswer:", profile);
  question.ranked = sample.options;
  const bool can_rank = sample.options.size() > 1 && std::ranges::none_of(sample.options, [](const Option& option) { return option.text.empty(); });
  if (!can_rank) throw DataError(fmt::format("{}: ranking takes two options or more, each with a text; the question has {}", sample.id, sample.options.size()));
  return question;
}

Letter as_letter(std::string_view text) {
  return text.size() == 1 && text.front() >= 'A' && text.front() <= 'Z' ? Letter(text) : std::nullopt;
}

/// The stripped reply is the letter and nothing else: how the leaderboard's {question_id, prediction} is read.
Letter whole_reply(const Reply& reply) { return as_letter(python::strip(reply.text)); }

/// The reply as it stands is the letter: LLaVA's scripts/convert_seed_for_submission.py.
Letter by_llava(const Reply& reply) { return as_letter(reply.text); }

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
    {"vlmevalkit", letter_by_vlmevalkit, Scale::kFraction},
    {"lmms-eval", by_lmms, Scale::kFraction},
    {"internvl", by_internvl, Scale::kPercent},
    {"llava", by_llava, Scale::kPercent},
};

/// Ids of questions on videos begin with `v` in the authors' files.
bool is_video_id(const std::string& id) { return id.starts_with('v'); }

bool is_video(const Sample& sample) {
  const auto type = sample.fields.find("data_type");
  return type == sample.fields.end() ? is_video_id(sample.id) : type->second == "video";
}

/// The units of each denominator.
struct Units {
  std::vector<Unit> all, image, video;
  std::map<std::string, std::vector<Unit>> by_dimension;
};

Units gather(std::span<const ScoredReply> replies) {
  Units units;
  for (const auto& scored : replies) {
    const Sample& sample = scored.reply.sample;
    if (sample.references.empty()) continue;
    const Unit unit = unit_of(scored);
    units.all.push_back(unit);
    (is_video(sample) ? units.video : units.image).push_back(unit);
    if (!sample.category.empty()) units.by_dimension[snake_case(sample.category)].push_back(unit);
  }
  return units;
}

enum class Questions { kOnPictures, kAll };

class SeedBench final : public CatalogBenchmark {
 public:
  explicit SeedBench(Questions questions) : has_videos_(questions == Questions::kAll) {}
  [[nodiscard]] std::string name() const override { return has_videos_ ? "seed_bench_all" : "seed_bench"; }
  [[nodiscard]] std::string split() const override { return has_videos_ ? "image and video" : "image"; }
  [[nodiscard]] std::string main_metric() const override { return "accuracy"; }

  [[nodiscard]] std::unique_ptr<SampleSource> open(const DataPlaces& places) const override {
    constexpr HubSplit kHub = {"SEED-Bench", "data/test-*.parquet"};
    if (has_videos_) {
      const auto found = find_data(places, {"SEED", "SEED-Bench", "seed_bench", "seed", "SEEDBench"}, {"SEED-Bench.json"},
                                   "seed_bench_all: the authors' SEED-Bench.json, a frame of each video in SEED-Bench-video-image/", kHub);
      if (found.extension() == ".parquet") return open_hub_seed_bench(found, SeedKinds::kAll);
      return open_seed_json(found, {}, {.images = true, .video_stills = true});
    }
    const auto found = find_data(places, {"SEED", "SEED-Bench", "seed_bench", "seed", "SEEDBench", "LMUData"}, {"SEED-Bench.json", "SEEDBench_IMG.tsv"},
                                 "seed_bench: the authors' SEED-Bench.json or VLMEvalKit's SEEDBench_IMG.tsv", kHub);
    if (found.extension() == ".parquet") return open_hub_seed_bench(found, SeedKinds::kPictures);
    return found.extension() == ".tsv" ? open_vlmevalkit_tsv(found) : open_seed_json(found, {});
  }

  [[nodiscard]] std::vector<std::string> prompt_profiles() const override { return with_family_profiles(profile_names<SuffixProfile>(kPrompts), name()); }
  [[nodiscard]] Question ask(const Sample& sample, std::string_view prompt_profile) const override {
    if (auto asked = ask_by_family(name(), sample, prompt_profile)) return std::move(*asked);
    const auto& profile = find_profile<SuffixProfile>(kPrompts, prompt_profile, "prompt profile of " + name());
    if (profile.name == "official") return ranked_question(sample, profile);
    if (profile.name == "plain") return suffixed_question(sample, choice_text_plain(sample), profile);
    if (profile.name == "qwen") return suffixed_question(sample, choice_text_qwen(sample, "\n"), profile);
    const auto language = profile.name == "vlmevalkit" ? AskIn::kLanguageOfQuestion : AskIn::kEnglish;
    Question question = suffixed_question(sample, choice_text_letter(sample, language), profile);
    if (profile.name == "lmms-eval") question.decoding.stop = {"ASSISTANT:"};
    if (profile.name == "internvl") question.decoding.min_new_tokens = 1;
    return question;
  }

  [[nodiscard]] std::vector<std::string> scoring_profiles() const override { return profile_names<ScoringProfile>(kScorings); }
  [[nodiscard]] Score score(const Reply& reply, std::string_view profile) const override {
    return score_letter(reply, scoring(profile).read(reply));
  }

  [[nodiscard]] std::vector<Metric> metrics(std::span<const ScoredReply> replies, std::string_view profile) const override {
    const Scale scale = scoring(profile).scale;
    const auto [all, image, video, by_dimension] = gather(replies);
    std::vector<Metric> metrics = {proportion_metric("accuracy", all, scale, "questions")};
    if (!video.empty()) {
      metrics.push_back(proportion_metric("image.accuracy", image, scale, "questions on pictures"));
      metrics.push_back(proportion_metric("video.accuracy", video, scale, "questions on videos"));
    }
    for (const auto& [dimension, units] : by_dimension) metrics.push_back(proportion_metric(dimension + ".accuracy", units, scale, "questions"));
    return metrics;
  }
  [[nodiscard]] std::vector<MetricBasis> bases(std::span<const ScoredReply> replies, std::string_view profile) const override {
    const double scale = factor_of(scoring(profile).scale);
    const auto units = gather(replies);
    std::vector<MetricBasis> bases = {mean_basis("accuracy", scale, units.all)};
    if (units.video.empty()) return bases;
    bases.push_back(mean_basis("image.accuracy", scale, units.image));
    bases.push_back(mean_basis("video.accuracy", scale, units.video));
    return bases;
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
    MatchRules rules{.may_leave_out = {}, .may_be_missing = {}, .may_repeat_unmatched = true};
    if (!has_videos_) rules.may_leave_out = is_video_id;
    return match_predictions(read_prediction_file(path), data, path, rules);
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
    return Submission{name() + ".jsonl", std::move(lines)};
  }

 private:
  [[nodiscard]] const ScoringProfile& scoring(std::string_view profile) const {
    return find_profile<ScoringProfile>(kScorings, profile, "scoring profile of " + name());
  }

  bool has_videos_;
};

}  // namespace

std::unique_ptr<Benchmark> make_seed_bench() { return std::make_unique<SeedBench>(Questions::kOnPictures); }
std::unique_ptr<Benchmark> make_seed_bench_all() { return std::make_unique<SeedBench>(Questions::kAll); }

}  // namespace assay
