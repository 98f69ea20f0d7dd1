#include <utility>

#include "benchmarks/basis.h"
#include "benchmarks/families.h"
#include "benchmarks/family_prompts.h"
#include "benchmarks/find_data.h"
#include "benchmarks/profile.h"
#include "benchmarks/prompt.h"
#include "benchmarks/score_state.h"
#include "benchmarks/summary.h"
#include "datasets/chartqa_folder.h"
#include "datasets/hub_parquet.h"
#include "datasets/vlmevalkit_tsv.h"
#include "metrics/python_text.h"
#include "metrics/relaxed_accuracy.h"

namespace assay {
namespace {

constexpr SuffixProfile kPrompts[] = {
    {"vlmevalkit", "\nAnswer the question using a single word or phrase.", 4096, 12},
    {"internvl", " Answer the question using a single word or phrase.", 100, 12},
    {"lmms-eval", "\nAnswer the question with a single word.", 16, 0},
    {"plain", "\nAnswer the question using a single word or phrase.", 1024, 0},
};

enum class Order { kTargetFirst, kPredictionFirst };

/// Where the toolkits differ: what becomes of the reply, which of the two numbers the tolerance is relative to, and the scale printed.
struct ScoringProfile {
  std::string_view name;
  bool strips_reply;
  Order order;
  Scale scale;
  bool reads_back;  ///< through VLMEvalKit's spreadsheet
};
constexpr ScoringProfile kScorings[] = {
    {"official", false, Order::kTargetFirst, Scale::kPercentFromSum, false},  // google-research/pix2struct, aggregate_metrics
    {"vlmevalkit", true, Order::kTargetFirst, Scale::kPercent, true},
    {"lmms-eval", false, Order::kTargetFirst, Scale::kFraction, false},
    {"internvl", true, Order::kPredictionFirst, Scale::kFraction, false},
};

bool is_human(const Sample& sample) {
  const auto split = sample.fields.find("split");
  return sample.category.starts_with("human") || (split != sample.fields.end() && split->second.find("human") != std::string::npos);
}

bool is_augmented(const Sample& sample) {
  const auto split = sample.fields.find("split");
  return sample.category.starts_with("augmented") || (split != sample.fields.end() && split->second.find("augmented") != std::string::npos);
}

/// The units of each denominator.
struct Units {
  std::vector<Unit> all, human, augmented;

  [[nodiscard]] bool has_both() const { return !human.empty() && !augmented.empty(); }
};

Units gather(std::span<const ScoredReply> replies) {
  Units units;
  for (const auto& scored : replies) {
    const Sample& sample = scored.reply.sample;
    if (sample.references.empty()) continue;
    units.all.push_back(unit_of(scored));
    if (is_human(sample)) units.human.push_back(units.all.back());
    else if (is_augmented(sample)) units.augmented.push_back(units.all.back());
  }
  return units;
}

/// The mean of both splits, as papers report it. They are of equal size in the full test set, where it is the overall number.
Metric average_metric(const Metric& human, const Metric& augmented) {
  const Estimate splits[] = {{human.value, human.interval}, {augmented.value, augmented.interval}};
  return {"average.relaxed_accuracy", (human.value + augmented.value) / 2, 2, sum_interval(splits, 0.5), "splits"};
}

class ChartQa final : public CatalogBenchmark {
 public:
  [[nodiscard]] std::string name() const override { return "chartqa_test"; }
  [[nodiscard]] std::string split() const override { return "test"; }
  [[nodiscard]] std::string main_metric() const override { return "relaxed_accuracy"; }

