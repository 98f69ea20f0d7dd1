#include "benchmarks/choice_benchmark.h"

#include <utility>

#include "benchmarks/choice_question.h"
#include "benchmarks/families.h"
#include "benchmarks/family_prompts.h"
#include "benchmarks/prediction_file.h"
#include "benchmarks/profile.h"

namespace assay {
namespace {

class ChoiceBenchmark final : public CatalogBenchmark {
 public:
  explicit ChoiceBenchmark(const ChoiceTraits& traits) : traits_(traits) {}
  [[nodiscard]] std::string name() const override { return std::string(traits_.name); }
  [[nodiscard]] std::string split() const override { return std::string(traits_.split); }
  [[nodiscard]] std::string main_metric() const override { return "accuracy"; }
  [[nodiscard]] std::unique_ptr<SampleSource> open(const DataPlaces& places) const override { return traits_.open(places); }

  [[nodiscard]] std::vector<std::string> prompt_profiles() const override { return with_family_profiles(profile_names(traits_.prompts), name()); }
  [[nodiscard]] Question ask(const Sample& sample, std::string_view prompt_profile) const override {
    if (auto asked = ask_by_family(name(), sample, prompt_profile)) return std::move(*asked);
    const auto& profile = find_profile(traits_.prompts, prompt_profile, "prompt profile of " + name());
    return suffixed_question(sample, traits_.text(sample, profile.name), profile);
  }

  [[nodiscard]] std::vector<std::string> scoring_profiles() const override { return profile_names(traits_.scorings); }
  [[nodiscard]] Score score(const Reply& reply, std::string_view profile) const override { return score_letter(reply, scoring(profile).read(reply)); }

  [[nodiscard]] std::vector<Metric> metrics(std::span<const ScoredReply> replies, std::string_view profile) const override {
    const auto& rule = scoring(profile);
    auto metrics = gather(replies).metrics(rule.scale);
    if (traits_.amend != nullptr) traits_.amend(metrics, replies, rule.name);
    return metrics;
  }

  [[nodiscard]] std::vector<MetricBasis> bases(std::span<const ScoredReply> replies, std::string_view profile) const override {
    const auto& rule = scoring(profile);
    auto accuracy = gather(replies).basis(rule.scale);
    if (traits_.amend_basis != nullptr) traits_.amend_basis(accuracy, replies, rule.name);
    return {std::move(accuracy)};
  }

  [[nodiscard]] std::vector<Reply> read_predictions(const std::filesystem::path& path, const SampleSource* data) const override {
    return match_or_take(read_prediction_file(path), data, path);
  }

  [[nodiscard]] std::optional<Submission> submission(std::span<const Reply> replies) const override {
    return traits_.submit == nullptr ? std::nullopt : traits_.submit(replies);
  }

 private:
  [[nodiscard]] Accuracies gather(std::span<const ScoredReply> replies) const {
    Accuracies accuracies;
    for (const auto& scored : replies) accuracies.add(scored, traits_.parts(scored.reply.sample));
    return accuracies;
  }
  [[nodiscard]] const ChoiceProfile& scoring(std::string_view profile) const {
    return find_profile(traits_.scorings, profile, "scoring profile of " + name());
  }

  const ChoiceTraits& traits_;
};

}  // namespace

std::unique_ptr<Benchmark> make_choice_benchmark(const ChoiceTraits& traits) { return std::make_unique<ChoiceBenchmark>(traits); }

std::string choice_text(const Sample& sample, std::string_view prompt_profile) {
  if (prompt_profile == "plain") return choice_text_plain(sample);
  return choice_text_letter(sample, prompt_profile == "vlmevalkit" ? AskIn::kLanguageOfQuestion : AskIn::kEnglish);
}

}  // namespace assay
