#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "benchmarks/fallback_judge.h"
#include "benchmarks/families.h"
#include "benchmarks/family_prompts.h"
#include "benchmarks/find_data.h"
#include "benchmarks/mme_results.h"
#include "benchmarks/profile.h"
#include "benchmarks/prompt.h"
#include "benchmarks/score_state.h"
#include "benchmarks/summary.h"
#include "datasets/hub_parquet.h"
#include "datasets/mme_folder.h"
#include "datasets/mme_questions.h"
#include "datasets/vlmevalkit_tsv.h"
#include "metrics/python_text.h"
#include "metrics/yes_no.h"

namespace assay {
namespace {

constexpr SuffixProfile kPrompts[] = {
    {"vlmevalkit", " Answer the question using a single word or phrase.", 4096, 6},
    {"internvl", " Answer the question using a single word or phrase.", 20, 12},
    {"lmms-eval", "\nAnswer the question using a single word or phrase.", 16, 0},
    {"llava", "\nAnswer the question using a single word or phrase.", 128, 0},
    {"plain", "", 1024, 0},
};
constexpr std::string_view kYesOrNo = " Please answer yes or no.";

YesNo by_internvl(std::string_view reply) { return yes_no_mme(internvl_mme_text(reply)); }
YesNo by_vlmevalkit(std::string_view reply) { return yes_no_vlmevalkit(as_vlmevalkit_reads(std::string(reply))); }

/// The tools agree on what is added up but not on the order, which shows in the last digit.
enum class AddUp {
  kAccuracies,  ///< 100 acc + 100 acc_plus, subtasks in the official order
  kPictures,    ///< lmms-eval: the mean over pictures of acc + acc_plus, in percent
};

struct ScoringProfile {
  std::string_view name;
  YesNo (*read)(std::string_view);
  AddUp add_up;
  bool vlmevalkit_order;  ///< of the subtasks in a sum
  bool asks_judge = false;  ///< about replies that cannot be read
};
constexpr ScoringProfile kScorings[] = {
    {"official", yes_no_mme, AddUp::kAccuracies, false},
    {"vlmevalkit", by_vlmevalkit, AddUp::kAccuracies, true},
    {"lmms-eval", yes_no_lmms_mme, AddUp::kPictures, false},
    {"internvl", by_internvl, AddUp::kAccuracies, false},
    {"vlmevalkit-judged", by_vlmevalkit, AddUp::kAccuracies, true, true},
};

/// A subtask is told by its name in the data; metrics write it in lower case ("ocr").
struct Ability {
  std::string_view name;
  std::vector<std::string_view> official_order, vlmevalkit_order;
};
const Ability& perception() {
  static const Ability ability{
      "perception",
      {"existence", "count", "position", "color", "posters", "celebrity", "scene", "landmark", "artwork", "OCR"},
      {"OCR", "artwork", "celebrity", "color", "count", "existence", "landmark", "position", "posters", "scene"}};
  return ability;
}
const Ability& cognition() {
  static const Ability ability{"cognition",
                               {"commonsense_reasoning", "numerical_calculation", "text_translation", "code_reasoning"},
                               {"code_reasoning", "commonsense_reasoning", "numerical_calculation", "text_translation"}};
  return ability;
}

/// A picture and the questions on it.
struct Picture {
  double lines = 0;  ///< those that count in acc
  double right = 0;
  double open = 0;  ///< lines that a judge was to read and did not
  [[nodiscard]] bool is_plus() const { return lines == 2 && right == 2; }
  /// Whether it can be said if both are right: not while one is open and the other is right.
  [[nodiscard]] bool is_decided() const { return open == 0 || right < lines; }
};

struct Subtask {
  std::map<std::string, Picture> pictures;
};

/// VLMEvalKit's TSV names no groups; its scorer groups by category and image_path.
std::string picture_of(const Sample& sample) {
  if (!sample.group.empty()) return sample.group;
  const auto path = sample.fields.find("image_path");
  return sample.category + "/" + (path != sample.fields.end() ? path->second : cluster_of(sample));
}

/// The parts of a subtask's score that a picture adds to: {right, lines} and {both right, pictures}. lmms-eval divides by pictures both times.
std::vector<double> columns_of(const Picture& picture, AddUp add_up) {
  const double plus = picture.is_plus() ? 1 : 0;
  if (add_up == AddUp::kPictures) return {picture.right / 2, 1, plus, 1};
  return {picture.right, picture.lines, plus, picture.is_decided() ? 1.0 : 0.0};
}

double score_of(std::span<const Picture> pictures, std::span<const std::uint32_t> times_drawn, AddUp add_up) {
  double count = 0, lines = 0, right = 0, plus = 0;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    const double times = times_drawn[i];
    count += pictures[i].is_decided() ? times : 0;
    lines += times * pictures[i].lines;
    right += times * pictures[i].right;
    plus += pictures[i].is_plus() ? times : 0;
  }
  const double acc = lines == 0 ? 0 : right / lines, acc_plus = count == 0 ? 0 : plus / count;
  if (add_up == AddUp::kAccuracies) return acc * 100 + acc_plus * 100;
  return (right / 2 * 100 + plus * 100) / count;  // every term a multiple of 50: exact in any order
}

std::vector<Picture> pictures_of(const Subtask& subtask) {
  std::vector<Picture> pictures;
  for (const auto& [name, picture] : subtask.pictures) pictures.push_back(picture);
  return pictures;
}

Metric accuracy_metric(const std::string& name, std::span<const Picture> pictures) {
  std::vector<Cluster> clusters;
  double right = 0, lines = 0;
  for (const auto& picture : pictures) {
    if (picture.lines > 0) clusters.push_back({picture.right, picture.lines});
    right += picture.right, lines += picture.lines;
  }
  const double value = lines == 0 ? std::numeric_limits<double>::quiet_NaN() : right / lines;
  return {name + ".acc", value, static_cast<std::int64_t>(lines), clustered_proportion_interval(clusters), "questions"};
}

Metric accuracy_plus_metric(const std::string& name, std::span<const Picture> pictures) {
  const auto decided = std::ranges::count_if(pictures, &Picture::is_decided);
  const double count = static_cast<double>(decided);
  const double value = static_cast<double>(std::ranges::count_if(pictures, &Picture::is_plus)) / count;
  return {name + ".acc_plus", value, decided, wilson_interval(value, count), "pictures with two questions"};
}

/// Of one subtask, drawn by pictures. Where every resample is alike, both terms stand at their own intervals' ends.
Interval subtask_interval(std::span<const Picture> pictures, AddUp add_up) {
  const std::size_t size = pictures.size();
  const auto drawn = bootstrap_interval({&size, 1}, [&](std::span<const std::uint32_t> times_drawn) { return score_of(pictures, times_drawn, add_up); });
  if (drawn.low != drawn.high) return drawn;
  const auto acc = accuracy_metric("", pictures).interval, plus = accuracy_plus_metric("", pictures).interval;
  return {100 * (acc.low + plus.low), 100 * (acc.high + plus.high)};
}

Metric subtask_metric(std::string name, std::span<const Picture> pictures, AddUp add_up) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  if (std::ranges::none_of(pictures, &Picture::is_decided)) return {std::move(name), kNan, 0, {kNan, kNan}, "pictures with two questions"};
  const std::vector<std::uint32_t> once(pictures.size(), 1);
  return {std::move(name), score_of(pictures, once, add_up), std::ranges::count_if(pictures, &Picture::is_decided), subtask_interval(pictures, add_up),
          "pictures with two questions"};
}

