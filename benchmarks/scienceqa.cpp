#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "benchmarks/choice_question.h"
#include "benchmarks/choice_scoring.h"
#include "benchmarks/families.h"
#include "benchmarks/family_prompts.h"
#include "benchmarks/find_data.h"
#include "benchmarks/profile.h"
#include "benchmarks/prompt.h"
#include "benchmarks/scienceqa_predictions.h"
#include "datasets/hub_sets.h"
#include "datasets/scienceqa_files.h"
#include "datasets/vlmevalkit_tsv.h"
#include "metrics/option_letter.h"
#include "metrics/python_text.h"

namespace assay {
namespace {

constexpr SuffixProfile kPrompts[] = {
    {"vlmevalkit", "", 4096, 6},
    {"internvl", "", 100, 6},
    {"lmms-eval", "", 16, 0},
    {"llava", "", 1024, 0},
    {"qwen", "", 10, 0},
    {"plain", "", 1024, 0},
};

/// Whether the letter names one of the question's choices; A to E where the row has none.
bool is_choice(const Sample& sample, std::string_view letter) {
  if (letter.size() != 1) return false;
  if (sample.options.empty()) return letter[0] >= 'A' && letter[0] <= 'E';
  return letter[0] >= 'A' && letter[0] < static_cast<char>('A' + sample.options.size());
}

Letter choice_of(const Reply& reply, Letter letter) { return letter && is_choice(reply.sample, *letter) ? std::move(letter) : std::nullopt; }

/// The authors' scorer takes the place that the result file records; else the text is read as their run did, without its draws.
Letter by_authors(const Reply& reply) {
  const auto recorded = recorded_choice(reply.sample);
  return choice_of(reply, recorded ? recorded : letter_scienceqa(reply.text));
}
Letter by_llava(const Reply& reply) { return choice_of(reply, letter_llava_scienceqa(reply.text)); }
Letter by_lmms(const Reply& reply) { return letter_lmms_scienceqa(reply.text, choices_of(reply.sample)); }

struct ScoringProfile {
  std::string_view name;
  Letter (*read)(const Reply&);
  Scale scale;
  bool only_with_picture;  ///< VLMEvalKit's and InternVL's files hold no other questions
};
constexpr ScoringProfile kScorings[] = {
    {"official", by_authors, Scale::kPercent, false},
    {"vlmevalkit", letter_by_vlmevalkit, Scale::kFraction, true},
    {"lmms-eval", by_lmms, Scale::kFraction, false},
    {"internvl", letter_by_internvl, Scale::kFraction, true},
    {"llava", by_llava, Scale::kPercent, false},
};

/// The groups of the paper's table.
/// Source   lupantech/ScienceQA 2cbf8318 tools/evaluate_acc.py
std::string context_of(const Sample& sample) { return sample.hint.empty() && !has_picture(sample) ? "no_context" : ""; }

std::string grade_of(const Sample& sample) {
  const auto grade = sample.fields.find("grade");
  if (grade == sample.fields.end() || !grade->second.starts_with("grade")) return "";
  const auto number = python::parse_int(grade->second.substr(std::string_view("grade").size()));
  return !number ? "" : *number <= 6 ? "grade_1_6" : "grade_7_12";
}

class ScienceQa final : public CatalogBenchmark {
 public:
  explicit ScienceQa(std::string_view split) : split_(split) {}
  [[nodiscard]] std::string name() const override { return "scienceqa_" + split_; }
  [[nodiscard]] std::string split() const override { return split_; }
  [[nodiscard]] std::string main_metric() const override { return "image.accuracy"; }
  [[nodiscard]] std::unique_ptr<SampleSource> open(const DataPlaces& places) const override;
  [[nodiscard]] std::vector<std::string> prompt_profiles() const override { return with_family_profiles(profile_names<SuffixProfile>(kPrompts), name()); }
  [[nodiscard]] Question ask(const Sample& sample, std::string_view prompt_profile) const override;
  [[nodiscard]] std::vector<std::string> scoring_profiles() const override { return profile_names<ScoringProfile>(kScorings); }
  [[nodiscard]] Score score(const Reply& reply, std::string_view profile) const override { return score_letter(reply, scoring(profile).read(reply)); }
  [[nodiscard]] std::vector<Metric> metrics(std::span<const ScoredReply> replies, std::string_view profile) const override;
  [[nodiscard]] std::vector<MetricBasis> bases(std::span<const ScoredReply> replies, std::string_view profile) const override;

  [[nodiscard]] std::vector<Reply> read_predictions(const std::filesystem::path& path, const SampleSource* data) const override {
    return read_scienceqa_predictions(path, data);
  }

