#include "benchmarks/short_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "benchmarks/basis.h"
#include "benchmarks/family_prompts.h"
#include "benchmarks/prediction_file.h"
#include "benchmarks/profile.h"
#include "benchmarks/prompt.h"
#include "benchmarks/score_state.h"
#include "benchmarks/summary.h"
#include "datasets/hub_parquet.h"
#include "datasets/question_json.h"
#include "datasets/vlmevalkit_tsv.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "metrics/mean.h"
#include "metrics/python_text.h"
#include "metrics/vqa_answer.h"

namespace assay {
namespace {

std::string ocr_line(const Sample& sample) {
  const auto tokens = sample.fields.find("ocr_tokens");
  return tokens == sample.fields.end() ? "" : "\nReference OCR token: " + tokens->second;
}

/// The annotation file beside the questions; empty where there is none.
std::filesystem::path annotations_beside(const std::filesystem::path& questions, std::span<const std::string_view> names) {
  for (const auto name : names) {
    auto path = questions.parent_path() / name;
    if (std::filesystem::exists(path)) return path;
  }
  return {};
}

class ShortAnswer final : public CatalogBenchmark {
 public:
  explicit ShortAnswer(const ShortAnswerSet& set) : set_(set) {}
  [[nodiscard]] std::string name() const override { return std::string(set_.name); }
  [[nodiscard]] std::string split() const override { return std::string(set_.split); }
  [[nodiscard]] std::string main_metric() const override { return "accuracy"; }

  [[nodiscard]] std::unique_ptr<SampleSource> open(const DataPlaces& places) const override {
    const auto what = fmt::format("{}: {}", set_.name, set_.what);
    const auto found = set_.hub.name.empty() ? find_data(places, set_.folders, set_.questions, what)
                                             : find_data(places, set_.folders, set_.questions, what, set_.hub);
    auto source = found.extension() == ".tsv"       ? open_vlmevalkit_tsv(found)
                  : found.extension() == ".parquet" ? set_.open_hub != nullptr ? set_.open_hub(found) : open_hub_parquet(found, {.id = "question_id", .answers = "answers"})
                                                    : open_question_json({found, annotations_beside(found, set_.annotations), set_.image_folders});
    if (const auto first = source->get(0); !first.references.empty() && first.references.size() < set_.fewest_references) {
      throw DataError(fmt::format("{}: {} answer(s) to a question, and the rules of {} compare a reply with ten; put the annotation file ({}) beside it",
                                  found.string(), first.references.size(), set_.name, fmt::join(set_.annotations, " or ")));
    }
    return source;
  }

  [[nodiscard]] std::vector<std::string> prompt_profiles() const override { return with_family_profiles(profile_names<ShortAnswerPrompt>(set_.prompts), name()); }
  [[nodiscard]] Question ask(const Sample& sample, std::string_view prompt_profile) const override {
    if (auto asked = ask_by_family(name(), sample, prompt_profile)) return std::move(*asked);
    const auto& profile = find_profile<ShortAnswerPrompt>(set_.prompts, prompt_profile, "prompt profile of " + name());
    std::string text = profile.capitalizes ? python::capitalize(sample.question) : sample.question;
    if (profile.names_ocr_tokens) text += ocr_line(sample);
    return suffixed_question(sample, std::move(text), {profile.name, profile.suffix, profile.max_new_tokens, profile.max_tiles});
  }

  [[nodiscard]] std::vector<std::string> scoring_profiles() const override { return profile_names<ShortAnswerScoring>(set_.scorings); }
  [[nodiscard]] Score score(const Reply& reply, std::string_view profile) const override {
    const auto& rule = scoring(profile);
    const std::string text = rule.reads_back ? as_vlmevalkit_reads(reply) : reply.text;
    const auto& references = reply.sample.references;
    return make_score(reply, rule.answer(text, references),
                      references.empty() ? std::numeric_limits<double>::quiet_NaN() : rule.value(text, references));
  }

