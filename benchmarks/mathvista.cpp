#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "benchmarks/basis.h"
#include "benchmarks/families.h"
#include "benchmarks/family_prompts.h"
#include "benchmarks/find_data.h"
#include "benchmarks/judge.h"
#include "benchmarks/mathvista_prompts.h"
#include "benchmarks/prediction_file.h"
#include "benchmarks/profile.h"
#include "benchmarks/prompt.h"
#include "benchmarks/score_state.h"
#include "benchmarks/summary.h"
#include "datasets/hub_sets.h"
#include "datasets/json_rows.h"
#include "datasets/json_sample.h"
#include "datasets/mathvista_json.h"
#include "datasets/python_literal.h"
#include "datasets/vlmevalkit_tsv.h"
#include "harness/base/error.h"
#include "metrics/mathvista_answer.h"
#include "metrics/option_letter.h"
#include "metrics/python_text.h"

namespace assay {
namespace {

constexpr SuffixProfile kPrompts[] = {
    {"vlmevalkit", "", 4096, 6}, {"internvl", "", 4096, 6}, {"lmms-eval", "", 16384, 0}, {"plain", "", 4096, 0},
};

enum class Rule { kOfficial, kVlmEvalKit, kLmmsEval };

/// InternVL scores with the official script. `official-2023` is how the score files that came with the paper were made.
struct ScoringProfile {
  std::string_view name;
  Rule rule;
  WholeNumbers whole_numbers;
  bool reads_back;  ///< through VLMEvalKit's spreadsheet
};
constexpr ScoringProfile kScorings[] = {
    {"official", Rule::kOfficial, WholeNumbers::kThroughFloat, false},  {"official-2023", Rule::kOfficial, WholeNumbers::kStrict, false},
    {"vlmevalkit", Rule::kVlmEvalKit, WholeNumbers::kStrict, true},     {"lmms-eval", Rule::kLmmsEval, WholeNumbers::kThroughFloat, false},
    {"internvl", Rule::kOfficial, WholeNumbers::kThroughFloat, false},
};

constexpr const char* kBreakdowns[] = {"question_type", "answer_type", "language", "source", "category", "task", "context", "grade"};

std::string field_of(const Sample& sample, const std::string& name) {
  const auto found = sample.fields.find(name);
  return found == sample.fields.end() ? "" : found->second;
}

/// A sample with its options as texts, as the rules want them.
struct Problem {
  explicit Problem(const Sample& sample) {
    for (const auto& option : sample.options) {
      choices.push_back(option.text);
      letters.push_back({option.letter, option.text});
    }
    question = {field_of(sample, "question_type") == "multi_choice", field_of(sample, "answer_type"), field_of(sample, "precision"), choices};
  }
  Problem(const Problem&) = delete;
  Problem& operator=(const Problem&) = delete;

  std::vector<std::string> choices;
  std::vector<Choice> letters;
  MathVistaQuestion question;
};

/// What was read out of the reply before: recorded in the authors' output file, plain in the reply itself, or a judge's word.
std::optional<std::string> official_extraction(const Reply& reply, const Problem& problem) {
  if (const auto recorded = reply.sample.fields.find("extraction"); recorded != reply.sample.fields.end()) return recorded->second;
  if (auto plain = extract_plainly(reply.text, problem.question)) return plain;
  return reply.judge_replies.empty() ? std::nullopt : std::optional(reply.judge_replies.front());
}

/// VLMEvalKit compares letters, and whole numbers and numbers by value; all else never equals.
bool is_right_vlmevalkit(std::string_view text, const Sample& sample, const Problem& problem) {
  const auto& answer = sample.references.front();
  if (problem.question.is_multi_choice) {
    const auto letter = letter_vlmevalkit(text, problem.letters);
    const auto stated = sample.fields.find("answer_option");
    if (!letter) return false;
    if (stated != sample.fields.end()) return *letter == stated->second;
    const auto right = std::ranges::find(problem.letters, *letter, &Choice::letter);
    return right != problem.letters.end() && right->text == answer;
  }
  if (problem.question.answer_type == "integer") {
    const auto number = python::parse_int(text), expected = python::parse_int(answer);
    return number && expected && *number == *expected;
  }
  if (problem.question.answer_type == "float") {
    const auto number = python::parse_float(text), expected = python::parse_float(answer);
    return number && expected && *number == *expected;
  }
  return false;
}

/// Whether VLMEvalKit takes the reply itself for an answer: a letter that it can infer, or a number that is right and not zero.
bool is_prefetched(std::string_view text, const Sample& sample, const Problem& problem) {
  if (problem.question.is_multi_choice) return letter_vlmevalkit(text, problem.letters).has_value();
  const bool is_zero = python::parse_float(text).value_or(1) == 0;
  return !is_zero && !sample.references.empty() && is_right_vlmevalkit(text, sample, problem);
}

class MathVista final : public CatalogBenchmark {
 public:
  explicit MathVista(bool is_test) : is_test_(is_test) {}
  [[nodiscard]] std::string name() const override { return is_test_ ? "mathvista_test" : "mathvista_testmini"; }
  [[nodiscard]] std::string split() const override { return is_test_ ? "test" : "testmini"; }
  [[nodiscard]] std::string main_metric() const override { return "accuracy"; }

