#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <utility>

#include "benchmarks/basis.h"
#include "benchmarks/families.h"
#include "benchmarks/family_prompts.h"
#include "benchmarks/find_data.h"
#include "benchmarks/judge.h"
#include "benchmarks/mmvet_prompts.h"
#include "benchmarks/prediction_file.h"
#include "benchmarks/profile.h"
#include "benchmarks/prompt.h"
#include "benchmarks/score_state.h"
#include "benchmarks/summary.h"
#include "datasets/hub_sets.h"
#include "datasets/json_rows.h"
#include "datasets/judged_json.h"
#include "datasets/vlmevalkit_tsv.h"
#include "harness/base/error.h"
#include "metrics/judge_reading.h"
#include "metrics/mean.h"
#include "metrics/python_text.h"

namespace assay {
namespace {

constexpr SuffixProfile kPrompts[] = {
    {"vlmevalkit", "", 4096, 6}, {"internvl", " ", 1000, 6}, {"lmms-eval", "", 1024, 0}, {"llava", "", 1024, 0}, {"plain", "", 1024, 0},
};
constexpr std::string_view kStepByStep = "First please perform reasoning, and think step by step to provide best answer to the following question: \n\n";

struct ScoringProfile {
  std::string_view name;
  std::optional<double> (*read)(std::string_view);
  std::string_view grading;  ///< what the judge reads first
  int max_tokens;
  std::string_view retry_text;  ///< behind the question when its answer was no grade
  std::array<double, 4> retry_temperatures;
};
/// Five answers are looked at; after them the authors and VLMEvalKit count 0, and here the sample is judge-failed.
/// Source   yuweihao/MM-Vet acde843e mm-vet_evaluator.ipynb; open-compass/VLMEvalKit e8e78f05 vlmeval/dataset/utils/mmvet.py
constexpr std::string_view kPredict = "\nPredict the correctness of the answer (digit): ";
constexpr std::array kAuthorsTemperatures = {0.0, 0.5, 1.0, 1.5}, kKitTemperatures = {0.5, 1.0, 1.5, 2.0};
constexpr ScoringProfile kScorings[] = {
    {"official", read_grade, kMmVetGrading, 3, kPredict, kAuthorsTemperatures},
    {"vlmevalkit", read_whole_grade, kMmVetGradingVlmEvalKit, 3, "", kKitTemperatures},
    {"lmms-eval", read_grade, kMmVetGrading, 128, kPredict, kAuthorsTemperatures},
    {"internvl", read_grade, kMmVetGrading, 3, kPredict, kAuthorsTemperatures},
};

/// Sorted, as they make up a question's name among the others with the same: "math_ocr".
std::vector<std::string> capabilities_of(const Sample& sample) {
  const auto field = sample.fields.find("capability");
  const std::string text = python::replace(field == sample.fields.end() ? sample.category : field->second, " ", "");
  std::vector<std::string> capabilities;
  for (const auto capability : python::split(text, ",")) {
    if (!capability.empty()) capabilities.emplace_back(capability);
  }
  std::ranges::sort(capabilities);
  return capabilities;
}

/// The grades of each of the judge's runs; nothing when one of them cannot be read.
std::vector<double> grades_of(const Reply& reply, const ScoringProfile& rule) {
  std::vector<double> grades;
  for (const auto& judged : reply.judge_replies) {
    const auto grade = rule.read(judged);
    if (!grade) return {};
    grades.push_back(*grade);
  }
  return grades;
}

/// What one number is made of: the grades of its questions, and the sum of them in each run.
struct Part {
  std::vector<double> sums;
  std::vector<Unit> units;
  std::vector<double> sum_of_grades;  ///< of each question