  [[nodiscard]] std::vector<Metric> metrics(std::span<const ScoredReply> replies, std::string_view profile) const override {
    const auto& rule = scoring(profile);
    const auto all = labelled_units(replies);
    std::map<std::string, std::vector<Unit>> groups;
    for (const auto& scored : replies) {
      const Sample& sample = scored.reply.sample;
      if (sample.references.empty()) continue;
      for (const auto field : set_.breakdowns) {
        const auto found = sample.fields.find(std::string(field));
        if (found != sample.fields.end()) groups[fmt::format("{}.{}.accuracy", field, snake_case(found->second))].push_back(unit_of(scored));
      }
    }
    std::vector<Metric> metrics = {metric_of("accuracy", all, rule, rule.overall, rule.scale)};
    if (rule.prints_rounded) metrics.push_back(metric_of("accuracy_unrounded", all, rule, overall_fraction, 1));
    for (const auto& [name, units] : groups) metrics.push_back(metric_of(name, units, rule, rule.overall, rule.scale));
    return metrics;
  }

  /// Before a profile rounds it.
  [[nodiscard]] std::vector<MetricBasis> bases(std::span<const ScoredReply> replies, std::string_view profile) const override {
    return {mean_basis("accuracy", scoring(profile).scale, labelled_units(replies))};
  }

  [[nodiscard]] std::vector<Reply> read_predictions(const std::filesystem::path& path, const SampleSource* data) const override {
    auto replies = match_predictions(read_prediction_file(path), data, path);
    for (const auto& reply : replies) {
      const auto count = reply.sample.references.size();
      if (count == 0 || count >= set_.fewest_references) continue;
      throw DataError(fmt::format("{}: the row \"{}\" brings {} answer, and the rules of {} compare a reply with ten; give the data set itself with --data-dir",
                                  path.string(), reply.sample.id, count, set_.name));
    }
    return replies;
  }

  /// Answers by EvalAI's processor, as LLaVA hands them in: [{"question_id": 1, "answer": "..."}] or, for VizWiz, [{"image": "...", ...}].
  [[nodiscard]] std::optional<Submission> submission(std::span<const Reply> replies) const override {
    if (set_.submission == SubmissionForm::kNone) return std::nullopt;
    json::Document document;
    document.SetArray();
    auto& allocator = document.GetAllocator();
    for (const auto& reply : replies) {
      json::Value row(rapidjson::kObjectType);
      if (set_.submission == SubmissionForm::kImages) {
        const auto image = reply.sample.fields.find("image");
        const auto& stated = image == reply.sample.fields.end() ? reply.sample.id : image->second;
        row.AddMember("image", json::string_value(std::filesystem::path(stated).filename().string(), allocator), allocator);
      } else {
        const auto id = python::parse_int(reply.sample.id);
        row.AddMember("question_id", id ? json::Value(*id) : json::string_value(reply.sample.id, allocator), allocator);
      }
      row.AddMember("answer", json::string_value(vqa_answer_evalai(reply.text), allocator), allocator);
      document.PushBack(row, allocator);
    }
    return Submission{name() + ".json", json::dump(document) + "\n"};
  }

 private:
  [[nodiscard]] const ShortAnswerScoring& scoring(std::string_view profile) const {
    return find_profile<ShortAnswerScoring>(set_.scorings, profile, "scoring profile of " + name());
  }

  [[nodiscard]] Metric metric_of(std::string name, std::span<const Unit> units, const ShortAnswerScoring&, double (*overall)(std::span<const double>),
                                 double scale) const {
    std::vector<double> values;
    for (const auto& unit : units) values.push_back(unit.value);
    const double value = overall(values);
    if (set_.is_graded) return graded_metric(std::move(name), value, units, scale, "questions");
    auto metric = proportion_metric(std::move(name), units, scale == 100 ? Scale::kPercent : Scale::kFraction, "questions");
    metric.value = value;
    return metric;
  }

  const ShortAnswerSet& set_;
};

}  // namespace

std::unique_ptr<Benchmark> make_short_answer(const ShortAnswerSet& set) { return std::make_unique<ShortAnswer>(set); }

const ShortAnswerSet& find_set(std::span<const ShortAnswerSet> sets, std::string_view name) {
  const auto found = std::ranges::find(sets, name, &ShortAnswerSet::name);
  if (found == sets.end()) throw InternalError(fmt::format("no table row for \"{}\"", name));
  return *found;
}

double overall_fraction(std::span<const double> values) { return running_mean(values); }
double overall_percent(std::span<const double> values) { return running_mean(values) * 100; }
double overall_numpy_percent(std::span<const double> values) { return numpy_mean(values) * 100; }

double overall_rounded_percent(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return values.empty() ? std::numeric_limits<double>::quiet_NaN() : python::round(100 * sum / static_cast<double>(values.size()), 2);
}

}  // namespace assay