/// The sum of its subtasks' scores.
Metric ability_metric(std::string name, std::span<const Metric> subtasks) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  Metric metric{std::move(name), subtasks.empty() ? kNan : 0, static_cast<std::int64_t>(subtasks.size()), {}, "nothing: a sum over subtasks"};
  std::vector<Estimate> estimates;
  for (const auto& subtask : subtasks) {
    metric.value += subtask.value;
    estimates.push_back({subtask.value, subtask.interval});
  }
  metric.interval = sum_interval(estimates);
  return metric;
}

class Mme final : public CatalogBenchmark {
 public:
  [[nodiscard]] std::string name() const override { return "mme"; }
  [[nodiscard]] std::string split() const override { return "test"; }
  [[nodiscard]] std::string main_metric() const override { return "perception"; }
  [[nodiscard]] std::unique_ptr<SampleSource> open(const DataPlaces& places) const override;
  [[nodiscard]] std::vector<std::string> prompt_profiles() const override { return with_family_profiles(profile_names<SuffixProfile>(kPrompts), name()); }
  [[nodiscard]] Question ask(const Sample& sample, std::string_view prompt_profile) const override;
  [[nodiscard]] std::vector<std::string> scoring_profiles() const override { return profile_names<ScoringProfile>(kScorings); }
  [[nodiscard]] std::vector<JudgeQuestion> judge_questions(const Reply& reply, std::string_view profile) const override {
    const auto& rule = scoring(profile);
    return yes_no_judge_questions(reply, rule.read(reply.text), rule.asks_judge);
  }
  [[nodiscard]] Score score(const Reply& reply, std::string_view profile) const override;
  [[nodiscard]] std::vector<Metric> metrics(std::span<const ScoredReply> replies, std::string_view profile) const override;
  [[nodiscard]] std::vector<MetricBasis> bases(std::span<const ScoredReply> replies, std::string_view profile) const override;
  [[nodiscard]] std::vector<MetricNote> metric_notes() const override {
    return {{"perception", "sum of ten subtasks' scores, divided by nothing"},
            {"cognition", "sum of four subtasks' scores, divided by nothing"},
            {"<subtask>", "100 × acc + 100 × acc_plus"},
            {"<subtask>.acc", "questions answered right / questions"},
            {"<subtask>.acc_plus", "pictures with both questions answered right / pictures with two questions"}};
  }

  [[nodiscard]] std::vector<Reply> read_predictions(const std::filesystem::path& path, const SampleSource* data) const override {
    if (std::filesystem::is_directory(path)) return read_mme_results(path);
    return CatalogBenchmark::read_predictions(path, data);
  }