  void add(const Sample& sample, const std::vector<double>& grades) {
    sums.resize(std::max(sums.size(), grades.size()), 0);
    for (std::size_t run = 0; run < grades.size(); ++run) sums[run] += grades[run];
    units.push_back({cluster_of(sample), running_mean(grades), sample.id});
    sum_of_grades.push_back(std::accumulate(grades.begin(), grades.end(), 0.0));
  }
  /// Of each run, in percent.
  [[nodiscard]] std::vector<double> by_run() const {
    std::vector<double> means;
    for (const double sum : sums) means.push_back(sum / static_cast<double>(units.size()) * 100);
    return means;
  }
  /// The mean of the runs' means: a run that graded less than the others counts a question without grade as 0.
  [[nodiscard]] MetricBasis basis(std::string name) const {
    auto graded = units;
    for (std::size_t i = 0; i < graded.size(); ++i) graded[i].value = sum_of_grades[i] / static_cast<double>(sums.size());
    return mean_basis(std::move(name), 100, graded);
  }
};

/// A failed reply counts as graded 0.
std::vector<double> counted_grades_of(const Reply& reply, const ScoringProfile& rule) {
  return reply.state == SampleState::kError ? std::vector<double>{0.0} : grades_of(reply, rule);
}

Part total_of(std::span<const ScoredReply> replies, const ScoringProfile& rule) {
  Part total;
  for (const auto& scored : replies) {
    if (const auto grades = counted_grades_of(scored.reply, rule); !grades.empty()) total.add(scored.reply.sample, grades);
  }
  return total;
}

constexpr Interval kNone = {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::quiet_NaN()};

double deviation(std::span<const double> values) {
  const double mean = numpy_mean(values);
  std::vector<double> squares;
  for (const double value : values) squares.push_back((value - mean) * (value - mean));
  return std::sqrt(numpy_mean(squares));
}

void add_part(std::vector<Metric>& metrics, const std::string& name, const Part& part) {
  const auto by_run = part.by_run();
  metrics.push_back(graded_metric(name, numpy_mean(by_run), part.units, 100, "questions"));
  if (by_run.size() < 2) return;
  for (std::size_t run = 0; run < by_run.size(); ++run) {
    auto metric = metrics.back();
    metric.name = fmt::format("{}.run_{}", name, run + 1);
    metric.value = by_run[run];
    metric.interval = kNone;
    metrics.insert(metrics.end() - 1, std::move(metric));
  }
  std::rotate(metrics.end() - static_cast<std::ptrdiff_t>(by_run.size()) - 1, metrics.end() - 1, metrics.end());
}

class MmVet final : public CatalogBenchmark {
 public:
  [[nodiscard]] std::string name() const override { return "mmvet"; }
  [[nodiscard]] std::string split() const override { return "test"; }
  [[nodiscard]] std::string main_metric() const override { return "total"; }

  [[nodiscard]] std::unique_ptr<SampleSource> open(const DataPlaces& places) const override {
    const auto found = find_data(places, {"mm-vet", "mmvet", "MM-Vet", "LMUData"}, {"mm-vet.json", "MMVet.tsv"}, "mmvet: the official mm-vet.json or VLMEvalKit's MMVet.tsv",
                                 {"MMVet", "data/test-*.parquet"});
    if (found.extension() == ".parquet") return open_hub_mmvet(found);
    return found.extension() == ".tsv" ? open_vlmevalkit_tsv(found) : open_mmvet_json(found);
  }

  [[nodiscard]] std::vector<std::string> prompt_profiles() const override { return with_family_profiles(profile_names<SuffixProfile>(kPrompts), name()); }
  [[nodiscard]] Question ask(const Sample& sample, std::string_view prompt_profile) const override {
    if (auto asked = ask_by_family(name(), sample, prompt_profile)) return std::move(*asked);
    const auto& profile = find_profile<SuffixProfile>(kPrompts, prompt_profile, "prompt profile of mmvet");
    const std::string_view before = profile.name == "lmms-eval" ? kStepByStep : "";
    return suffixed_question(sample, std::string(before) + sample.question, profile);
  }

  [[nodiscard]] std::vector<std::string> scoring_profiles() const override { return profile_names<ScoringProfile>(kScorings); }