  [[nodiscard]] std::unique_ptr<SampleSource> open(const DataPlaces& places) const override {
    const auto found = find_data(places, {"chartqa", "ChartQA", "ChartQA Dataset", "chartqa/ChartQA Dataset", "ChartQA/ChartQA Dataset", "LMUData"},
                                 {"test/test_human.json", "test_human.json", "ChartQA_TEST.tsv"},
                                 "chartqa_test: the official folder (test/test_human.json) or VLMEvalKit's ChartQA_TEST.tsv",
                                 {"ChartQA", "data/test-*.parquet"});
    if (found.extension() == ".parquet") return open_hub_parquet(found, {.counted = "type", .counted_suffix = "_test", .category = "type"});
    return found.extension() == ".tsv" ? open_vlmevalkit_tsv(found) : open_chartqa_folder(found.parent_path());
  }

  [[nodiscard]] std::vector<std::string> prompt_profiles() const override { return with_family_profiles(profile_names<SuffixProfile>(kPrompts), name()); }
  [[nodiscard]] Question ask(const Sample& sample, std::string_view prompt_profile) const override {
    if (auto asked = ask_by_family(name(), sample, prompt_profile)) return std::move(*asked);
    const auto& profile = find_profile<SuffixProfile>(kPrompts, prompt_profile, "prompt profile of chartqa_test");
    return suffixed_question(sample, sample.question, profile);
  }

  [[nodiscard]] std::vector<std::string> scoring_profiles() const override { return profile_names<ScoringProfile>(kScorings); }
  [[nodiscard]] Score score(const Reply& reply, std::string_view profile) const override {
    const auto& rule = scoring(profile);
    const std::string text = rule.reads_back ? as_vlmevalkit_reads(reply.text) : reply.text;
    const std::string_view answer = rule.strips_reply ? python::strip(text) : std::string_view(text);
    bool is_right = false;
    for (const auto& target : reply.sample.references) {
      is_right |= rule.order == Order::kTargetFirst ? relaxed_match(target, answer) : relaxed_match(answer, target);
    }
    return make_score(reply, std::string(answer), value_if_labelled(reply.sample, is_right));
  }

  [[nodiscard]] std::vector<Metric> metrics(std::span<const ScoredReply> replies, std::string_view profile) const override {
    const auto& rule = scoring(profile);
    const auto units = gather(replies);
    std::vector<Metric> metrics = {proportion_metric("relaxed_accuracy", units.all, rule.scale, "questions")};
    if (!units.human.empty()) metrics.push_back(proportion_metric("human.relaxed_accuracy", units.human, rule.scale, "human questions"));
    if (!units.augmented.empty()) metrics.push_back(proportion_metric("augmented.relaxed_accuracy", units.augmented, rule.scale, "augmented questions"));
    if (units.has_both()) metrics.push_back(average_metric(metrics[1], metrics[2]));
    return metrics;
  }

  [[nodiscard]] std::vector<MetricBasis> bases(std::span<const ScoredReply> replies, std::string_view profile) const override {
    const double scale = factor_of(scoring(profile).scale);
    const auto units = gather(replies);
    std::vector<MetricBasis> bases = {mean_basis("relaxed_accuracy", scale, units.all)};
    if (!units.has_both()) return bases;
    bases.push_back(mean_of_means_basis("average.relaxed_accuracy", scale, {{"human", units.human}, {"augmented", units.augmented}}));
    bases.push_back(mean_basis("human.relaxed_accuracy", scale, units.human));
    bases.push_back(mean_basis("augmented.relaxed_accuracy", scale, units.augmented));
    return bases;
  }

  [[nodiscard]] std::vector<MetricNote> metric_notes() const override {
    return {{"relaxed_accuracy", "questions answered right (numbers within 5 %, other text alike) / questions"},
            {"human.relaxed_accuracy", "the same of the questions that people wrote"},
            {"augmented.relaxed_accuracy", "the same of the questions that a model wrote"},
            {"average.relaxed_accuracy", "(human + augmented) / 2 splits"}};
  }

 private:
  [[nodiscard]] static const ScoringProfile& scoring(std::string_view profile) {
    return find_profile<ScoringProfile>(kScorings, profile, "scoring profile of chartqa_test");
  }
};

}  // namespace

std::unique_ptr<Benchmark> make_chartqa() { return std::make_unique<ChartQa>(); }

}  // namespace assay
