#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "benchmarks/basis.h"
#include "benchmarks/families.h"
#include "benchmarks/family_prompts.h"
#include "benchmarks/find_data.h"
#include "benchmarks/profile.h"
#include "benchmarks/prompt.h"
#include "benchmarks/score_state.h"
#include "benchmarks/summary.h"
#include "datasets/hub_parquet.h"
#include "datasets/rrc_json.h"
#include "datasets/vlmevalkit_tsv.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "metrics/anls.h"
#include "metrics/mean.h"
#include "metrics/python_text.h"

namespace assay {
namespace {

constexpr SuffixProfile kPrompts[] = {
    {"vlmevalkit", "\nAnswer the question using a single word or phrase.", 4096, 18},
    {"internvl", " Answer the question using a single word or phrase.", 100, 18},
    {"lmms-eval", "\nAnswer the question using a single word or phrase.", 32, 0},
    {"plain", "\nAnswer the question using a single word or phrase.", 1024, 0},
};

constexpr SuffixProfile kInfoPrompts[] = {
    {"vlmevalkit", "\nAnswer the question using a single word or phrase.", 4096, 24},
    {"internvl", " Answer the question using a single word or phrase.", 100, 24},
    {"lmms-eval", "\nAnswer the question using a single word or phrase.", 32, 0},
    {"qwen", " Answer:", 100, 0},
    {"plain", "\nAnswer the question using a single word or phrase.", 1024, 0},
};
const std::vector<std::string_view> kInfoFolders = {"infographicsvqa", "infovqa", "InfoVQA", "infographicVQA", "LMUData"};

/// One rule in all toolkits; they differ in the scale, and in how the mean is added up.
struct ScoringProfile {
  std::string_view name;
  double scale;
  double (*mean)(std::span<const double>);
  bool reads_back;  ///< through VLMEvalKit's spreadsheet
};
constexpr ScoringProfile kScorings[] = {
    {"official", 1, running_mean, false},  // Robust Reading Competition, evaluate_method
    {"vlmevalkit", 100, numpy_mean, true},
    {"lmms-eval", 1, running_mean, false},
    {"internvl", 1, running_mean, false},
};

/// The competition's two sets of questions, and where each lies.
struct AnlsSet {
  std::string_view name;
  std::vector<std::string_view> folders, files;
  std::string_view what;
  std::span<const SuffixProfile> prompts;
  std::vector<std::string_view> breakdowns;  ///< fields, lists joined by ", ", whose every value is reported
  HubSplit hub;
};
const AnlsSet kSets[] = {
    {"docvqa_test", {"test", "docvqa", "DocVQA", "docvqa/test", "DocVQA/test", "LMUData", "*"}, {"test_v1.0.json", "DocVQA_TEST.tsv"},
     "the competition's test_v1.0.json or VLMEvalKit's DocVQA_TEST.tsv", kPrompts, {}, {"DocVQA", "DocVQA/test-*.parquet"}},
    {"docvqa_val", {"val", "docvqa", "DocVQA", "docvqa/val", "DocVQA/val", "LMUData", "*"},
     {"val_v1.0.json", "val_v1.0_withQT.json", "DocVQA_VAL.tsv"}, "the competition's val_v1.0.json or VLMEvalKit's DocVQA_VAL.tsv", kPrompts, {},
     {"DocVQA", "DocVQA/validation-*.parquet"}},
    {"infovqa_test", kInfoFolders, {"infographicsVQA_test_v1.0.json", "InfoVQA_TEST.tsv"},
     "the competition's infographicsVQA_test_v1.0.json or VLMEvalKit's InfoVQA_TEST.tsv", kInfoPrompts, {},
     {"DocVQA", "InfographicVQA/test-*.parquet"}},
    {"infovqa_val", kInfoFolders, {"infographicsVQA_val_v1.0_withQT.json", "infographicsVQA_val_v1.0.json", "InfoVQA_VAL.tsv"},
     "the competition's infographicsVQA_val_v1.0_withQT.json or VLMEvalKit's InfoVQA_VAL.tsv", kInfoPrompts,
     {"answer_type", "evidence", "operation/reasoning"}, {"DocVQA", "InfographicVQA/validation-*.parquet"}},
};

class DocVqa final : public CatalogBenchmark {
 public:
  explicit DocVqa(const AnlsSet& set) : set_(set), is_test_(set.name.ends_with("_test")) {}
  [[nodiscard]] std::string name() const override { return std::string(set_.name); }
  [[nodiscard]] std::string split() const override { return is_test_ ? "test" : "val"; }
  [[nodiscard]] std::string main_metric() const override { return "anls"; }