  [[nodiscard]] std::vector<JudgeQuestion> judge_questions(const Reply& reply, std::string_view profile) const override {
    const auto& rule = scoring(profile);
    const Sample& sample = reply.sample;
    const std::string truth = sample.references.empty() ? "" : sample.references.front();
    const std::string text = fmt::format("{}\n{} | {} | {} | ", rule.grading.substr(0, rule.grading.size() - (rule.name == "vlmevalkit" ? 1 : 0)), sample.question,
                                         python::replace(python::replace(truth, "<AND>", " <AND> "), "<OR>", " <OR> "), reply.text);
    JudgeQuestion question{sample.id, {{"user", text}}, rule.max_tokens, 0};
    question.is_readable = [read = rule.read](const std::string& answer) { return read(answer).has_value(); };
    for (const double temperature : rule.retry_temperatures) question.retries.push_back({std::string(rule.retry_text), temperature});
    return {std::move(question)};
  }

  [[nodiscard]] Score score(const Reply& reply, std::string_view profile) const override {
    const auto grades = grades_of(reply, scoring(profile));
    if (grades.empty()) return judge_failed(reply);
    auto score = make_score(reply, fmt::format("{}", fmt::join(reply.judge_replies, ", ")), running_mean(grades));
    if (score.state == SampleState::kEmpty && reply.is_verbatim) score.state = SampleState::kScored;  // a grade file has no replies
    return score;
  }

  [[nodiscard]] std::vector<Metric> metrics(std::span<const ScoredReply> replies, std::string_view profile) const override {
    const auto& rule = scoring(profile);
    const Part total = total_of(replies, rule);
    std::map<std::string, Part> parts;
    for (const auto& scored : replies) {
      const auto grades = counted_grades_of(scored.reply, rule);
      if (grades.empty()) continue;
      const Sample& sample = scored.reply.sample;
      const auto capabilities = capabilities_of(sample);
      for (const auto& capability : capabilities) parts[capability].add(sample, grades);
      if (!capabilities.empty()) parts[fmt::format("integration.{}", fmt::join(capabilities, "_"))].add(sample, grades);
    }
    std::vector<Metric> metrics;
    add_part(metrics, "total", total);
    if (const auto by_run = total.by_run(); by_run.size() > 1) {
      metrics.push_back({"total.std", deviation(by_run), static_cast<std::int64_t>(by_run.size()), kNone, "runs of the judge"});
    }
    for (const auto& [name, part] : parts) add_part(metrics, name, part);
    return metrics;
  }

  [[nodiscard]] std::vector<MetricBasis> bases(std::span<const ScoredReply> replies, std::string_view profile) const override {
    return {total_of(replies, scoring(profile)).basis("total")};
  }

  /// The authors' grade files, {"v1_0": {"model": [...], "content": ["0.5", ...], "score": [...]}}, which need the data for what a question is about;
  /// their result files, {"v1_0": "reply"}; or the common ones.
  [[nodiscard]] std::vector<Reply> read_predictions(const std::filesystem::path& path, const SampleSource* data) const override {
    if (path.extension() != ".json") return match_predictions(read_prediction_file(path), data, path);
    const JsonRows rows(path);
    const auto first = rows.get(0, false);
    const bool has_grades = json::find(first, "content") != nullptr;
    if (!has_grades && !first.IsString()) return match_predictions(read_prediction_file(path), data, path);
    if (data == nullptr) throw DataError(fmt::format("{}: the file says nothing of the questions; give mm-vet.json with --data-dir", path.string()));
    std::vector<Prediction> predictions;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      Prediction prediction;
      prediction.sample.id = rows.key(i);
      prediction.where = rows.where(i);
      prediction.is_verbatim = true;
      if (!has_grades) prediction.reply = std::string(json::text_of(rows.get(i, false)));
      predictions.push_back(std::move(prediction));
    }
    auto replies = match_predictions(std::move(predictions), data, path);
    if (has_grades) add_recorded_replies(read_recorded_replies(path), replies);
    return replies;
  }

 private:
  [[nodiscard]] static const ScoringProfile& scoring(std::string_view profile) {
    return find_profile<ScoringProfile>(kScorings, profile, "scoring profile of mmvet");
  }
};

}  // namespace

std::unique_ptr<Benchmark> make_mmvet() { return std::make_unique<MmVet>(); }

}  // namespace assay