 private:
  [[nodiscard]] static Accuracies gather(std::span<const ScoredReply> replies, const ScoringProfile& rule);
  [[nodiscard]] const ScoringProfile& scoring(std::string_view profile) const {
    return find_profile<ScoringProfile>(kScorings, profile, "scoring profile of " + name());
  }

  std::string split_;
};

std::unique_ptr<SampleSource> ScienceQa::open(const DataPlaces& places) const {
  const std::string tsv = split_ == "val" ? "ScienceQA_VAL.tsv" : "ScienceQA_TEST.tsv";
  const std::string jsonl = fmt::format("scienceqa_{}_img.jsonl", split_);
  const std::string full = fmt::format("ScienceQA-FULL/{}-*.parquet", split_ == "val" ? "validation" : split_), images = python::replace(full, "FULL", "IMG");
  const auto found = find_data(places, {"scienceqa", "ScienceQA", "data/scienceqa", "ScienceQA/data/scienceqa", "LMUData"},
                               {"problems.json", jsonl, split_ == "test" ? "llava_test_CQM-A.json" : "problems.json", tsv},
                               fmt::format("{}: the authors' problems.json with pid_splits.json, Qwen-VL's {}, LLaVA's llava_test_CQM-A.json or VLMEvalKit's {}",
                                           name(), jsonl, tsv),
                               {"ScienceQA", full, images});
  if (found.extension() == ".parquet") return open_hub_scienceqa(found);
  if (found.extension() == ".tsv") return open_vlmevalkit_tsv(found);
  if (found.extension() == ".jsonl") return open_scienceqa_jsonl(found);
  return found.filename() == "problems.json" ? open_scienceqa_problems(found, split_) : open_scienceqa_llava(found);
}

Question ScienceQa::ask(const Sample& sample, std::string_view prompt_profile) const {
  if (auto asked = ask_by_family(name(), sample, prompt_profile)) return std::move(*asked);
  const auto& profile = find_profile<SuffixProfile>(kPrompts, prompt_profile, "prompt profile of " + name());
  if (profile.name == "plain") return suffixed_question(sample, choice_text_plain(sample), profile);
  if (profile.name == "vlmevalkit") return suffixed_question(sample, choice_text_letter(sample, AskIn::kLanguageOfQuestion), profile);
  if (profile.name == "qwen") return suffixed_question(sample, choice_text_qwen(sample, fmt::format("Context: {}\n", sample.hint.empty() ? "N/A" : sample.hint)), profile);
  if (profile.name == "internvl") return suffixed_question(sample, choice_text_letter(sample, AskIn::kEnglish), profile);
  Sample with_context = sample;
  if (!sample.hint.empty()) with_context.hint = "Context: " + sample.hint;
  return suffixed_question(sample, choice_text_letter(with_context, AskIn::kEnglish), profile);
}

Accuracies ScienceQa::gather(std::span<const ScoredReply> replies, const ScoringProfile& rule) {
  Accuracies accuracies;
  for (const auto& scored : replies) {
    const Sample& sample = scored.reply.sample;
    const bool is_pictured = has_picture(sample);
    if (rule.only_with_picture && !is_pictured) continue;
    const std::string picture = is_pictured ? "image" : "";
    if (rule.name != "official") accuracies.add(scored, {picture, snake_case(sample.category)});
    else accuracies.add(scored, {picture, snake_case(sample.category), sample.hint.empty() ? "" : "text", is_pictured && !sample.hint.empty() ? "text_image" : "",
                                 context_of(sample), grade_of(sample)});
  }
  return accuracies;
}

std::vector<Metric> ScienceQa::metrics(std::span<const ScoredReply> replies, std::string_view profile) const {
  const auto& rule = scoring(profile);
  auto metrics = gather(replies, rule).metrics(rule.scale);
  const auto is_main = [&](const Metric& metric) { return metric.name == main_metric(); };
  if (std::ranges::none_of(metrics, is_main)) metrics.push_back(proportion_metric(main_metric(), {}, rule.scale, "questions"));
  return metrics;
}

std::vector<MetricBasis> ScienceQa::bases(std::span<const ScoredReply> replies, std::string_view profile) const {
  const auto& rule = scoring(profile);
  const auto accuracies = gather(replies, rule);
  std::vector<MetricBasis> bases = {accuracies.basis(rule.scale, "image")};
  if (!rule.only_with_picture) bases.push_back(accuracies.basis(rule.scale));
  return bases;
}

}  // namespace

std::unique_ptr<Benchmark> make_scienceqa(std::string_view split) { return std::make_unique<ScienceQa>(split); }

}  // namespace assay