  [[nodiscard]] std::unique_ptr<SampleSource> open(const DataPlaces& places) const override {
    const auto found = find_data(places, set_.folders, set_.files, fmt::format("{}: {}", set_.name, set_.what), set_.hub);
    if (found.extension() == ".parquet") return open_hub_parquet(found, {.id = "questionId", .answers = "answers"});
    return found.extension() == ".tsv" ? open_vlmevalkit_tsv(found) : open_rrc_json(found);
  }

  [[nodiscard]] std::vector<std::string> prompt_profiles() const override { return with_family_profiles(profile_names<SuffixProfile>(set_.prompts), name()); }
  [[nodiscard]] Question ask(const Sample& sample, std::string_view prompt_profile) const override {
    if (auto asked = ask_by_family(name(), sample, prompt_profile)) return std::move(*asked);
    return suffixed_question(sample, sample.question, find_profile<SuffixProfile>(set_.prompts, prompt_profile, "prompt profile of " + name()));
  }

  [[nodiscard]] std::vector<std::string> scoring_profiles() const override { return profile_names<ScoringProfile>(kScorings); }
  [[nodiscard]] Score score(const Reply& reply, std::string_view profile) const override {
    const std::string answer = scoring(profile).reads_back ? as_vlmevalkit_reads(reply.text) : reply.text;
    const auto& references = reply.sample.references;
    return make_score(reply, answer, references.empty() ? std::numeric_limits<double>::quiet_NaN() : anls(answer, references));
  }

  [[nodiscard]] std::vector<Metric> metrics(std::span<const ScoredReply> replies, std::string_view profile) const override {
    const auto& rule = scoring(profile);
    std::map<std::string, std::vector<Unit>> groups;
    for (const auto& scored : replies) {
      const Sample& sample = scored.reply.sample;
      if (sample.references.empty()) continue;
      for (const auto& group : groups_of(sample)) groups[group].push_back(unit_of(scored));
    }
    std::vector<Metric> metrics = {anls_metric("anls", labelled_units(replies), rule)};
    for (const auto& [name, units] : groups) metrics.push_back(anls_metric(name, units, rule));
    return metrics;
  }

  [[nodiscard]] std::vector<MetricBasis> bases(std::span<const ScoredReply> replies, std::string_view profile) const override {
    return {mean_basis("anls", scoring(profile).scale, labelled_units(replies))};
  }

  [[nodiscard]] std::vector<MetricNote> metric_notes() const override {
    return {{"anls", "sum of the best 1 - edit distance / length over a question's answers, 0 below one half / questions"}};
  }

  /// What the competition's server takes: [{"questionId": 1, "answer": "..."}].
  [[nodiscard]] std::optional<Submission> submission(std::span<const Reply> replies) const override {
    if (!is_test_) return std::nullopt;
    json::Document document;
    document.SetArray();
    auto& allocator = document.GetAllocator();
    for (const auto& reply : replies) {
      json::Value row(rapidjson::kObjectType);
      const auto id = python::parse_int(reply.sample.id);
      row.AddMember("questionId", id ? json::Value(*id) : json::string_value(reply.sample.id, allocator), allocator);
      row.AddMember("answer", json::string_value(reply.text, allocator), allocator);
      document.PushBack(row, allocator);
    }
    return Submission{name() + ".json", json::dump(document) + "\n"};
  }

 private:
  [[nodiscard]] const ScoringProfile& scoring(std::string_view profile) const {
    return find_profile<ScoringProfile>(kScorings, profile, "scoring profile of " + name());
  }

  static Metric anls_metric(std::string name, std::span<const Unit> units, const ScoringProfile& rule) {
    std::vector<double> values;
    for (const auto& unit : units) values.push_back(unit.value);
    return graded_metric(std::move(name), rule.mean(values) * rule.scale, units, rule.scale, "questions");
  }

  /// "answer_type.single_span.anls" and the like; a question may have several of a kind.
  [[nodiscard]] std::vector<std::string> groups_of(const Sample& sample) const {
    std::vector<std::string> names;
    for (const auto field : set_.breakdowns) {
      const auto found = sample.fields.find(std::string(field));
      if (found == sample.fields.end()) continue;
      for (const auto value : python::split(found->second, ", ")) {
        if (!value.empty()) names.push_back(fmt::format("{}.{}.anls", snake_case(field), snake_case(value)));
      }
    }
    return names;
  }

  const AnlsSet& set_;
  bool is_test_;
};

}  // namespace

std::unique_ptr<Benchmark> make_docvqa(std::string_view name) {
  const auto* set = std::ranges::find(kSets, name, &AnlsSet::name);
  if (set == std::end(kSets)) throw InternalError(fmt::format("no table row for \"{}\"", name));
  return std::make_unique<DocVqa>(*set);
}

}  // namespace assay