  [[nodiscard]] std::unique_ptr<SampleSource> open(const DataPlaces& places) const override {
    const auto found = is_test_ ? find_data(places, {"mathvista", "MathVista", "MathVista/data"}, {"test.json"}, "mathvista_test: the authors' test.json",
                                            {"MathVista", "data/test-*.parquet"})
                                : find_data(places, {"mathvista", "MathVista", "MathVista/data", "LMUData"}, {"testmini.json", "MathVista_MINI.tsv"},
                                            "mathvista_testmini: the authors' testmini.json or VLMEvalKit's MathVista_MINI.tsv", {"MathVista", "data/testmini-*.parquet"});
    if (found.extension() == ".parquet") return open_hub_mathvista(found);
    return found.extension() == ".tsv" ? open_vlmevalkit_tsv(found) : open_mathvista_json(found);
  }

  [[nodiscard]] std::vector<std::string> prompt_profiles() const override { return with_family_profiles(profile_names<SuffixProfile>(kPrompts), name()); }
  [[nodiscard]] Question ask(const Sample& sample, std::string_view prompt_profile) const override {
    if (auto asked = ask_by_family(name(), sample, prompt_profile)) return std::move(*asked);
    const auto& profile = find_profile<SuffixProfile>(kPrompts, prompt_profile, "prompt profile of " + name());
    return suffixed_question(sample, profile.name == "lmms-eval" ? mathvista_lmms_text(sample) : sample.question, profile);
  }

  [[nodiscard]] std::vector<std::string> scoring_profiles() const override { return profile_names<ScoringProfile>(kScorings); }

  [[nodiscard]] std::vector<JudgeQuestion> judge_questions(const Reply& reply, std::string_view profile) const override {
    const Problem problem(reply.sample);
    if (scoring(profile).rule == Rule::kVlmEvalKit) {
      if (reply.sample.fields.contains("extraction") || is_prefetched(as_vlmevalkit_reads(reply), reply.sample, problem)) return {};
      return {{reply.sample.id, {{"user", mathvista_judge_text_vlmevalkit(reply.sample.question, reply.text)}}, 128, 0}};
    }
    if (official_extraction(reply, problem)) return {};
    return {{reply.sample.id, {{"user", mathvista_judge_text(reply.sample.question, reply.text)}}, 256, 0}};
  }

  [[nodiscard]] Score score(const Reply& reply, std::string_view profile) const override {
    const auto& rule = scoring(profile);
    const Sample& sample = reply.sample;
    const Problem problem(sample);
    if (rule.rule == Rule::kVlmEvalKit) return score_vlmevalkit(reply, problem);
    const auto extraction = official_extraction(reply, problem);
    if (!extraction) return judge_failed(reply);
    const auto answer = normalize_extraction(*extraction, problem.question, rule.whole_numbers);
    bool is_right = false;
    if (!sample.references.empty()) {
      const auto& reference = sample.references.front();
      is_right = rule.rule == Rule::kLmmsEval ? python::strip(answer.value_or("None")) == python::strip(reference) : answer == reference;
    }
    return make_score(reply, answer, value_if_labelled(sample, is_right));
  }

