#include <algorithm>
#include <limits>
#include <string>

#include "benchmarks/find_data.h"
#include "benchmarks/plugin.h"
#include "benchmarks/prediction_file.h"
#include "benchmarks/prompt.h"
#include "benchmarks/score_state.h"
#include "benchmarks/summary.h"
#include "datasets/row_layout.h"
#include "metrics/python_text.h"

/// A benchmark in a plugin: words on signs, spelled letter by letter ("S-T-O-P"). Its data is spelling.jsonl: {"id", "image", "question", "answer"} a line.
namespace {

using namespace assay;

/// "s - t-o-p." -> "STOP"
std::string letters_of(std::string_view text) {
  std::string letters;
  for (const char c : python::upper(text)) {
    if (c >= 'A' && c <= 'Z') letters += c;
  }
  return letters;
}

class Spelling final : public Benchmark {
 public:
  [[nodiscard]] std::string name() const override { return "spelling"; }
  [[nodiscard]] std::string split() const override { return "test"; }
  [[nodiscard]] std::string summary() const override { return "words on signs, letter by letter"; }
  [[nodiscard]] std::string paper() const override { return "none"; }
  [[nodiscard]] std::string main_metric() const override { return "accuracy"; }

  [[nodiscard]] std::unique_ptr<SampleSource> open(const DataPlaces& places) const override {
    const auto file = find_data(places, {"spelling"}, {"spelling.jsonl"}, "spelling: its spelling.jsonl");
    return open_json_table(file, {.id = "id"}, file.parent_path());
  }

  [[nodiscard]] std::vector<std::string> prompt_profiles() const override { return {"plain"}; }
  [[nodiscard]] Question ask(const Sample& sample, std::string_view) const override {
    return suffixed_question(sample, sample.question, {"plain", "\nSpell it letter by letter.", 32, 0});
  }

  [[nodiscard]] std::vector<std::string> scoring_profiles() const override { return {"letters", "exact"}; }
  [[nodiscard]] std::string answer_rule(std::string_view profile) const override {
    return profile == "exact" ? "the reply is the answer" : "the letters of both, whatever stands between them, are the same";
  }
  [[nodiscard]] Score score(const Reply& reply, std::string_view profile) const override {
    const auto& references = reply.sample.references;
    if (references.empty()) return make_score(reply, reply.text, std::numeric_limits<double>::quiet_NaN());
    const bool is_right = profile == "exact" ? reply.text == references.front() : letters_of(reply.text) == letters_of(references.front());
    return make_score(reply, reply.text, is_right ? 1 : 0);
  }
  [[nodiscard]] std::vector<Metric> metrics(std::span<const ScoredReply> replies, std::string_view) const override {
    return {proportion_metric("accuracy", labelled_units(replies), Scale::kPercent, "words")};
  }

  [[nodiscard]] std::vector<Reply> read_predictions(const std::filesystem::path& path, const SampleSource* data) const override {
    return match_predictions(read_prediction_file(path), data, path);
  }
};

constexpr BenchmarkEntry kBenchmarks[] = {
    {"spelling", "words on signs, letter by letter", "none", []() -> std::unique_ptr<Benchmark> { return std::make_unique<Spelling>(); }},
};

}  // namespace

ASSAY_PLUGIN("spelling", kBenchmarks)
