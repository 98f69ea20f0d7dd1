#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "benchmarks/families.h"
#include "benchmarks/family_prompts.h"
#include "benchmarks/find_data.h"
#include "benchmarks/judge.h"
#include "benchmarks/prediction_file.h"
#include "benchmarks/profile.h"
#include "benchmarks/prompt.h"
#include "benchmarks/score_state.h"
#include "benchmarks/summary.h"
#include "datasets/hub_sets.h"
#include "datasets/judged_json.h"
#include "datasets/json_rows.h"
#include "datasets/json_sample.h"
#include "datasets/vlmevalkit_tsv.h"
#include "harness/base/error.h"
#include "metrics/judge_reading.h"
#include "metrics/mean.h"
#include "metrics/python_text.h"

namespace assay {
namespace {

constexpr SuffixProfile kPrompts[] = {
    {"vlmevalkit", "\nAnswer this question in detail.", 4096, 6}, {"internvl", " Please give a detailed answer.", 1000, 6}, {"lmms-eval", "", 4096, 0},
    {"llava", "", 1024, 0},                                       {"plain", "", 1024, 0},
};

/// What the judge is told to do, the same for all three kinds of questions.
/// Source   haotian-liu/LLaVA c121f043 llava/eval/table/rule.json, llava_bench_conv
constexpr std::string_view kRule = R"(We would like to request your feedback on the performance of two AI assistants in response to the user question displayed above. The user asks the question on observing an image. For your reference, the visual content in the image is represented with a few sentences describing the image. 
Please rate the helpfulness, relevance, accuracy, level of details of their responses. Each assistant receives an overall score on a scale of 1 to 10, where a higher score indicates better overall performance.
Please first output a single line containing only two values indicating the scores for Assistant 1 and 2, respectively. The two scores are separated by a space.
In the subsequent line, please provide a comprehensive explanation of your evaluation, avoiding any potential bias and ensuring that the order in which the responses were presented does not affect your judgment.)";
constexpr std::string_view kSystem = "You are a helpful and precise assistant for checking the quality of the answer.";

/// The official summary rounds both means to three decimals before it divides, and the result to one.
struct ScoringProfile {
  std::string_view name;
  bool rounds;
};
constexpr ScoringProfile kScorings[] = {{"official", true}, {"vlmevalkit", false}, {"lmms-eval", false}, {"internvl", true}, {"llava", true}};

using Pair = std::array<double, 2>;  ///< the reference's score, then the model's

/// A reply that names no two scores is (-1, -1) to all toolkits, and stays in their means.
Pair pair_of(const std::string& judged) { return read_score_pair(judged).value_or(Pair{-1, -1}); }

struct Means {
  double reference, model;
};
Means means_of(std::span<const Pair> pairs, bool rounds) {
  std::vector<double> reference, model;
  for (const auto& pair : pairs) reference.push_back(pair[0]), model.push_back(pair[1]);
  Means means{running_mean(reference), running_mean(model)};
  if (rounds) means = {python::round(means.reference, 3), python::round(means.model, 3)};
  return means;
}
double relative_score(const Means& means, bool rounds) {
  const double relative = means.model / means.reference * 100;
  return rounds ? python::round(relative, 1) : relative;
}

void add_metrics(std::vector<Metric>& metrics, const std::string& prefix, std::span<const Pair> pairs, bool rounds) {
  const auto means = means_of(pairs, rounds);
  const auto count = static_cast<std::int64_t>(pairs.size());
  const auto scaled = [&](double mean) { return rounds ? python::round(mean * 10, 1) : mean * 10; };
  const std::vector<std::size_t> sizes = {pairs.size()};
  const auto add = [&](const char* name, double value, const auto& statistic) {
    Metric metric{prefix + name, value, count, {}, "questions"};
    if (!pairs.empty()) {
      metric.interval = bootstrap_interval(sizes, [&](std::span<const std::uint32_t> times_drawn) {
        Means drawn{0, 0};
        for (std::size_t i = 0; i < pairs.size(); ++i) drawn.reference += times_drawn[i] * pairs[i][0], drawn.model += times_drawn[i] * pairs[i][1];
        return statistic(Means{drawn.reference / static_cast<double>(count), drawn.model / static_cast<double>(count)});
      });
    }
    metrics.push_back(std::move(metric));
  };
  add("relative_score", relative_score(means, rounds), [](const Means& drawn) { return drawn.model / drawn.reference * 100; });
  add("reference_score", scaled(means.reference), [](const Means& drawn) { return drawn.reference * 10; });
  add("model_score", scaled(means.model), [](const Means& drawn) { return drawn.model * 10; });
}

std::string field_of(const Sample& sample, const char* name) {
  const auto found = sample.fields.find(name);
  return found == sample.fields.end() ? "" : found->second;
}

class LlavaBenchWild final : public CatalogBenchmark {
 public:
  [[nodiscard]] std::string name() const override { return "llava_bench_wild"; }
  [[nodiscard]] std::string split() const override { return "test"; }
  [[nodiscard]] std::string main_metric() const override { return "relative_score"; }

  [[nodiscard]] std::unique_ptr<SampleSource> open(const DataPlaces& places) const override {
    const auto found = find_data(places, {"llava-bench-in-the-wild", "llava_bench_wild", "LLaVA-Bench", "LMUData"}, {"questions.jsonl", "LLaVABench.tsv"},
                                 "llava_bench_wild: the official questions.jsonl, context.jsonl and answers_gpt4.jsonl, or VLMEvalKit's LLaVABench.tsv",
                                 {"llava-bench-in-the-wild", "data/train-*.parquet"});
    if (found.extension() == ".parquet") return open_hub_llava_bench(found);
    return found.extension() == ".tsv" ? open_vlmevalkit_tsv(found) : open_llava_bench(found);
  }

