#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "benchmarks/basis.h"
#include "benchmarks/families.h"
#include "benchmarks/family_prompts.h"
#include "benchmarks/find_data.h"
#include "benchmarks/prediction_file.h"
#include "benchmarks/profile.h"
#include "benchmarks/prompt.h"
#include "benchmarks/score_state.h"
#include "benchmarks/summary.h"
#include "datasets/hub_parquet.h"
#include "datasets/question_json.h"
#include "datasets/vlmevalkit_tsv.h"
#include "metrics/ocrbench_match.h"
#include "metrics/python_text.h"

namespace assay {
namespace {

constexpr SuffixProfile kPrompts[] = {
    {"vlmevalkit", "\nAnswer the question using a single word or phrase.", 4096, 24},
    {"lmms-eval", "", 128, 0},
    {"plain", "", 1024, 0},
};

constexpr std::string_view kFormulaType = "Handwritten Mathematical Expression Recognition";
constexpr std::string_view kFormulaDataset = "HME100k";
constexpr std::array<std::string_view, 6> kRecognitionTypes = {"Regular Text Recognition",   "Irregular Text Recognition", "Artistic Text Recognition",
                                                               "Handwriting Recognition",    "Digit String Recognition",   "Non-Semantic Text Recognition"};

/// Where the toolkits differ: by what they know a formula, what they do to other texts, and what they print beside the counts.
struct ScoringProfile {
  std::string_view name;
  bool knows_formulas_by_type;  ///< else by the name of the data set they come from
  OcrText other_texts;
  bool reads_back;              ///< through VLMEvalKit's spreadsheet
  std::string_view share_name;  ///< a further metric; none where empty
  double share_of;
};
constexpr ScoringProfile kScorings[] = {
    {"official", false, OcrText::kPlain, false, "", 1},
    {"vlmevalkit", true, OcrText::kPlain, true, "final_score_norm", 10},
    {"lmms-eval", false, OcrText::kFolded, false, "ocrbench_accuracy", 1000},
    {"internvl", true, OcrText::kPlain, true, "final_score_norm", 10},  // InternVL's numbers are VLMEvalKit's
};

std::string field_of(const Sample& sample, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const auto found = sample.fields.find(name);
    if (found != sample.fields.end()) return found->second;
  }
  return "";
}
std::string type_of(const Sample& sample) { return sample.category.empty() ? field_of(sample, {"type", "question_type"}) : sample.category; }

bool is_formula(const Sample& sample, bool by_type) {
  const auto dataset = field_of(sample, {"dataset_name", "dataset"});
  return by_type || dataset.empty() ? type_of(sample) == kFormulaType : dataset == kFormulaDataset;
}

/// A count with its interval, on the scale of the count.
Metric count_metric(std::string name, std::span<const Unit> units) {
  auto metric = proportion_metric(std::move(name), units, Scale::kFraction, "questions");
  const auto n = static_cast<double>(units.size());
  double sum = 0;
  for (const auto& unit : units) sum += unit.value;
  metric.value = sum;
  metric.interval = {metric.interval.low * n, metric.interval.high * n};
  return metric;
}

class OcrBench final : public CatalogBenchmark {
 public:
  [[nodiscard]] std::string name() const override { return "ocrbench"; }
  [[nodiscard]] std::string split() const override { return "test"; }
  [[nodiscard]] std::string main_metric() const override { return "final_score"; }

  [[nodiscard]] std::unique_ptr<SampleSource> open(const DataPlaces& places) const override {
    const auto found = find_data(places, {"ocrbench", "OCRBench", "OCRBench/OCRBench", "LMUData"}, {"OCRBench.json", "OCRBench.tsv"},
                                 "ocrbench: the official OCRBench.json or VLMEvalKit's OCRBench.tsv",
                                 {"OCRBench", "data/test-*.parquet"});
    if (found.extension() == ".parquet") return open_hub_parquet(found, {.category = "question_type"});
    return found.extension() == ".tsv" ? open_vlmevalkit_tsv(found) : open_question_json({found, {}, {"OCRBench_Images", "images"}});
  }