  [[nodiscard]] std::vector<Metric> metrics(std::span<const ScoredReply> replies, std::string_view profile) const override {
    (void)scoring(profile);
    std::map<std::string, std::vector<Unit>> groups;
    for (const auto& scored : replies) {
      const Sample& sample = scored.reply.sample;
      if (!counts(scored)) continue;
      const Unit unit = unit_of(scored);
      for (const auto* field : kBreakdowns) {
        if (const auto value = field_of(sample, field); !value.empty()) groups[fmt::format("{}.{}", field, snake_case(value))].push_back(unit);
      }
      for (const auto& skill : skills_of(sample)) groups["skills." + snake_case(skill)].push_back(unit);
    }
    std::vector<Metric> metrics = {percent("accuracy", all_units(replies))};
    for (const auto& [group, units] : groups) metrics.push_back(percent(group + ".accuracy", units));
    return metrics;
  }

  /// Before it is rounded.
  [[nodiscard]] std::vector<MetricBasis> bases(std::span<const ScoredReply> replies, std::string_view profile) const override {
    (void)scoring(profile);
    return {mean_basis("accuracy", 100, all_units(replies))};
  }

  /// The authors' output files: problems by pid, each with its `response` and, where it has been extracted, `extraction`.
  [[nodiscard]] std::vector<Reply> read_predictions(const std::filesystem::path& path, const SampleSource* data) const override {
    if (path.extension() == ".json") {
      const JsonRows rows(path);
      const auto first = rows.get(0, false);
      if (json::find(first, "question_type") != nullptr && json::find(first, "response") != nullptr) return replies_of(rows);
    }
    return match_predictions(read_prediction_file(path), data, path);
  }

 private:
  [[nodiscard]] const ScoringProfile& scoring(std::string_view profile) const {
    return find_profile<ScoringProfile>(kScorings, profile, "scoring profile of " + name());
  }

  static Score score_vlmevalkit(const Reply& reply, const Problem& problem) {
    const std::string text = as_vlmevalkit_reads(reply);
    std::optional<std::string> read;
    if (const auto recorded = reply.sample.fields.find("extraction"); recorded != reply.sample.fields.end()) read = recorded->second;
    else if (is_prefetched(text, reply.sample, problem)) read = text;
    else if (!reply.judge_replies.empty()) read = reply.judge_replies.front();
    if (!read) return judge_failed(reply);
    const bool is_right = !reply.sample.references.empty() && is_right_vlmevalkit(*read, reply.sample, problem);
    return make_score(reply, *read, value_if_labelled(reply.sample, is_right));
  }

  /// Has a label, and an answer was read out of the reply.
  static bool counts(const ScoredReply& scored) { return !scored.reply.sample.references.empty() && !std::isnan(scored.score.value); }

  static std::vector<Unit> all_units(std::span<const ScoredReply> replies) {
    std::vector<Unit> units;
    for (const auto& scored : replies) {
      if (counts(scored)) units.push_back(unit_of(scored));
    }
    return units;
  }

  static std::vector<std::string> skills_of(const Sample& sample) {
    const auto text = field_of(sample, "skills");
    if (auto list = python_list(text)) return *list;  // VLMEvalKit's cell
    std::vector<std::string> skills;
    for (const auto skill : python::split(text, ", ")) {
      if (!skill.empty()) skills.emplace_back(skill);
    }
    return skills;
  }

  /// In percent with two decimals, as the official score files have it.
  static Metric percent(std::string name, std::span<const Unit> units) {
    auto metric = proportion_metric(std::move(name), units, Scale::kPercent, "problems");
    metric.value = python::round(metric.value, 2);
    return metric;
  }

  static std::vector<Reply> replies_of(const JsonRows& rows) {
    std::vector<Reply> replies;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto row = rows.get(i);
      Reply reply;
      reply.is_verbatim = true;
      reply.sample = mathvista_sample(row, rows.where(i));
      if (reply.sample.id.empty()) reply.sample.id = rows.key(i);
      if (reply.sample.references.empty()) throw DataError(fmt::format("{}: no \"answer\" in the problem", rows.where(i)));
      reply.text = json::string_or(row, "response", "");
      if (const auto* extraction = json::find(row, "extraction"); extraction != nullptr && extraction->IsNull()) reply.sample.fields["extraction"] = "None";
      replies.push_back(std::move(reply));
    }
    return replies;
  }

  bool is_test_;
};

}  // namespace

std::unique_ptr<Benchmark> make_mathvista(std::string_view name) { return std::make_unique<MathVista>(name == "mathvista_test"); }

}  // namespace assay
