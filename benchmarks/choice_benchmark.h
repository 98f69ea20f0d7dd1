#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "benchmarks/benchmark.h"
#include "benchmarks/choice_scoring.h"
#include "benchmarks/prompt.h"

namespace assay {

/// One way to score replies to multiple-choice questions.
struct ChoiceProfile {
  std::string_view name;
  Letter (*read)(const Reply&);
  Scale scale;
};

/// A benchmark of multiple-choice questions that are scored one by one: what its file has to say about it.
struct ChoiceTraits {
  std::string_view name, split;
  std::span<const SuffixProfile> prompts;
  std::span<const ChoiceProfile> scorings;
  std::unique_ptr<SampleSource> (*open)(const DataPlaces& places);
  std::string (*text)(const Sample& sample, std::string_view prompt_profile);  ///< the profile's suffix comes behind it
  /// The parts of the questions that get an accuracy of their own; empty names are left out.
  std::vector<std::string> (*parts)(const Sample& sample);
  /// Replaces the accuracies' values where a profile forms them in another way; may be null.
  void (*amend)(std::vector<Metric>& metrics, std::span<const ScoredReply> replies, std::string_view profile) = nullptr;
  std::optional<Submission> (*submit)(std::span<const Reply> replies) = nullptr;  ///< null: there is no place to hand one in
  /// Does the same to what the accuracy is made of; null where `amend` leaves it alone.
  void (*amend_basis)(MetricBasis& accuracy, std::span<const ScoredReply> replies, std::string_view profile) = nullptr;
};

/// The benchmark of these traits, which outlive it.
[[nodiscard]] std::unique_ptr<Benchmark> make_choice_benchmark(const ChoiceTraits& traits);

/// The texts that most of them share: VLMEvalKit's request for a letter in the question's language ("vlmevalkit"), its own default text
/// ("plain"), else the request in English.
[[nodiscard]] std::string choice_text(const Sample& sample, std::string_view prompt_profile);

}  // namespace assay