  [[nodiscard]] std::vector<std::string> prompt_profiles() const override { return with_family_profiles(profile_names<SuffixProfile>(kPrompts), name()); }
  [[nodiscard]] Question ask(const Sample& sample, std::string_view prompt_profile) const override {
    if (auto asked = ask_by_family(name(), sample, prompt_profile)) return std::move(*asked);
    const auto& profile = find_profile<SuffixProfile>(kPrompts, prompt_profile, "prompt profile of ocrbench");
    return suffixed_question(sample, profile.name == "lmms-eval" ? std::string(python::strip(sample.question)) : sample.question, profile);
  }

  [[nodiscard]] std::vector<std::string> scoring_profiles() const override { return profile_names<ScoringProfile>(kScorings); }
  [[nodiscard]] Score score(const Reply& reply, std::string_view profile) const override {
    const auto& rule = scoring(profile);
    const auto kind = is_formula(reply.sample, rule.knows_formulas_by_type) ? OcrText::kFormula : rule.other_texts;
    const std::string text = rule.reads_back ? as_vlmevalkit_reads(reply) : reply.text;
    return make_score(reply, ocr_text(text, kind), value_if_labelled(reply.sample, contains_answer(text, reply.sample.references, kind)));
  }

  [[nodiscard]] std::vector<Metric> metrics(std::span<const ScoredReply> replies, std::string_view profile) const override {
    const auto& rule = scoring(profile);
    const auto all = labelled_units(replies);
    std::vector<Unit> recognition;
    std::map<std::string, std::vector<Unit>> types;
    for (const auto& scored : replies) {
      const Sample& sample = scored.reply.sample;
      if (sample.references.empty()) continue;
      const auto type = type_of(sample);
      types[snake_case(type)].push_back(unit_of(scored));
      if (std::ranges::find(kRecognitionTypes, type) != kRecognitionTypes.end()) recognition.push_back(unit_of(scored));
    }
    std::vector<Metric> metrics = {count_metric("final_score", all)};
    if (!rule.share_name.empty()) {
      metrics.push_back(metrics.front());
      Metric& share = metrics.back();
      share.name = rule.share_name;
      share.value /= rule.share_of;
      share.interval = {share.interval.low / rule.share_of, share.interval.high / rule.share_of};
    }
    metrics.push_back(count_metric("text_recognition", recognition));
    for (const auto& [type, units] : types) metrics.push_back(count_metric(type, units));
    return metrics;
  }

  /// The score is a count: the mean on the scale of how many questions there are.
  [[nodiscard]] std::vector<MetricBasis> bases(std::span<const ScoredReply> replies, std::string_view profile) const override {
    (void)scoring(profile);
    const auto units = labelled_units(replies);
    return {mean_basis("final_score", static_cast<double>(units.size()), units)};
  }

  /// The official result file is the question file with `predict` in each row: rows are known by their places, as their `id` is not one of a
  /// kind. A row may state its place as `i`.
  [[nodiscard]] std::vector<Reply> read_predictions(const std::filesystem::path& path, const SampleSource* data) const override {
    auto predictions = read_prediction_file(path);
    for (std::size_t place = 0; place < predictions.size(); ++place) {
      Sample& sample = predictions[place].sample;
      if (const auto stated = sample.fields.find("i"); stated != sample.fields.end()) sample.id = stated->second;
      else if (sample.fields.contains("image_path")) sample.id = std::to_string(place);
    }
    return match_predictions(std::move(predictions), data, path);
  }

 private:
  [[nodiscard]] static const ScoringProfile& scoring(std::string_view profile) {
    return find_profile<ScoringProfile>(kScorings, profile, "scoring profile of ocrbench");
  }
};

}  // namespace

std::unique_ptr<Benchmark> make_ocrbench() { return std::make_unique<OcrBench>(); }

}  // namespace assay
