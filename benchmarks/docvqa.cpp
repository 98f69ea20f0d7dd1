#include <limits>

#include "benchmarks/families.h"
#include "benchmarks/find_data.h"
#include "benchmarks/profile.h"
#include "benchmarks/prompt.h"
#include "benchmarks/score_state.h"
#include "benchmarks/summary.h"
#include "datasets/rrc_json.h"
#include "datasets/vlmevalkit_tsv.h"
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

class DocVqa final : public CatalogBenchmark {
 public:
  explicit DocVqa(bool is_test) : is_test_(is_test) {}
  [[nodiscard]] std::string name() const override { return is_test_ ? "docvqa_test" : "docvqa_val"; }
  [[nodiscard]] std::string split() const override { return is_test_ ? "test" : "val"; }
  [[nodiscard]] std::string main_metric() const override { return "anls"; }

  [[nodiscard]] std::unique_ptr<SampleSource> open(const DataPlaces& places) const override {
    const auto found = is_test_
        ? find_data(places, {"test", "docvqa", "DocVQA", "docvqa/test", "DocVQA/test", "LMUData", "*"}, {"test_v1.0.json", "DocVQA_TEST.tsv"},
                    "docvqa_test: the competition's test_v1.0.json or VLMEvalKit's DocVQA_TEST.tsv")
        : find_data(places, {"val", "docvqa", "DocVQA", "docvqa/val", "DocVQA/val", "LMUData", "*"},
                    {"val_v1.0.json", "val_v1.0_withQT.json", "DocVQA_VAL.tsv"},
                    "docvqa_val: the competition's val_v1.0.json or VLMEvalKit's DocVQA_VAL.tsv");
    return found.extension() == ".tsv" ? open_vlmevalkit_tsv(found) : open_rrc_json(found);
  }

  [[nodiscard]] std::vector<std::string> prompt_profiles() const override { return profile_names<SuffixProfile>(kPrompts); }
  [[nodiscard]] Question ask(const Sample& sample, std::string_view prompt_profile) const override {
    return suffixed_question(sample, sample.question, find_profile<SuffixProfile>(kPrompts, prompt_profile, "prompt profile of " + name()));
  }

  [[nodiscard]] std::vector<std::string> scoring_profiles() const override { return profile_names<ScoringProfile>(kScorings); }
  [[nodiscard]] Score score(const Reply& reply, std::string_view profile) const override {
    const std::string answer = scoring(profile).reads_back ? as_vlmevalkit_reads(reply.text) : reply.text;
    const auto& references = reply.sample.references;
    return make_score(reply, answer, references.empty() ? std::numeric_limits<double>::quiet_NaN() : anls(answer, references));
  }

  [[nodiscard]] std::vector<Metric> metrics(std::span<const ScoredReply> replies, std::string_view profile) const override {
    const auto& rule = scoring(profile);
    std::vector<Unit> units;
    std::vector<double> values;
    for (const auto& scored : replies) {
      if (scored.reply.sample.references.empty()) continue;
      values.push_back(scored.score.value);
      units.push_back({cluster_of(scored.reply.sample), scored.score.value});
    }
    return {graded_metric("anls", rule.mean(values) * rule.scale, units, rule.scale, "questions")};
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
    return Submission{"docvqa_test.json", json::dump(document) + "\n"};
  }

 private:
  [[nodiscard]] const ScoringProfile& scoring(std::string_view profile) const {
    return find_profile<ScoringProfile>(kScorings, profile, "scoring profile of " + name());
  }

  bool is_test_;
};

}  // namespace

std::unique_ptr<Benchmark> make_docvqa(std::string_view name) { return std::make_unique<DocVqa>(name == "docvqa_test"); }

}  // namespace assay