 private:
  [[nodiscard]] static const ScoringProfile& scoring(std::string_view profile) {
    return find_profile<ScoringProfile>(kScorings, profile, "scoring profile of mme");
  }
};

std::unique_ptr<SampleSource> Mme::open(const DataPlaces& places) const {
  const auto found = find_data(places,
                               {"MME_Benchmark_release_version", "MME_Benchmark_release_version/MME_Benchmark", "MME", "MME/MME_Benchmark_release_version",
                                "mme", "mme/MME_Benchmark_release_version", "questions", "mme/questions", "Your_Results", "LMUData"},
                               {"existence", "artwork", "MME.tsv", "existence.txt"},
                               "mme: the authors' MME_Benchmark_release_version (a folder per subtask), its question files, or VLMEvalKit's MME.tsv",
                               {"MME", "data/test-*.parquet"});
  if (found.extension() == ".parquet") return open_hub_parquet(found, {.counted = "question_id", .group = "question_id", .category = "category"});
  if (found.extension() == ".tsv") return open_vlmevalkit_tsv(found);
  return found.extension() == ".txt" ? open_mme_questions(found.parent_path()) : open_mme_folder(found.parent_path());
}

Question Mme::ask(const Sample& sample, std::string_view prompt_profile) const {
  if (auto asked = ask_by_family(name(), sample, prompt_profile)) return std::move(*asked);
  const auto& profile = find_profile<SuffixProfile>(kPrompts, prompt_profile, "prompt profile of mme");
  if (profile.name != "lmms-eval" && profile.name != "llava") return suffixed_question(sample, sample.question, profile);
  return suffixed_question(sample, python::replace(python::strip(sample.question), kYesOrNo, ""), profile);
}

Score Mme::score(const Reply& reply, std::string_view profile) const {
  const auto& rule = scoring(profile);
  const auto answer = yes_no_or_judged(reply, rule.read(reply.text), rule.asks_judge);
  if (!answer) return judge_failed(reply);
  const auto& references = reply.sample.references;
  const bool is_right = !references.empty() && python::lower(references.front()) == name_of(*answer);
  return make_score(reply, answer_of(*answer), value_if_labelled(reply.sample, is_right));
}

using Subtasks = std::map<std::string, Subtask, std::less<>>;

Subtasks gather(std::span<const ScoredReply> replies) {
  Subtasks subtasks;
  for (const auto& scored : replies) {
    const Sample& sample = scored.reply.sample;
    Picture& picture = subtasks[sample.category].pictures[picture_of(sample)];
    if (is_malformed_line(sample)) continue;
    if (!sample.references.empty() && std::isnan(scored.score.value)) {
      picture.open += 1;
      continue;
    }
    picture.lines += 1;
    picture.right += scored.score.value == 1 ? 1 : 0;
  }
  return subtasks;
}

std::vector<MetricBasis> Mme::bases(std::span<const ScoredReply> replies, std::string_view profile) const {
  const auto add_up = scoring(profile).add_up;
  const auto subtasks = gather(replies);
  std::vector<MetricBasis> bases;
  for (const Ability* ability : {&perception(), &cognition()}) {
    bases.push_back({std::string(ability->name), 100, Formula::kRatio, Combination::kSum, {}});
    for (const auto subtask : ability->official_order) {
      const auto found = subtasks.find(subtask);
      if (found == subtasks.end()) continue;
      for (const auto& [name, picture] : found->second.pictures) bases.back().rows.push_back({name, name, std::string(subtask), columns_of(picture, add_up)});
    }
  }
  return bases;
}

std::vector<Metric> Mme::metrics(std::span<const ScoredReply> replies, std::string_view profile) const {
  const auto& rule = scoring(profile);
  const auto subtasks = gather(replies);
  std::vector<Metric> sums, details;
  for (const Ability* ability : {&perception(), &cognition()}) {
    std::vector<Metric> there;
    for (const auto subtask : rule.vlmevalkit_order ? ability->vlmevalkit_order : ability->official_order) {
      const auto found = subtasks.find(subtask);
      if (found != subtasks.end()) there.push_back(subtask_metric(snake_case(subtask), pictures_of(found->second), rule.add_up));
    }
    sums.push_back(ability_metric(std::string(ability->name), there));
    for (const auto subtask : ability->official_order) {
      const auto found = subtasks.find(subtask);
      if (found == subtasks.end()) continue;
      const auto pictures = pictures_of(found->second);
      const std::string name = snake_case(subtask);
      details.push_back(*std::find_if(there.begin(), there.end(), [&](const Metric& metric) { return metric.name == name; }));
      details.push_back(accuracy_metric(name, pictures));
      details.push_back(accuracy_plus_metric(name, pictures));
    }
  }
  sums.insert(sums.end(), details.begin(), details.end());
  return sums;
}

}  // namespace

std::unique_ptr<Benchmark> make_mme() { return std::make_unique<Mme>(); }

}  // namespace assay