  [[nodiscard]] std::vector<std::string> prompt_profiles() const override { return with_family_profiles(profile_names<SuffixProfile>(kPrompts), name()); }
  [[nodiscard]] Question ask(const Sample& sample, std::string_view prompt_profile) const override {
    if (auto asked = ask_by_family(name(), sample, prompt_profile)) return std::move(*asked);
    return suffixed_question(sample, sample.question, find_profile<SuffixProfile>(kPrompts, prompt_profile, "prompt profile of llava_bench_wild"));
  }

  [[nodiscard]] std::vector<std::string> scoring_profiles() const override { return profile_names<ScoringProfile>(kScorings); }

  [[nodiscard]] std::vector<JudgeQuestion> judge_questions(const Reply& reply, std::string_view) const override {
    const Sample& sample = reply.sample;
    const std::string reference = sample.references.empty() ? field_of(sample, "gpt4_ans") : sample.references.front();
    const std::string text =
        fmt::format("[Context]\n{}\n\n[Question]\n{}\n\n[Assistant 1]\n{}\n\n[End of Assistant 1]\n\n[Assistant 2]\n{}\n\n[End of Assistant 2]\n\n[System]\n{}\n\n",
                    field_of(sample, "caption"), sample.question, reference, reply.text, kRule);
    return {{sample.id, {{"system", std::string(kSystem)}, {"user", text}}, 1024, 0.2}};
  }

  /// On the judge's own scale, 1 to 10.
  [[nodiscard]] Score score(const Reply& reply, std::string_view profile) const override {
    (void)scoring(profile);
    if (reply.judge_replies.empty() || !read_score_pair(reply.judge_replies.front())) return judge_failed(reply);
    const auto pair = pair_of(reply.judge_replies.front());
    auto score = make_score(reply, fmt::format("{} {}", pair[0], pair[1]), pair[1]);
    if (score.state == SampleState::kEmpty && reply.text.empty() && reply.is_verbatim) score.state = SampleState::kScored;  // a review file has no replies
    return score;
  }

  [[nodiscard]] std::vector<Metric> metrics(std::span<const ScoredReply> replies, std::string_view profile) const override {
    const auto& rule = scoring(profile);
    std::vector<Pair> all;
    std::map<std::string, std::vector<Pair>> categories;
    for (const auto& scored : replies) {
      if (scored.reply.judge_replies.empty()) continue;
      all.push_back(pair_of(scored.reply.judge_replies.front()));
      categories[category_of(scored.reply.sample)].push_back(all.back());
    }
    std::vector<Metric> metrics;
    add_metrics(metrics, "", all, rule.rounds);
    for (const auto& [category, pairs] : categories) add_metrics(metrics, category + ".", pairs, rule.rounds);
    return metrics;
  }

  /// Before the official summary rounds them.
  [[nodiscard]] std::vector<MetricBasis> bases(std::span<const ScoredReply> replies, std::string_view profile) const override {
    (void)scoring(profile);
    constexpr double kHighest = 10;
    MetricBasis relative{"relative_score", 100, Formula::kRatio, Combination::kMean, {}}, model{"model_score", 100, Formula::kRatio, Combination::kMean, {}};
    for (const auto& scored : replies) {
      if (scored.reply.judge_replies.empty()) continue;
      const auto pair = pair_of(scored.reply.judge_replies.front());
      const Sample& sample = scored.reply.sample;
      relative.rows.push_back({sample.id, cluster_of(sample), "", {pair[1], pair[0]}});
      model.rows.push_back({sample.id, cluster_of(sample), "", {pair[1] / kHighest, 1}});
    }
    return {std::move(relative), std::move(model)};
  }

  /// A file of the judge's reviews (rows with question_id and content), or of replies.
  [[nodiscard]] std::vector<Reply> read_predictions(const std::filesystem::path& path, const SampleSource* data) const override {
    if (path.extension() == ".jsonl" || path.extension() == ".json") {
      const JsonRows rows(path);
      if (json::find(rows.get(0, false), "content") != nullptr) return reviews_of(rows);
    }
    return match_predictions(read_prediction_file(path), data, path);
  }

 private:
  [[nodiscard]] static const ScoringProfile& scoring(std::string_view profile) {
    return find_profile<ScoringProfile>(kScorings, profile, "scoring profile of llava_bench_wild");
  }

  /// "llava_bench_conv", as reviews name it, and "conv", as questions do, are one.
  static std::string category_of(const Sample& sample) {
    constexpr std::string_view kPrefix = "llava_bench_";
    const std::string& category = sample.category;
    return category.starts_with(kPrefix) ? category.substr(kPrefix.size()) : category;
  }

  static std::vector<Reply> reviews_of(const JsonRows& rows) {
    std::map<std::string, std::size_t> seen;
    std::vector<Reply> replies;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto row = rows.get(i);
      const auto where = rows.where(i);
      Reply reply;
      reply.is_verbatim = true;
      reply.sample.id = require_scalar(row, "question_id", where);
      reply.sample.category = json::string_or(row, "category", "");
      reply.judge_replies = {json::require_string(row, "content", where)};
      if (!seen.emplace(reply.sample.id, i).second) throw DataError(fmt::format("{}: the question {} comes twice", where, reply.sample.id));
      replies.push_back(std::move(reply));
    }
    return replies;
  }
};

}  // namespace

std::unique_ptr<Benchmark> make_llava_bench_wild() { return std::make_unique<LlavaBenchWild>(); }

}  // namespace assay
